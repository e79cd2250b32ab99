"""Rows of teams, and of what another system gave back."""

from datetime import datetime

from services.volunteers.model.commands import FormTeam
from services.volunteers.model.team import Team
from services.volunteers.model.volunteer import Returned
from services.volunteers.rows.row import Chunk, Facts, Problems, Row, Work, each_of
from shared.errors import invalid
from shared.storage.ids import derived_id


class TeamRows:
    """建队."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._store = work.store

    @staticmethod
    def identity(facts: Facts) -> str:
        return facts.get("title", "")

    def check(self, chunk: Chunk, now: datetime) -> Problems:
        return each_of(chunk.rows, self._check)

    def apply(self, chunk: Chunk, now: datetime) -> Problems:
        return each_of(chunk.rows, self._make)

    def _command(self, row: Row) -> FormTeam:
        facts = {k: v for k, v in row.facts.items() if k in ("title", "joining", "organisation")}
        command = FormTeam.model_validate(
            facts | {"site": row.facts.get("site", self._work.job.site)}
        )
        self._work.require_site(command.site)
        return command

    def _check(self, row: Row) -> None:
        command = self._command(row)
        if self._store.teams.newest({"title": command.title, "site": command.site}):
            raise invalid("title", "there is a team of that name", "已有此名称的志愿服务队")

    def _make(self, row: Row) -> None:
        command = self._command(row)
        id = derived_id("team", self._work.id, str(row.number))
        origin = self._work.origin(row.number)
        self._store.teams.make(id, origin, lambda now: Team.form(id, command))


class ReturnedRows:
    """A number of the national or provincial system, or why it refused."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._store = work.store

    @staticmethod
    def identity(facts: Facts) -> str:
        return facts.get("id_number") or facts.get("number", "")

    def check(self, chunk: Chunk, now: datetime) -> Problems:
        return each_of(chunk.rows, lambda row: self._check(row, now))

    def apply(self, chunk: Chunk, now: datetime) -> Problems:
        return each_of(chunk.rows, lambda row: self._take(row, now))

    def _check(self, row: Row, now: datetime) -> None:
        Returned.of(row.facts, self._work.job.columns, now)
        self._volunteer(row)

    def _take(self, row: Row, now: datetime) -> None:
        returned = Returned.of(row.facts, self._work.job.columns, now)
        self._store.volunteers.change(
            self._volunteer(row),
            self._work.origin(row.number),
            lambda volunteer, now: volunteer.take_returned(returned),
        )

    def _volunteer(self, row: Row) -> str:
        found = None
        if number := row.facts.get("number"):
            found = self._store.volunteers.newest({"number": number.upper()})
        if found is None and (id_number := row.facts.get("id_number")):
            found = self._store.people.holder(id_number)
        if found is None or self._store.volunteers.load(found).state.site != self._work.job.site:
            raise invalid("number", "there is no such volunteer here", "本站没有该志愿者")
        return found

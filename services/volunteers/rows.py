"""A row of a table that came in, as a command on an aggregate of this service."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.volunteers.model.commands import FormTeam, RegisterVolunteer, TableKind
from services.volunteers.model.exchange import Import
from services.volunteers.model.team import Team
from services.volunteers.model.volunteer import Returned, Volunteer
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.errors import NotFound, ShijianError, Text, invalid
from shared.storage.aggregates import Origin
from shared.storage.ids import derived_id
from shared.web.problems import from_validation

Facts = dict[str, str]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field of a row; never its value."""

    field: str
    text: Text


@dataclass(frozen=True)
class Row:
    """One row, by field, and where it stands."""

    number: int
    facts: Facts = field(repr=False)


class Rows:
    """Checks and applies the rows of one import."""

    def __init__(self, store: Store, id: str, job: Import) -> None:
        self._store = store
        self._id = id
        self._job = job
        self._teams: dict[str, str] = {}
        self._check: Callable[[Row, datetime], None]
        self._apply: Callable[[Row, datetime], None]
        self._check, self._apply = {
            TableKind.VOLUNTEERS: (self._check_volunteer, self._make_volunteer),
            TableKind.TEAMS: (self._check_team, self._make_team),
            TableKind.RETURNED: (self._check_returned, self._take_returned),
        }[job.kind]

    def problems(self, row: Row, now: datetime) -> list[Problem]:
        """What keeps it from being applied now; nothing is changed."""
        return _problems(lambda: self._check(row, now))

    def apply(self, row: Row, now: datetime) -> list[Problem]:
        """Do it; the same row again changes nothing."""
        return _problems(lambda: self._apply(row, now))

    def key(self, row: Row) -> str:
        """What must not stand twice in a table; not to be guessed from what is kept of it."""
        facts = row.facts
        by = facts.get("id_number") or facts.get("number") or facts.get("title") or ""
        return self._store.people.mark(by.upper()) if by else ""

    def _origin(self, row: Row, part: str = "") -> Origin:
        return Origin(
            client="volunteers.imports",
            command=f"imports.{self._job.kind}",
            key=f"{self._id}:{row.number}{part}",
            causation=self._id,
        )

    # ---- volunteers ----

    def _command(self, row: Row) -> RegisterVolunteer:
        return RegisterVolunteer.model_validate(volunteer_body(row.facts, self._job))

    def _check_volunteer(self, row: Row, now: datetime) -> None:
        command = self._command(row)
        self._require_site(command.site)
        assert command.personal
        id = self._store.people.id_for(command.person, command.personal, self._origin(row))
        self._store.people.check(command.personal, now, id)
        self._teams_of(row)

    def _make_volunteer(self, row: Row, now: datetime) -> None:
        command = self._command(row)
        self._require_site(command.site)
        origin = self._origin(row)
        people = self._store.people
        id = people.id_for(command.person, command.personal, origin)

        def build(now: datetime) -> tuple[Volunteer, list[Event]]:
            assert command.personal
            personal = people.sealed(command.personal, now, id)
            made, events = Volunteer.register(id, command, now, personal)
            made.national_number = row.facts.get("national_number")
            return made, events

        self._store.volunteers.make(id, origin, build)
        for team in self._teams_of(row):
            self._join(id, team, self._origin(row, f":{team}"))

    def _join(self, id: str, team: str, origin: Origin) -> None:
        self._store.volunteers.change(id, origin, lambda it, now: it.join(team, now))

    def _teams_of(self, row: Row) -> list[str]:
        titles = row.facts.get("teams", "").replace(";", "、").replace(";", "、").split("、")
        return [self._team(title.strip()) for title in titles if title.strip()]

    def _team(self, title: str) -> str:
        if title not in self._teams:
            found = self._store.teams.newest({"title": title, "status": "active"})
            if found is None:
                raise invalid("teams", "there is no team of that name", "没有此名称的志愿服务队")
            self._teams[title] = found
        return self._teams[title]

    def _require_site(self, site: str) -> None:
        if site != self._job.site:
            raise invalid("site", "is not the site of this import", "不是本次导入的站点")
        self._store.sites.require_open(site)

    # ---- teams ----

    def _team_command(self, row: Row) -> FormTeam:
        facts = {k: v for k, v in row.facts.items() if k in ("title", "joining", "organisation")}
        return FormTeam.model_validate(facts | {"site": row.facts.get("site", self._job.site)})

    def _check_team(self, row: Row, now: datetime) -> None:
        command = self._team_command(row)
        self._require_site(command.site)
        if self._store.teams.newest({"title": command.title, "site": command.site}):
            raise invalid("title", "there is a team of that name", "已有此名称的志愿服务队")

    def _make_team(self, row: Row, now: datetime) -> None:
        command = self._team_command(row)
        self._require_site(command.site)
        id = derived_id("team", self._id, str(row.number))
        self._store.teams.make(id, self._origin(row), lambda now: Team.form(id, command))

    # ---- what another system gave back ----

    def _check_returned(self, row: Row, now: datetime) -> None:
        Returned.of(row.facts, self._job.columns, now)
        self._volunteer(row)

    def _take_returned(self, row: Row, now: datetime) -> None:
        returned = Returned.of(row.facts, self._job.columns, now)
        self._store.volunteers.change(
            self._volunteer(row),
            self._origin(row),
            lambda volunteer, now: volunteer.take_returned(returned),
        )

    def _volunteer(self, row: Row) -> str:
        found = None
        if number := row.facts.get("number"):
            found = self._store.volunteers.newest({"number": number.upper()})
        if found is None and (id_number := row.facts.get("id_number")):
            found = self._store.people.holder(id_number)
        if found is None or self._store.volunteers.load(found).state.site != self._job.site:
            raise invalid("number", "there is no such volunteer here", "本站没有该志愿者")
        return found


def _problems(action: Callable[[], None]) -> list[Problem]:
    try:
        action()
    except ValidationError as error:
        found = from_validation(error).fields
        return [Problem(each.field.rsplit(".", 1)[-1], each.text) for each in found]
    except NotFound as error:
        return [Problem("", error.detail)]
    except ShijianError as error:
        if error.fields:
            return [Problem(e.field.rsplit(".", 1)[-1], e.text) for e in error.fields]
        return [Problem("", error.detail)]
    return []


def volunteer_body(facts: Facts, job: Import) -> dict[str, Any]:
    """The body of a registration, as a client would send it."""
    consent: dict[str, Any] = {
        "text": facts.get("consent_text"),
        "given_at": facts.get("consent_at"),
        "channel": facts.get("consent_channel"),
    }
    if job.consent and not any(consent.values()):
        consent = dict(vars(job.consent))
    personal: dict[str, Any] = {
        key: facts[key]
        for key in ("name", "id_type", "id_number", "telephone", "address", "born_on")
        if key in facts
    }
    personal["consent"] = {key: value for key, value in consent.items() if value is not None}
    if "guardian_name" in facts or "guardian_telephone" in facts:
        personal["guardian"] = {
            "relation": facts.get("guardian_relation", "other"),
            "consent": personal["consent"],
            **{
                key.removeprefix("guardian_"): facts[key]
                for key in ("guardian_name", "guardian_telephone")
                if key in facts
            },
        }
    body: dict[str, Any] = {"site": facts.get("site", job.site), "personal": personal}
    if "person" in facts:
        body["person"] = facts["person"]
    if "skills" in facts:
        body["skills"] = [each for each in facts["skills"].replace(",", "、").split("、") if each]
    return body

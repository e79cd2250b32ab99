"""Rows of volunteers: a registration each, with its teams, a chunk by one write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.volunteers.model.commands import RegisterVolunteer
from services.volunteers.model.exchange import Import
from services.volunteers.model.volunteer import Volunteer
from services.volunteers.people import Registration
from services.volunteers.rows.row import Chunk, Facts, Problems, Row, Work, why
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.errors import ShijianError, invalid
from shared.storage.many import Wanted, make_all


@dataclass(frozen=True)
class Draft:
    """A row that could be read."""

    row: Row
    command: RegisterVolunteer
    teams: list[str]


class VolunteerRows:
    """注册, and 入队 where the row names teams."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._store: Store = work.store
        self._teams: dict[str, str] = {}

    @staticmethod
    def identity(facts: Facts) -> str:
        return facts.get("id_number", "")

    def check(self, chunk: Chunk, now: datetime) -> Problems:
        found, drafts, known = self._read(chunk, now)
        for place, draft in drafts.items():
            try:
                self._judge(draft, known[place], now)
            except ShijianError as error:
                found[place] = why(error)
        return found

    def apply(self, chunk: Chunk, now: datetime) -> Problems:
        found, drafts, known = self._read(chunk, now)
        wanted: dict[int, Wanted[Volunteer]] = {}
        for place, draft in drafts.items():
            try:
                self._judge(draft, known[place], now)
            except ShijianError as error:
                found[place] = why(error)
                continue
            wanted[place] = self._wanted(draft, known[place].id)
        answers = make_all(
            self._store.volunteers, self._store.volunteer_rows, list(wanted.values()), now
        )
        for place, refusal in zip(wanted, answers, strict=True):
            found[place] = why(refusal) if refusal else []
        return found

    def _read(
        self, chunk: Chunk, now: datetime
    ) -> tuple[Problems, dict[int, Draft], dict[int, Registration]]:
        """What can't be read at all, the rest by place, and who of those is known already."""
        found: Problems = []
        drafts: dict[int, Draft] = {}
        for place, row in enumerate(chunk.rows):
            found.append([])
            try:
                drafts[place] = self._draft(row)
            except (ValidationError, ShijianError) as error:
                found[place] = why(error)
        known = self._store.people.registrations(
            [
                (each.command.person, each.row.key, self._work.origin(each.row.number))
                for each in drafts.values()
            ]
        )
        return found, drafts, dict(zip(drafts, known, strict=True))

    def _draft(self, row: Row) -> Draft:
        command = RegisterVolunteer.model_validate(volunteer_body(row.facts, self._work.job))
        self._work.require_site(command.site)
        return Draft(row, command, self._teams_of(row))

    def _judge(self, draft: Draft, known: Registration, now: datetime) -> None:
        assert draft.command.personal
        self._store.people.require_age(draft.command.personal, now)
        if known.taken_by:
            raise self._store.people.registered(known.taken_by)

    def _wanted(self, draft: Draft, id: str) -> Wanted[Volunteer]:
        def build(now: datetime) -> tuple[Volunteer, Sequence[Event]]:
            command = draft.command
            assert command.personal
            personal = self._store.people.kept(command.personal, draft.row.key, now)
            made, events = Volunteer.register(id, command, now, personal)
            made.national_number = draft.row.facts.get("national_number")
            joined = [event for team in draft.teams for event in made.join(team, now)]
            return made, [*events, *joined]

        return Wanted(id, self._work.origin(draft.row.number), build)

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

"""Tables that go out: volunteers, teams and hours, in the columns of whichever form."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from typing import TypeVar

from services.volunteers.columns import heading, written
from services.volunteers.model.commands import PERSONAL_FIELDS, TableKind
from services.volunteers.model.exchange import ColumnSet
from services.volunteers.model.person import Person
from services.volunteers.model.volunteer import GONE, Volunteer
from services.volunteers.people import CARDS, fields_of
from services.volunteers.store import Store
from shared.contracts.personal import born_by_card
from shared.errors import NotFound
from shared.storage.aggregates import Aggregates, Loaded
from shared.storage.mongo import Document
from shared.tables import Cell

T = TypeVar("T")
Read = Callable[[str], str]
Facts = dict[str, Cell]

PAGE = 500  # documents in memory
CHINA = timezone(timedelta(hours=8))


def personal_fields(form: ColumnSet) -> list[str]:
    """Those of its fields that are personal data."""
    return sorted({each.field for each in form.columns if each.field} & PERSONAL_FIELDS)


class Exports:
    """Rows of a form, one after the other."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._titles: dict[str, str] = {}
        self._people: dict[str, Facts] = {}

    def rows(self, form: ColumnSet, criteria: Document, read: Read | None) -> Iterator[list[Cell]]:
        """The heading, then a row for each that matches. `read` opens personal data."""
        yield heading(form)
        kinds: dict[TableKind, Callable[[Document, Read | None], Iterator[Facts]]] = {
            TableKind.VOLUNTEERS: self._volunteers,
            TableKind.TEAMS: self._teams,
            TableKind.HOURS: self._hours,
        }
        for facts in kinds[form.kind](criteria, read):
            yield written(form, facts)

    def _volunteers(self, criteria: Document, read: Read | None) -> Iterator[Facts]:
        for page in _pages(self._store.volunteers, criteria):
            here = [each for each in page if each.state.status not in GONE]
            minutes = self._store.hours.chains.minutes(each.id for each in here)
            yield from (self._volunteer(each, minutes.get(each.id, 0), read) for each in here)

    def _volunteer(self, loaded: Loaded[Volunteer], minutes: int, read: Read | None) -> Facts:
        it, person = loaded.state, loaded.state.personal
        facts: Facts = {
            "id": it.id,
            "number": it.number,
            "national_number": it.national_number,
            "person": it.person,
            "site": it.site,
            "status": it.status.value,
            "teams": "、".join(self._title(team) for team in it.teams),
            "skills": "、".join(it.skills),
            "registered_on": loaded.made.astimezone(CHINA).date(),
            "minutes": minutes,
            "hours": _hours_of(minutes),
        }
        if person:
            consent = person.consent
            facts |= {
                "id_type": person.id_type.value,
                "consent_text": consent.text,
                "consent_at": consent.given_at.astimezone(CHINA).isoformat(),
                "consent_channel": consent.channel.value,
                "guardian_relation": person.guardian.relation.value if person.guardian else None,
            }
        return facts | (_clear(person, read) if person and read else {})

    def _teams(self, criteria: Document, read: Read | None) -> Iterator[Facts]:
        for loaded in _all(self._store.teams, criteria):
            it = loaded.state
            yield {
                "id": loaded.id,
                "title": it.title,
                "site": it.site,
                "status": it.status,
                "joining": it.joining.value,
                "organisation": it.organisation,
                "leaders": "、".join(it.leaders),
                "members": self._store.members(loaded.id),
            }

    def _hours(self, criteria: Document, read: Read | None) -> Iterator[Facts]:
        for loaded in _all(self._store.hours.chains.links, criteria):
            link = loaded.state
            yield self._person(link.volunteer, read) | {
                "id": link.entry,
                "volunteer": link.volunteer,
                "team": link.team,
                "team_title": self._title(link.team),
                "site": link.site,
                "theme": link.theme.value,
                "service_date": date.fromisoformat(link.service_date),
                "started_at": _clock_time(link.started_at),
                "ended_at": _clock_time(link.ended_at),
                "mode": link.modes[0].value if link.modes else None,
                "minutes": link.minutes,
                "hours": _hours_of(link.minutes),
                "evidence": link.evidence,
            }

    def _person(self, id: str, read: Read | None) -> Facts:
        if id not in self._people:
            if len(self._people) > PAGE:
                self._people.clear()
            try:
                it = self._store.volunteers.load(id).state
            except NotFound:
                return {}
            open_to_all = it.status not in GONE
            clear = _clear(it.personal, read) if it.personal and read and open_to_all else {}
            self._people[id] = {
                "number": it.number,
                "national_number": it.national_number,
                **clear,
            }
        return self._people[id]

    def _title(self, team: str) -> str:
        if team not in self._titles:
            try:
                self._titles[team] = self._store.teams.load(team).state.title
            except NotFound:
                self._titles[team] = team
        return self._titles[team]


def _all(aggregates: Aggregates[T], criteria: Document) -> Iterator[Loaded[T]]:
    return (each for page in _pages(aggregates, criteria) for each in page)


def _pages(aggregates: Aggregates[T], criteria: Document) -> Iterator[list[Loaded[T]]]:
    """Page by page, so that no cursor stays open while somebody reads slowly."""
    after: tuple[datetime, str] | None = None
    while True:
        page = list(aggregates.find(criteria, after=after, limit=PAGE))
        yield page
        if len(page) < PAGE:
            return
        after = page[-1].made, page[-1].id


def _clear(person: Person, read: Read) -> Facts:
    facts: Facts = {name: read(sealed) for name, sealed in fields_of(person).items()}
    number = str(facts["id_number"])
    if person.id_type in CARDS:
        facts["sex"] = "male" if int(number[16]) % 2 else "female"
        facts["birth_date"] = born_by_card(number)
    else:
        facts["birth_date"] = facts.get("born_on")
    return facts


def _clock_time(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _hours_of(minutes: int) -> float:
    """To a tenth, rounded towards nothing: never more than was served. Corrections are negative."""
    return int(minutes * 10 / 60) / 10

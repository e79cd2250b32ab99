"""The books that are counted again from the feeds, and what does not agree with them.

They are kept apart from the projections: another reading of the same events, by other code, so
that a mistake in one shows. An hour's evidence is the event of its check-out.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.reports.model.period import SHANGHAI, Period

HANDS = ("orders.order.checked-out", "volunteers.shift.checked-out")
"""Somebody has ended serving, seen by machine: minutes that must be credited once."""

CREDITED = "volunteers.hours.credited"

STREET = "street"

COMPARED = {
    "orders.order.placed": "orders_placed",
    "orders.order.completed": "orders_completed",
    "events.activity.held": "sessions_held",
    "events.registration.attended": "attendances",
    "events.attendance.counted": "attendances",
    CREDITED: "service_entries",
}
"""What each of these events counts: one; an attendance, as many as have come."""

MINUTES = {CREDITED: "minutes", "volunteers.hours.corrected": "difference"}
"""Field of the minutes that each of these events adds."""

HEARD = tuple(dict.fromkeys((*HANDS, *COMPARED, *MINUTES)))
"""Names of all events that the books are kept from."""

Places = Mapping[tuple[str, str], Mapping[str, int]]
"""Sums by month and site."""


@dataclass(frozen=True)
class Told:
    """One event, as its feed tells it."""

    source: str
    sequence: int
    id: str
    name: str  # "orders.order.placed"
    subject: str
    time: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """Something that does not add up, with where to look."""

    kind: str
    site: str
    what: str  # measure, or id of the aggregate
    expected: int
    found: int
    where: str  # month, day, or place in a feed


@dataclass
class Books:
    """Of one period."""

    period: Period
    sums: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)  # month, site
    hands: dict[str, Told] = field(default_factory=dict)  # by id of the check-out
    entries: dict[str, list[Told]] = field(default_factory=dict)  # by their evidence

    def take(self, told: Told) -> None:
        """Write an event into the books."""
        day = _day(told)
        if not self.period.first.isoformat() <= day <= self.period.last.isoformat():
            return
        site = told.data["site"]
        book = self.sums.setdefault((day[:7], site), Counter())
        if told.name in COMPARED:
            come = COMPARED[told.name] == "attendances"
            book[COMPARED[told.name]] += told.data.get("people", 1) if come else 1
        if told.name in MINUTES:
            book["service_minutes"] += told.data[MINUTES[told.name]]
        if told.name in HANDS:
            self.hands[told.id] = told
        if told.name == CREDITED:
            self.entries.setdefault(told.data["evidence"], []).append(told)

    def waiting(self, now: datetime, grace: timedelta) -> int:
        """Hands so fresh that their entry may be on its way."""
        return sum(
            1
            for id, hand in self.hands.items()
            if id not in self.entries and now - hand.time < grace
        )

    def hands_against_entries(self, now: datetime, grace: timedelta) -> Iterator[Difference]:
        """Every checked-out hand has one credited entry of its minutes, and none is without."""
        for id, hand in self.hands.items():
            entries = self.entries.get(id, [])
            if not entries and now - hand.time >= grace:
                yield _of(hand, "hand-not-credited", 1, 0)
            if len(entries) > 1:
                yield _of(entries[-1], "hand-credited-twice", 1, len(entries))
            minutes = hand.data["minutes"]
            for entry in entries[:1]:
                if entry.data["minutes"] != minutes:
                    yield _of(entry, "minutes-differ", minutes, entry.data["minutes"])
        for evidence, entries in self.entries.items():
            for entry in entries:
                by_machine = entry.data.get("source", "order") in ("order", "shift")
                if by_machine and evidence not in self.hands:
                    yield _of(entry, "entry-without-hand", 0, 1)

    def against_sums(self, sums: Places) -> Iterator[Difference]:
        """Every event is in the month's sums of its site, and of the street, once."""
        street: dict[tuple[str, str], Counter[str]] = {}
        for (month, _), counts in self.sums.items():
            street.setdefault((month, STREET), Counter()).update(counts)
        mine: Places = self.sums | street
        names = {*COMPARED.values(), "service_minutes"}
        for place in sorted(mine.keys() | sums.keys()):
            for name in sorted(names):
                expected = mine.get(place, {}).get(name, 0)
                found = sums.get(place, {}).get(name, 0)
                if expected != found:
                    month, site = place
                    yield Difference("sum-differs", site, name, expected, found, month)


def between_sums(months: Places, days: Places) -> Iterator[Difference]:
    """The days of a month add up to it, for each site and for the street."""
    added: dict[tuple[str, str], Counter[str]] = {}
    for (day, site), counts in days.items():
        added.setdefault((day[:7], site), Counter()).update(counts)
    yield from _compare("days-differ", months, added)


def against_evidence(months: Places, evidence: Places) -> Iterator[Difference]:
    """The evidence of each site's numbers adds up to them."""
    of_sites = {place: counts for place, counts in months.items() if place[1] != STREET}
    yield from _compare("evidence-differs", of_sites, evidence)


def _compare(kind: str, months: Places, others: Places) -> Iterator[Difference]:
    for place in sorted(months.keys() | others.keys()):
        mine, theirs = months.get(place, {}), others.get(place, {})
        for name in sorted(mine.keys() | theirs.keys()):
            if mine.get(name, 0) != theirs.get(name, 0):
                month, site = place
                yield Difference(kind, site, name, mine.get(name, 0), theirs.get(name, 0), month)


def _of(told: Told, kind: str, expected: int, found: int) -> Difference:
    where = f"/{told.source}/{told.sequence}"
    return Difference(kind, told.data["site"], told.subject, expected, found, where)


def _day(told: Told) -> str:
    """In Asia/Shanghai: of the service for hours and sessions, else of the command."""
    if told.name in MINUTES:
        return str(told.data["service_date"])
    if told.name.startswith("events."):
        return _date(datetime.fromisoformat(told.data["starts_at"]))
    if told.name in HANDS:
        return _date(datetime.fromisoformat(told.data["started_at"]))
    return _date(told.time)


def _date(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).date().isoformat()

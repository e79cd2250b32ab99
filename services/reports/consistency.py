"""Compares, at stated places, what the services tell with what reports has summed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice

from services.reports.figures import AsOf, at_rest
from services.reports.model import books
from services.reports.model.books import Books, Difference, Places, Told
from services.reports.model.period import SHANGHAI, Period
from shared.contracts.base import PREFIX, Event
from shared.messaging.envelope import Envelope, unversioned
from shared.messaging.feed_client import FeedClient
from shared.service import Kit

SHOWN = 1000  # differences
EARLY = timedelta(days=2)
"""How long before its period an event may have been told: who comes early, clocks that differ, and
events that a broken relay has logged out of their order."""


@dataclass(frozen=True)
class Checked:
    """What was compared, and what does not agree."""

    as_of: AsOf
    hands: int
    entries: int
    waiting: int
    numbers: int
    differences: list[Difference]
    more: bool  # than are shown


def check(kit: Kit, feeds: FeedClient, period: Period, now: datetime, grace: timedelta) -> Checked:
    """Read the feeds of the services up to where the sums have heard them, and compare.

    The databases of the services are never looked at. Raises FeedUnreachable, Unavailable.
    """
    with at_rest(kit, period) as (as_of, figures):
        rows = figures.rows(period)
        evidence = figures.evidence_sums(period)
    places = {(row["period"], row["site"]): row["totals"] for row in rows}
    months: Places = {place: sums for place, sums in places.items() if len(place[0]) == 7}
    days: Places = {place: sums for place, sums in places.items() if len(place[0]) == 10}
    kept = Books(period)
    for told in _told(feeds, as_of, period):
        kept.take(told)

    def differences() -> Iterator[Difference]:
        yield from kept.hands_against_entries(now, grace)
        yield from kept.against_sums(months)
        yield from books.between_sums(months, days)
        yield from books.against_evidence(months, evidence)

    found = list(islice(differences(), SHOWN + 1))
    return Checked(
        as_of=as_of,
        hands=len(kept.hands),
        entries=sum(map(len, kept.entries.values())),
        waiting=kept.waiting(now, grace),
        numbers=sum(len(sums) for sums in places.values()),
        differences=found[:SHOWN],
        more=len(found) > SHOWN,
    )


def _told(feeds: FeedClient, as_of: AsOf, period: Period) -> Iterator[Told]:
    """From a little before the period on: nothing counts before it happens. What is told late is
    behind it."""
    since = datetime.combine(period.first, time(), SHANGHAI) - EARLY
    for source, through in as_of.items():
        types = [
            type
            for type, contract in Event.known.items()
            if contract.publisher == source and contract.name in books.HEARD
        ]
        if types:
            after = feeds.place_before(source, since, through)
            for each in feeds.events(source, types, through, after):
                yield _as_told(each)


def _as_told(each: Envelope) -> Told:
    name = unversioned(each.type).removeprefix(f"{PREFIX}.")
    return Told(each.source, each.sequence, each.id, name, each.subject, each.time, each.data)

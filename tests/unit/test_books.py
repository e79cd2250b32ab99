"""The books that are counted again from the feeds find whatever does not agree with them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.reports.model import books
from services.reports.model.books import Books, Told
from services.reports.model.period import Period
from services.reports.projections import COUNTED
from shared.contracts.base import Event
from tests.unit.builders import NOW

LATER = NOW + timedelta(days=1)
GRACE = timedelta(minutes=10)


def told(name: str, sequence: int, **data: Any) -> Told:
    facts = {"site": "XP11"} | data
    return Told(name.split(".")[0], sequence, f"e{sequence}", name, "ord_one111", NOW, facts)


def hand(sequence: int = 1, minutes: int = 44) -> Told:
    started_at = NOW.isoformat()
    return told("orders.order.checked-out", sequence, started_at=started_at, minutes=minutes)


def entry(sequence: int = 1, of: int = 1, **facts: Any) -> Told:
    usual = {"evidence": f"e{of}", "minutes": 44, "service_date": "2026-10-09", "source": "order"}
    return told("volunteers.hours.credited", sequence, **usual | facts)


def kept(*events: Told) -> Books:
    kept = Books(Period("2026-10"))
    for each in events:
        kept.take(each)
    return kept


def kinds(kept: Books, now: datetime = LATER) -> list[str]:
    return [each.kind for each in kept.hands_against_entries(now, GRACE)]


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([hand(), entry()], []),
        ([hand(1), hand(2), entry(1, of=2), entry(2, of=1)], []),
        ([hand()], ["hand-not-credited"]),
        ([entry()], ["entry-without-hand"]),
        ([entry(source="paper", of=9)], []),
        ([hand(), entry(1), entry(2)], ["hand-credited-twice"]),
        ([hand(minutes=45), entry()], ["minutes-differ"]),
    ],
)
def test_every_hand_has_one_entry_of_its_minutes(events: list[Told], found: list[str]) -> None:
    assert kinds(kept(*events)) == found


def test_an_entry_may_be_on_its_way_for_a_while() -> None:
    fresh = kept(hand())

    assert (fresh.waiting(NOW, GRACE), kinds(fresh, NOW)) == (1, [])
    assert (fresh.waiting(NOW + GRACE, GRACE), kinds(fresh, NOW + GRACE)) == (
        0,
        ["hand-not-credited"],
    )


def test_what_is_told_late_counts_in_its_month_and_nothing_else_does() -> None:
    late = replace(entry(service_date="2026-09-30"), time=NOW)
    midnight = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
    held = told("events.activity.held", 2, starts_at=midnight.isoformat())
    just = told("events.activity.held", 3, starts_at=(midnight - timedelta(seconds=1)).isoformat())

    assert kept(late, held).sums == {}
    assert kept(just).sums == {("2026-10", "XP11"): {"sessions_held": 1}}


def agreeing() -> dict[tuple[str, str], dict[str, int]]:
    """The sums of one completed order and its hand, in October."""
    sums = {"orders_completed": 1, "service_entries": 1, "service_minutes": 44, "orders_closed": 1}
    return {("2026-10", "XP11"): dict(sums), ("2026-10", "street"): dict(sums)}


def one_more(sums: dict[tuple[str, str], dict[str, int]]) -> None:
    sums["2026-10", "XP11"]["orders_completed"] += 1


def one_elsewhere(sums: dict[tuple[str, str], dict[str, int]]) -> None:
    sums["2026-10", "XP12"] = {"service_minutes": 44}


def street_lost(sums: dict[tuple[str, str], dict[str, int]]) -> None:
    del sums["2026-10", "street"]


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (lambda sums: None, []),
        (one_more, [("XP11", "orders_completed", 1, 2)]),
        (one_elsewhere, [("XP12", "service_minutes", 0, 44)]),
        (
            street_lost,
            [
                ("street", "orders_completed", 1, 0),
                ("street", "service_entries", 1, 0),
                ("street", "service_minutes", 44, 0),
            ],
        ),
    ],
)
def test_every_event_is_in_the_sums_of_its_site_and_of_the_street(
    plant: Callable[[Any], None], found: list[tuple[str, str, int, int]]
) -> None:
    sums = agreeing()
    plant(sums)

    differences = kept(told("orders.order.completed", 1), hand(2), entry(3, of=2)).against_sums(
        sums
    )

    assert [(d.site, d.what, d.expected, d.found) for d in differences] == found


def test_days_and_evidence_add_up_to_their_month() -> None:
    months = agreeing()
    days = {("2026-10-09", site): counts for (_, site), counts in agreeing().items()}
    evidence = {place: counts for place, counts in agreeing().items() if place[1] != "street"}

    assert list(books.between_sums(months, days)) == []
    assert list(books.against_evidence(months, evidence)) == []

    days["2026-10-09", "XP11"]["orders_closed"] = 2
    evidence["2026-10", "XP11"]["orders_closed"] = 0
    [day] = books.between_sums(months, days)
    [row] = books.against_evidence(months, evidence)
    assert (day.kind, day.what, day.expected, day.found) == ("days-differ", "orders_closed", 1, 2)
    assert (row.kind, row.what, row.expected, row.found) == (
        "evidence-differs",
        "orders_closed",
        1,
        0,
    )


def test_what_the_books_are_kept_from_is_told_and_counted() -> None:
    names = {contract.name for contract in COUNTED}

    assert set(books.COMPARED) <= names
    assert "orders.order.checked-out" in {contract.name for contract in Event.known.values()}

"""The demonstration's plan of a month, and its comparison of figures: nothing is running here."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from deploy.demonstration.activities import plan_activities
from deploy.demonstration.agenda import play
from deploy.demonstration.count import Figures, compare
from deploy.demonstration.month import Month, last_complete
from deploy.demonstration.order_plan import ORDERS, Fate, OrderPlan, plan_orders
from deploy.demonstration.people import Hand, Roster, volunteers
from deploy.demonstration.reference import Reference
from shared.clock import SHANGHAI

MONTHS = [Month(2026, number) for number in range(1, 13)] + [Month(2028, 2)]
REFERENCE = Reference.read()


def orders_of(month: Month) -> list[OrderPlan]:
    return plan_orders(month, REFERENCE, Roster(volunteers(REFERENCE)))


def services(plan: OrderPlan) -> Iterator[tuple[Hand, datetime, datetime]]:
    """Who really serves an order, and when."""
    for serving in filter(None, (plan.serving, plan.again)):
        hands = list(serving.hands)
        if serving is plan.serving and plan.replacement:
            hands[0] = plan.replacement
        for hand in hands:
            yield hand, serving.checked_in_at, serving.checked_out_at


def test_the_last_complete_month_is_of_shanghai() -> None:
    # Half past midnight on the first of December there, still November in UTC.
    assert last_complete(datetime(2026, 11, 30, 16, 30, tzinfo=UTC)) == Month(2026, 11)
    assert last_complete(datetime(2026, 1, 1, tzinfo=SHANGHAI)) == Month(2025, 12)


@pytest.mark.parametrize("month", MONTHS, ids=lambda month: month.name)
def test_every_fate_has_its_orders(month: Month) -> None:
    assert Counter(plan.fate for plan in orders_of(month)) == ORDERS


@pytest.mark.parametrize("month", MONTHS, ids=lambda month: month.name)
def test_nobody_serves_in_two_places(month: Month) -> None:
    served: dict[str, list[tuple[datetime, datetime]]] = {}
    for plan in orders_of(month):
        if plan.fate not in (Fate.REJECTED, Fate.WITHDRAWN, Fate.UNCLAIMED, Fate.CALLED_OFF):
            for hand, came, left in services(plan):
                served.setdefault(hand.volunteer.ref, []).append((came, left))
    for times in served.values():
        for (_, left), (came, _) in pairwise(sorted(times)):
            assert left < came


@pytest.mark.parametrize("month", MONTHS, ids=lambda month: month.name)
def test_everything_is_served_and_held_within_the_month(month: Month) -> None:
    first, last = month.at(1, 0), month.at(month.days + 1, 0)
    for plan in orders_of(month):
        assert first < plan.placed_at < plan.vetted_at < last
        if plan.fate not in (Fate.REJECTED, Fate.WITHDRAWN, Fate.UNCLAIMED):
            assert plan.vetted_at < plan.serving.accepted_at < plan.serving.checked_in_at
        for serving in filter(None, (plan.serving, plan.again)):
            assert serving.checked_out_at < serving.completed_at < last
    for activity in plan_activities(month, REFERENCE):
        assert first < activity.announced_at < min(guest.at for guest in activity.guests)
        assert activity.starts_at < activity.ends_at < last


@pytest.mark.parametrize("month", MONTHS, ids=lambda month: month.name)
def test_as_many_hands_as_are_needed_all_of_them_members(month: Month) -> None:
    for plan in orders_of(month):
        for hand, _, _ in services(plan):
            assert hand.team in hand.volunteer.teams
            assert hand.volunteer.verified
        assert len(plan.serving.hands) == plan.hands


def test_the_story_is_the_same_each_time() -> None:
    month = Month(2026, 10)
    assert orders_of(month) == orders_of(month)
    assert plan_activities(month, REFERENCE) == plan_activities(month, REFERENCE)


def test_lives_of_one_moment_wait_for_each_other() -> None:
    start = datetime(2026, 10, 1, tzinfo=UTC)
    done: list[str] = []

    def life(name: str) -> Iterator[datetime]:
        yield start
        done.append(f"{name} asks")
        yield start
        done.append(f"{name} looks")
        yield start + timedelta(days=40)
        done.append(f"{name} comes too late")

    moments: list[datetime] = []
    with ThreadPoolExecutor(2) as pool:
        play([life("one"), life("two")], moments.append, pool, start + timedelta(days=31))
    assert [each.split()[1] for each in done] == ["asks", "asks", "looks", "looks"]
    assert moments == [start]


def counted() -> Figures:
    figures = Figures()
    figures.add({"site": "XP04", "theme": "civility", "modes": ["help", "link"]}, "orders_placed")
    return figures


def reported(placed: int) -> dict[str, dict[str, object]]:
    row = {"orders_placed": placed}
    return {
        "totals": {"orders_placed": placed},
        "by_theme": {"civility": row},
        "by_mode": {"help": row, "link": row},
        "by_site": {"XP04": row},
    }


def test_the_same_numbers_agree() -> None:
    comparison = compare(counted(), reported(1))
    assert comparison.agrees
    assert comparison.numbers == 5


def test_each_number_that_differs_is_named() -> None:
    comparison = compare(counted(), reported(2))
    assert len(comparison.differences) == 5
    assert "totals orders_placed: counted 1, reported 2" in comparison.differences


def test_what_only_one_side_knows_is_a_difference() -> None:
    figures = reported(1)
    figures["totals"] |= {"attendances": 3}
    assert compare(counted(), figures).differences == ["totals attendances: counted 0, reported 3"]

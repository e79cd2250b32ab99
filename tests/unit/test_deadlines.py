"""Deadlines of the stages: warned before, escalated after, by working days, and without drift; and
every order ends: what nobody moves any more, time does (PROTOCOL 4)."""

import copy
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.orders.model.commands import DispatchOrder, RateOrder, TransferOrder
from services.orders.model.deadlines import LAPSES_AFTER, Limit, stage
from services.orders.model.moves import ENDED
from services.orders.model.moves import OrderStatus as S
from services.orders.model.order import Order
from shared.contracts.base import Event
from shared.contracts.orders import (
    OrderCancelled,
    OrderCompleted,
    OrderDueSoon,
    OrderEscalated,
    OrderOfferExpired,
    OrderOverdue,
    ReleaseReason,
)
from tests.unit.builders import (
    ACC_ANN,
    ACC_BOB,
    ANN,
    BOB,
    CAI,
    HOUR,
    NOW,
    assigned,
    completed,
    item,
    order_that_is,
    place,
    placed,
    vetted,
)

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
SATURDAY_WORKED = NOW + DAY  # 2026-10-10, worked instead of a holiday
MONDAY = NOW + 3 * DAY


def told(events: Sequence[Event]) -> list[str]:
    return [event.name.rsplit(".", 1)[1] for event in events]


def steps(order: Order, until: datetime) -> list[tuple[datetime, str]]:
    """What time brings, as a clock that never stands still sees it."""
    found = []
    while (due := order.due_at()) and due <= until:
        found += [(due, name) for name in told(order.pass_time(due))]
    return found


def test_a_stage_is_warned_of_then_overdue_then_escalated_by_working_days() -> None:
    order = placed()
    order.starts_at = order.ends_at = NOW + 20 * DAY

    assert steps(order, NOW + 10 * DAY) == [
        (NOW + 18 * HOUR, "due-soon"),
        (SATURDAY_WORKED, "overdue"),
        (MONDAY, "escalated"),
        (MONDAY + DAY, "escalated"),
    ]


def test_what_is_told_names_the_moments_of_the_stage_not_of_the_telling() -> None:
    order = placed()
    order.starts_at = order.ends_at = NOW + 20 * DAY

    events = order.pass_time(NOW + 9 * DAY)  # the worker was down for a week

    moments = {"stage": "vet", "since": NOW, "due": SATURDAY_WORKED}
    kinds = [OrderDueSoon, OrderOverdue, OrderEscalated, OrderEscalated]
    assert [type(each) for each in events] == kinds
    assert all(each.model_dump().items() >= moments.items() for each in events)
    assert [e.level for e in events if isinstance(e, OrderEscalated)] == [1, 2]


def test_limits_of_the_item_or_site_are_those_of_when_it_was_placed() -> None:
    limits = {"vet": Limit(hours=4), "rate": Limit(working_days=1)}
    order, _ = Order.place("ord_two222", place(), item(), "office", NOW, limits)

    assert steps(order, NOW + 5 * HOUR)[:2] == [
        (NOW + 3 * HOUR, "due-soon"),
        (NOW + 4 * HOUR, "overdue"),
    ]
    quick = completed()
    quick.limits = limits
    ends = steps(quick, quick.stage_since + 9 * DAY)
    assert [each for each in ends if each[1] == "closed"] == [(quick.stage_since, "closed")]


def test_another_site_has_limits_of_its_own() -> None:
    order = placed()
    order.pass_time(NOW + DAY)

    order.transfer(TransferOrder(site="XP12", reason="nearer"), {"vet": Limit(hours=2)}, NOW + DAY)

    assert order.due_at() == NOW + DAY + 1.5 * HOUR
    assert "overdue" in told(order.pass_time(NOW + DAY + 2 * HOUR))  # told anew


def test_a_stage_that_is_entered_again_is_watched_again() -> None:
    order = vetted()
    order.starts_at, order.ends_at = NOW + 9 * DAY, NOW + 9 * DAY + HOUR
    assert "overdue" in told(order.pass_time(MONDAY))
    assigned(order, ACC_ANN, ANN)
    order.check_in(ACC_ANN, order.starts_at)
    order.check_out(ACC_ANN, order.ends_at)
    order.complete(order.ends_at)
    order.rate(RateOrder(stars=1), order.ends_at)

    present = stage(order)
    assert present and present.name == "dispatch"
    assert "overdue" not in told(order.pass_time(present.due - SECOND))
    assert "overdue" in told(order.pass_time(present.due))


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (S.PLACED, "vet"),
        (S.RETURNED, "vet"),
        (S.OPEN, "dispatch"),
        (S.DISPATCHED, "accept"),
        (S.ASSIGNED, "serve"),
        (S.STARTED, "serve"),
        (S.COMPLETED, "rate"),
    ],
)
def test_each_status_waits_for_its_stage(status: S, name: str) -> None:
    order = order_that_is(status)

    present = stage(order)

    assert present and present.name == name
    assert present.since == (order.ends_at if name == "serve" else order.stage_since)
    assert present.since < present.warned_at < present.due < present.escalated_at[0]
    assert present.published


def test_where_the_holidays_are_not_published_yet_that_is_said() -> None:
    order = placed()
    order.stage_since = datetime(2090, 3, 1, 1, 0, tzinfo=UTC)

    present = stage(order)

    assert present and not present.published


def test_who_does_not_answer_is_asked_no_longer() -> None:
    order = vetted()
    order.starts_at = order.ends_at = NOW + 20 * DAY
    order.dispatch(DispatchOrder(volunteers=[ANN, BOB]), NOW)
    order.dispatch(DispatchOrder(volunteers=[CAI]), NOW + HOUR)

    events = order.pass_time(SATURDAY_WORKED)

    expired = [each.volunteer for each in events if isinstance(each, OrderOfferExpired)]
    assert expired == [ANN, BOB]
    statuses = [order.status]
    order.pass_time(SATURDAY_WORKED + HOUR)
    assert [*statuses, order.status] == [S.DISPATCHED, S.OPEN]  # anybody may grab it
    assert (order.asked, order.offers) == ([], {})


def test_an_offer_that_was_accepted_does_not_expire() -> None:
    order = vetted(hands=2)
    order.starts_at = order.ends_at = NOW + 20 * DAY
    order.dispatch(DispatchOrder(volunteers=[ANN, BOB]), NOW)
    assigned(order, ACC_ANN, ANN)

    events = order.pass_time(SATURDAY_WORKED)

    assert [each.volunteer for each in events if isinstance(each, OrderOfferExpired)] == [BOB]
    assert order.serving == [ANN]


def test_an_unrated_order_is_rated_after_seven_days_as_of_then() -> None:
    order = completed()
    since = order.stage_since

    assert "rated" not in told(order.pass_time(since + 7 * DAY - SECOND))
    rated, _ = order.pass_time(since + 30 * DAY)

    assert (order.status, order.stars, order.rated_automatically) == (S.CLOSED, 5, True)
    assert rated.model_dump()["automatic"] is True
    assert order.stage_since == since + 7 * DAY
    assert order.due_at() is None


@settings(max_examples=60, deadline=None)
@given(
    status=st.sampled_from([status for status in S if status not in ENDED]),
    looks=st.lists(st.integers(0, 45 * 24), max_size=6),
)
def test_a_clock_that_stood_still_makes_no_difference(status: S, looks: list[int]) -> None:
    timely, late = order_that_is(status), order_that_is(status)
    end = NOW + 60 * DAY
    every_step = [name for _, name in steps(timely, end)]

    seen: list[str] = []
    for hours in [*sorted(looks), 60 * 24]:
        seen += told(late.pass_time(NOW + timedelta(hours=hours)))

    assert late == timely
    assert seen == every_step


@pytest.mark.parametrize("status", S)
def test_every_order_ends_by_time_alone(status: S) -> None:
    order = order_that_is(status)

    order.pass_time(NOW + 60 * DAY)

    assert order.status in ENDED
    assert order.due_at() is None


def test_an_order_that_nobody_served_is_cancelled_long_after_its_time() -> None:
    order = assigned(vetted(), ACC_ANN, ANN)
    lapses = order.ends_at + LAPSES_AFTER

    early = copy.deepcopy(order)
    assert "cancelled" not in told(early.pass_time(lapses - SECOND))
    events = order.pass_time(lapses)

    assert told(events)[-2:] == ["released", "cancelled"]
    assert isinstance(events[-1], OrderCancelled)
    assert (order.status, order.cancelled_by) == (S.CANCELLED, "time")


def test_an_order_that_nobody_completed_is_completed_with_what_was_checked_out() -> None:
    order = vetted(hands=2)
    assigned(order, ACC_ANN, ANN)
    assigned(order, ACC_BOB, BOB)
    order.check_in(ACC_ANN, order.starts_at)
    order.check_out(ACC_ANN, order.ends_at)
    order.check_in(ACC_BOB, order.starts_at)  # and never out: no evidence of the minutes

    events = order.pass_time(order.ends_at + LAPSES_AFTER)

    [completed] = [each for each in events if isinstance(each, OrderCompleted)]
    assert (completed.hands, completed.minutes) == (1, 60)
    assert order.acceptances[ACC_BOB].release_reason is ReleaseReason.EXPIRED

"""Every order ends: what nobody moves any more, time does (PROTOCOL 4)."""

from datetime import timedelta

import pytest

from services.orders.model.deadlines import LAPSES_AFTER
from services.orders.model.moves import MOVES
from services.orders.model.moves import OrderStatus as S
from shared.contracts.orders import OrderCancelled, OrderCompleted, OrderReleased, ReleaseReason
from tests.unit.builders import ACC_ANN, ACC_BOB, ANN, BOB, assigned, order_that_is, vetted

ENDED = [status for status in S if not MOVES[status]]


@pytest.mark.parametrize("status", S)
def test_every_order_ends_by_time_alone(status: S) -> None:
    order = order_that_is(status)

    for _ in range(10):
        due = order.due_at()
        if due is None:
            break
        order.pass_time(due)

    assert order.status in ENDED


def test_an_order_that_nobody_served_is_cancelled_long_after_its_time() -> None:
    order = assigned(vetted(), ACC_ANN, ANN)

    assert not order.pass_time(order.ends_at + LAPSES_AFTER - timedelta(seconds=1))[1:]
    events = order.pass_time(order.ends_at + LAPSES_AFTER)

    assert [type(each) for each in events] == [OrderReleased, OrderCancelled]
    assert order.status is S.CANCELLED


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

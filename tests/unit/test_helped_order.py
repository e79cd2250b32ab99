"""An order for a recipient: a child needs a guardian's consent, and two adults."""

import pytest

from services.orders.model.acceptance import AcceptanceStatus
from services.orders.model.commands import AcceptOrder
from services.orders.model.moves import OrderStatus
from services.orders.model.order import Order
from services.orders.model.order.helped import Helped
from shared.contracts.orders import OrderAccepted, OrderCancelled, OrderReleased, ReleaseReason
from shared.errors import Unprocessable
from tests.unit.builders import NOW, placed

ANN, BOB = "vol_ann111", "vol_bob111"
CHILD = Helped(recipient="rcp_one111", child=True, guardian_consents=True)
NEIGHBOUR = Helped(recipient="rcp_two111", child=False, guardian_consents=False)


def accepted(order: Order, *volunteers: str) -> Order:
    for each in volunteers:
        command = AcceptOrder(volunteer=each, team="team_red111")
        order.accept(f"acc_{each[4:]}", command, NOW)
        order.reserved(f"acc_{each[4:]}", each, NOW)
    return order


def test_an_order_for_a_child_needs_two_who_are_of_age() -> None:
    order = placed()
    order.vet(NOW, CHILD)

    assert (order.status, order.hands) == (OrderStatus.OPEN, 2)
    [event] = order.accept("acc_ann111", AcceptOrder(volunteer=ANN, team="team_red111"), NOW)
    assert isinstance(event, OrderAccepted)
    assert "adult" in event.qualifications


def test_without_a_guardians_consent_it_is_not_vetted() -> None:
    order = placed()
    child = Helped(recipient="rcp_one111", child=True, guardian_consents=False)
    with pytest.raises(Unprocessable, match="guardian"):
        order.vet(NOW, child)
    assert order.status is OrderStatus.PLACED


def test_others_are_served_as_was_ordered() -> None:
    order = placed()
    order.vet(NOW, NEIGHBOUR)
    assert (order.hands, order.qualifications, order.recipient) == (1, [], "rcp_two111")


def test_who_is_not_of_age_is_released_when_it_turns_out_to_be_for_a_child() -> None:
    order = placed()
    order.vet(NOW)
    accepted(order, ANN)
    assert order.status is OrderStatus.ASSIGNED

    [event] = order.protect(CHILD, {BOB}, NOW)

    assert isinstance(event, OrderReleased)
    assert event.reason is ReleaseReason.REFUSED
    assert order.acceptances["acc_ann111"].status is AcceptanceStatus.RELEASED
    assert (order.status, order.hands) == (OrderStatus.OPEN, 2)
    assert order.protect(CHILD, {BOB}, NOW) == []  # told again


def test_who_is_of_age_stays_and_a_second_is_sought() -> None:
    order = placed()
    order.vet(NOW)
    accepted(order, ANN)
    assert order.protect(CHILD, {ANN}, NOW) == []
    assert (order.status, order.serving) == (OrderStatus.OPEN, [ANN])
    accepted(order, BOB)
    assert order.status is OrderStatus.ASSIGNED


def test_with_the_recipient_the_orders_end_that_have_not_begun() -> None:
    order = placed()
    order.vet(NOW, CHILD)
    accepted(order, ANN, BOB)
    assert order.cancel_for("rcp_other1", NOW) == []
    *released, cancelled = order.cancel_for("rcp_one111", NOW)
    assert len(released) == 2
    assert isinstance(cancelled, OrderCancelled)
    assert order.cancel_for("rcp_one111", NOW) == []

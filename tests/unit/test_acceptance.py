"""The acceptance saga on the side of orders (PROTOCOL 4): hands, expiry, late and doubled news."""

import copy
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.orders.model.acceptance import HOLDING, AcceptanceStatus
from services.orders.model.commands import CancelOrder, RateOrder
from services.orders.model.deadlines import LAPSES_AFTER
from services.orders.model.moves import OrderStatus
from services.orders.model.order import Order
from shared.contracts.base import Event
from shared.contracts.orders import OrderOverdue, OrderReleased, ReleaseReason
from shared.errors import Conflict, ShijianError
from tests.unit.builders import (
    ACC_ANN,
    ACC_BOB,
    ANN,
    BOB,
    HOUR,
    NOW,
    STARTS,
    VOLUNTEERS,
    assigned,
    completed,
    order_that_is,
    placed,
    vetted,
    wants,
)

S = OrderStatus
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def released(events: Sequence[Event]) -> list[tuple[str, ReleaseReason]]:
    return [(e.acceptance, e.reason) for e in events if isinstance(e, OrderReleased)]


def overdue(events: Sequence[Event]) -> list[str]:
    return [event.stage for event in events if isinstance(event, OrderOverdue)]


def test_an_acceptance_holds_a_hand_before_its_time_is_reserved() -> None:
    order = vetted(hands=1)
    order.accept(ACC_ANN, wants(ANN), NOW)

    with pytest.raises(Conflict):
        order.accept(ACC_BOB, wants(BOB), NOW)


def test_an_order_is_assigned_when_its_last_hand_is() -> None:
    order = vetted(hands=2)

    [first] = assigned_events(order, ACC_ANN, ANN)
    assert (order.status, first.model_dump()["full"]) == (S.OPEN, False)
    [second] = assigned_events(order, ACC_BOB, BOB)
    assert (order.status, second.model_dump()["full"]) == (S.ASSIGNED, True)


def assigned_events(order: Order, acceptance: str, volunteer: str) -> Sequence[Event]:
    order.accept(acceptance, wants(volunteer), NOW)
    return order.reserved(acceptance, volunteer, NOW)


def test_a_reservation_for_an_unknown_acceptance_is_answered_by_a_release() -> None:
    order = vetted()

    assert released(order.reserved(ACC_ANN, ANN, NOW)) == [(ACC_ANN, ReleaseReason.UNKNOWN)]


def test_a_reservation_that_comes_after_the_acceptance_expired_is_answered_by_a_release() -> None:
    order = vetted()
    order.accept(ACC_ANN, wants(ANN), NOW)
    order.pass_time(NOW + 10 * MINUTE)

    assert released(order.reserved(ACC_ANN, ANN, NOW)) == [(ACC_ANN, ReleaseReason.UNKNOWN)]
    assert order.status is S.OPEN


def test_a_reservation_for_a_cancelled_order_is_answered_by_a_release() -> None:
    order = vetted()
    order.accept(ACC_ANN, wants(ANN), NOW)
    order.cancel(CancelOrder(by="office", reason="rain"), NOW)

    assert released(order.reserved(ACC_ANN, ANN, NOW)) == [(ACC_ANN, ReleaseReason.UNKNOWN)]
    assert order.status is S.CANCELLED


def test_a_reservation_heard_twice_changes_nothing() -> None:
    order = assigned(vetted(), ACC_ANN, ANN)
    before = copy.deepcopy(order)

    assert order.reserved(ACC_ANN, ANN, NOW) == []
    assert order == before


def test_a_refused_reservation_frees_the_hand() -> None:
    order = vetted()
    order.accept(ACC_ANN, wants(ANN), NOW)

    events = order.release(ACC_ANN, ReleaseReason.REFUSED, NOW, by_event=True)

    assert released(events) == [(ACC_ANN, ReleaseReason.REFUSED)]
    assert order.accept(ACC_BOB, wants(BOB), NOW)


def test_a_refusal_heard_twice_or_for_nobody_changes_nothing() -> None:
    order = vetted()
    order.accept(ACC_ANN, wants(ANN), NOW)
    order.release(ACC_ANN, ReleaseReason.REFUSED, NOW, by_event=True)
    before = copy.deepcopy(order)

    assert order.release(ACC_ANN, ReleaseReason.REFUSED, NOW, by_event=True) == []
    assert order.release(ACC_BOB, ReleaseReason.REFUSED, NOW, by_event=True) == []
    assert order == before


def test_a_refusal_does_not_take_away_what_is_being_served() -> None:
    order = order_that_is(S.STARTED)

    assert order.release(ACC_ANN, ReleaseReason.REFUSED, STARTS, by_event=True) == []
    assert order.acceptances[ACC_ANN].status is AcceptanceStatus.CHECKED_IN


def test_giving_back_the_last_hand_opens_the_order_again() -> None:
    order = assigned(vetted(), ACC_ANN, ANN)

    order.release(ACC_ANN, ReleaseReason.DECLINED, NOW)

    assert order.status is S.OPEN


def test_an_acceptance_expires_after_ten_minutes_and_not_before() -> None:
    order = vetted()
    order.accept(ACC_ANN, wants(ANN), NOW)
    assert order.due_at() == NOW + 10 * MINUTE

    assert order.pass_time(NOW + timedelta(minutes=9, seconds=59)) == []
    events = order.pass_time(NOW + 10 * MINUTE)

    assert released(events) == [(ACC_ANN, ReleaseReason.EXPIRED)]


def test_an_assigned_acceptance_does_not_expire() -> None:
    order = assigned(vetted(hands=2), ACC_ANN, ANN)

    assert released(order.pass_time(NOW + HOUR)) == []


def test_cancelling_releases_every_live_acceptance() -> None:
    order = assigned(vetted(hands=3), ACC_ANN, ANN)
    order.accept(ACC_BOB, wants(BOB), NOW)

    events = order.cancel(CancelOrder(by="resident", reason="well again"), NOW)

    assert [acceptance for acceptance, _ in released(events)] == [ACC_ANN, ACC_BOB]


def test_a_stage_that_takes_too_long_is_told_once() -> None:
    order = placed()
    due = NOW + DAY
    assert order.due_at() == due

    assert overdue(order.pass_time(due - timedelta(seconds=1))) == []
    assert overdue(order.pass_time(due)) == ["vet"]
    assert overdue(order.pass_time(due + HOUR)) == []
    assert order.due_at() == order.ends_at + LAPSES_AFTER


def test_a_stage_that_is_entered_again_is_watched_again() -> None:
    order = vetted()
    order.pass_time(NOW + 2 * DAY)  # told once; then somebody is found at last
    order.starts_at, order.ends_at = STARTS + timedelta(days=9), STARTS + timedelta(days=9, hours=1)
    assigned(order, ACC_ANN, ANN)
    order.check_in(ACC_ANN, order.starts_at)
    order.check_out(ACC_ANN, order.ends_at)
    order.complete(order.ends_at)
    order.rate(RateOrder(stars=1), order.ends_at)
    reopened = order.stage_since

    assert order.due_at() == reopened + 2 * DAY
    assert overdue(order.pass_time(reopened + 2 * DAY)) == ["dispatch"]


def test_serving_is_overdue_a_day_after_the_ordered_time() -> None:
    order = assigned(vetted(), ACC_ANN, ANN)

    assert order.due_at() == order.ends_at + DAY
    assert overdue(order.pass_time(order.ends_at + DAY)) == ["serve"]


def test_an_unrated_order_is_rated_after_seven_days() -> None:
    order = completed()
    since = order.stage_since
    assert order.due_at() == since + 7 * DAY

    assert order.pass_time(since + 7 * DAY - timedelta(seconds=1)) == []
    rated, _ = order.pass_time(since + 7 * DAY)

    assert (order.status, order.stars, order.rated_automatically) == (S.CLOSED, 5, True)
    assert rated.model_dump()["automatic"] is True
    assert order.due_at() is None


class Saga(RuleBasedStateMachine):
    """Commands, news and time in any order: what must hold whatever comes."""

    now: datetime
    order: Order

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.live: set[str] = set()  # accepted, neither released nor refused, as others know it

    @initialize(hands=st.integers(1, 3))
    def place(self, hands: int) -> None:
        self.now = NOW
        self.order = vetted(hands)

    def hear(self, events: Sequence[Event]) -> None:
        """What the events tell a listener, who knows nothing else."""
        for event in events:
            data = event.model_dump()
            if event.name.endswith("order.accepted"):
                self.live.add(data["acceptance"])
            if isinstance(event, OrderReleased):
                self.live.discard(event.acceptance)
            if event.name.endswith("order.reopened"):
                self.live.clear()

    def attempt(self, move: str, *arguments: object) -> None:
        before = copy.deepcopy(self.order)
        try:
            self.hear(getattr(self.order, move)(*arguments))
        except ShijianError:
            assert self.order == before, f"{move} was refused, and changed something"

    @rule(volunteer=st.sampled_from(VOLUNTEERS))
    def accept(self, volunteer: str) -> None:
        self.count += 1
        self.attempt("accept", f"acc_no{self.count:06}", wants(volunteer), self.now)

    @precondition(lambda self: self.count)
    @rule(data=st.data())
    def hear_of_a_reservation(self, data: st.DataObject) -> None:
        id = f"acc_no{data.draw(st.integers(1, self.count)):06}"
        self.attempt("reserved", id, ANN, self.now)

    @precondition(lambda self: self.order.acceptances)
    @rule(data=st.data(), by_event=st.booleans())
    def release(self, data: st.DataObject, by_event: bool) -> None:
        id = data.draw(st.sampled_from(sorted(self.order.acceptances)))
        reason = ReleaseReason.REFUSED if by_event else ReleaseReason.DECLINED
        before = copy.deepcopy(self.order)
        try:
            self.hear(self.order.release(id, reason, self.now, by_event=by_event))
        except ShijianError:
            assert self.order == before

    @precondition(lambda self: self.order.acceptances)
    @rule(data=st.data(), move=st.sampled_from(["check_in", "check_out"]))
    def serve(self, data: st.DataObject, move: str) -> None:
        id = data.draw(st.sampled_from(sorted(self.order.acceptances)))
        self.attempt(move, id, self.now)

    @rule()
    def complete(self) -> None:
        self.attempt("complete", self.now)

    @rule(stars=st.integers(1, 5))
    def rate(self, stars: int) -> None:
        self.attempt("rate", RateOrder(stars=stars), self.now)

    @rule(minutes=st.sampled_from([1, 9, 60, 60 * 24, 60 * 24 * 8]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.hear(self.order.pass_time(self.now))

    @invariant()
    def hands_never_exceed(self) -> None:
        held = [a for a in self.order.acceptances.values() if a.status in HOLDING]
        assert len(held) <= self.order.hands
        assert len({a.volunteer for a in held}) == len(held)

    @invariant()
    def a_listener_knows_who_holds_a_hand(self) -> None:
        held = {id for id, a in self.order.acceptances.items() if a.status in HOLDING}
        assert self.live == held

    @invariant()
    def the_clock_never_stands_still(self) -> None:
        due = self.order.due_at()
        assert due is None or due > self.now or self.moves_on()

    def moves_on(self) -> bool:
        order = copy.deepcopy(self.order)
        return bool(order.pass_time(self.now)) and (order.due_at() or self.now + HOUR) > self.now


Saga.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestSaga = Saga.TestCase

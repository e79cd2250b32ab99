"""The acceptance saga on the side of orders (PROTOCOL 4): hands, expiry, late and doubled news."""

import copy
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.orders.model.acceptance import HOLDING, AcceptanceStatus
from services.orders.model.commands import (
    CancelOrder,
    DeclineOrder,
    DispatchOrder,
    JoinOrder,
    RateOrder,
    RedispatchOrder,
    ReopenOrder,
    RescheduleOrder,
    ReturnOrder,
    TransferOrder,
    WithdrawOrder,
)
from services.orders.model.moves import MOVES, OrderStatus
from services.orders.model.order import Order
from shared.contracts.base import Event
from shared.contracts.orders import OrderReleased, ReleaseReason
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
    order_that_is,
    vetted,
    wants,
)

S = OrderStatus
MINUTE = timedelta(minutes=1)


def released(events: Sequence[Event]) -> list[tuple[str, ReleaseReason]]:
    return [(e.acceptance, e.reason) for e in events if isinstance(e, OrderReleased)]


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


OFF_THE_WAY: dict[str, Callable[[Order, str, datetime], Sequence[Event]]] = {
    "dispatch": lambda order, whom, now: order.dispatch(DispatchOrder(volunteers=[whom]), now),
    "redispatch": lambda order, whom, now: order.redispatch(
        RedispatchOrder(volunteers=[whom]), now
    ),
    "decline": lambda order, whom, now: order.decline(DeclineOrder(volunteer=whom), now),
    "no-show": lambda order, whom, now: order.no_show(
        next((id for id, a in order.acceptances.items() if a.volunteer == whom), "acc_none11"), now
    ),
    "return": lambda order, whom, now: order.send_back(ReturnOrder(reason="not ours"), now),
    "transfer": lambda order, whom, now: order.transfer(
        TransferOrder(site="XP11" if order.site == "XP12" else "XP12", reason="nearer"), {}, now
    ),
    "vet": lambda order, whom, now: order.vet(now),
    "join": lambda order, whom, now: order.join(JoinOrder(resident="R-000002"), now),
    "withdraw": lambda order, whom, now: order.withdraw(WithdrawOrder(resident="R-000002"), now),
    "urge": lambda order, whom, now: order.urge(now),
    "reschedule": lambda order, whom, now: order.reschedule(
        RescheduleOrder(starts_at=now + HOUR, by="station"), now
    ),
    "reopen": lambda order, whom, now: order.reopen(ReopenOrder(reason="not well"), now),
}
"""The moves beside those of the saga itself."""


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
        self.order.seats = 2

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

    @rule(data=st.data(), move=st.sampled_from(sorted(OFF_THE_WAY)))
    def go_off_the_way(self, data: st.DataObject, move: str) -> None:
        before, status = copy.deepcopy(self.order), self.order.status
        allowed = self.order.moves()
        whom = data.draw(st.sampled_from(VOLUNTEERS))
        try:
            self.hear(OFF_THE_WAY[move](self.order, whom, self.now))
        except Conflict as refused:
            assert refused.extra["allowed"] == allowed
            assert self.order == before
        except ShijianError:
            assert self.order == before
        else:
            assert move in allowed
            assert self.order.status in (status, *MOVES[status][move])

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
    def who_serves_is_listed_once(self) -> None:
        held = [a.volunteer for a in self.order.acceptances.values() if a.status in HOLDING]
        assert sorted(self.order.serving) == sorted(held)

    @invariant()
    def only_who_was_asked_has_an_offer(self) -> None:
        waiting = set(self.order.asked) - set(self.order.declined) - set(self.order.serving)
        assert self.order.offers.keys() <= waiting

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

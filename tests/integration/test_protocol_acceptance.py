"""PROTOCOL 4, the acceptance saga: the real models and reactions, their messages in any order."""

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import WriteConcern
from pymongo.read_concern import ReadConcern

from services.orders.clocks import move_orders
from services.orders.model.acceptance import HOLDING
from services.orders.model.commands import AcceptOrder, CancelOrder, PlaceOrder
from services.orders.model.deadlines import RESERVE_WITHIN
from services.orders.model.menu_item import MenuItem, MenuItemStatus
from services.orders.model.order import Order
from services.orders.reactions import REACTIONS as ORDERS_REACTIONS
from services.orders.store import Store as OrdersStore
from services.volunteers.model.calendar import Booking, Calendar, Gaps
from services.volunteers.model.commands import RegisterVolunteer
from services.volunteers.model.volunteer import Volunteer
from services.volunteers.reactions import REACTIONS as VOLUNTEERS_REACTIONS
from services.volunteers.store import Store as VolunteersStore
from shared.contracts.base import Event
from shared.contracts.orders import OrderAccepted, ReleaseReason
from shared.contracts.vocabulary import Mode, Theme
from shared.errors import ShijianError
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope, decode
from shared.messaging.reactions import Reactions, ReactionTable
from shared.messaging.relay import Relay
from shared.service import Kit
from shared.storage.aggregates import Aggregates, Origin, Receipt
from shared.storage.lease import Lease
from tests.integration.rig import Judge, Rig, protected

NOON = datetime(2026, 10, 9, 4, 0, tzinfo=UTC)
TEAM = "team_one111"
VOLUNTEERS = ("vol_ann111", "vol_bob111", "vol_cai111")
ITEM = MenuItem(
    status=MenuItemStatus.PUBLISHED,
    title="理发",
    theme=Theme.CIVILITY,
    modes=[Mode.HELP],
    hands=1,
    minutes=60,
    sites=[],
)


# ---- controls: each lacks one protection ----


class SilentOrder(Order):
    """Does not answer a reservation that it knows nothing (any more) of."""

    def reserved(self, acceptance: str, volunteer: str, now: datetime) -> Sequence[Event]:
        held = self.acceptances.get(acceptance)
        if held is None or held.status not in HOLDING:
            return []
        return super().reserved(acceptance, volunteer, now)


class GreedyOrder(Order):
    """Takes everybody who accepts."""

    def _hands_held(self) -> int:
        return 0


class ForgetfulCalendar(Calendar):
    """A release leaves no tombstone."""

    def release(self, acceptance: str, now: datetime) -> Sequence[Event]:
        events = super().release(acceptance, now)
        self.released.clear()
        return events


class DoubleBookingCalendar(Calendar):
    """Takes every time for free."""

    def in_the_way(self, wanted: Booking, gaps: Gaps = Gaps()) -> list[str]:
        return []


@dataclass
class Clock:
    """Business time that stands still until the test moves it."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time


class Saga:
    """Both services on their own databases; what they tell is carried by hand."""

    def __init__(
        self, rig: Rig, order: type[Order] = Order, calendar: type[Calendar] = Calendar
    ) -> None:
        self.clock = Clock()
        self.order_kind = order
        ours, theirs = (calm_kit(rig, name, self.clock) for name in ("orders", "volunteers"))
        self.orders, self.volunteers = OrdersStore(ours), VolunteersStore(theirs)
        self.orders.orders = Aggregates(ours.database, "orders", order, self.clock)
        self.volunteers.calendars = Aggregates(theirs.database, "calendars", calendar, self.clock)
        self._sides = [
            Side(ours, self.orders, ["orders"], ORDERS_REACTIONS),
            Side(theirs, self.volunteers, ["calendars"], VOLUNTEERS_REACTIONS),
        ]
        self.under_way: list[Envelope] = []
        self.placed: list[str] = []
        self._made = 0
        for id in VOLUNTEERS:
            self._register(id, calendar)

    # ---- what people do ----

    def place(self, starts_at: datetime, hands: int) -> str:
        """An order that may be accepted."""
        id = self._id("ord")
        command = PlaceOrder(
            item="itm_haircut", site="XP11", resident="R-000001", starts_at=starts_at, hands=hands
        )
        self.orders.orders.make(
            id,
            _origin(),
            lambda now: self.order_kind.place(id, command, ITEM, "office", now),
        )
        self.placed.append(id)
        self._change(id, lambda order, now: order.vet(now))
        return id

    def accept(self, order: str, volunteer: str) -> str:
        acceptance = self._id("acc")
        wanted = AcceptOrder(volunteer=volunteer, team=TEAM)
        self._change(order, lambda state, now: state.accept(acceptance, wanted, now))
        return acceptance

    def cancel(self, order: str) -> None:
        asked = CancelOrder(by="resident", reason="not needed any more")
        self._change(order, lambda state, now: state.cancel(asked, now))

    def give_back(self, order: str, acceptance: str) -> None:
        reason = ReleaseReason.DECLINED
        self._change(order, lambda state, now: state.release(acceptance, reason, now))

    def pass_time(self, length: timedelta = RESERVE_WITHIN) -> None:
        self.clock.time += length
        move_orders(self.orders)
        self.collect()

    # ---- the carrier ----

    def collect(self) -> None:
        """What was told is under way from now on."""
        for side in self._sides:
            self.under_way += side.told()

    def deliver(self, envelope: Envelope) -> None:
        """To whoever reacts to it, whatever came before."""
        for side in self._sides:
            side.reactions.react(envelope)
        self.collect()

    def deliver_all(self, chance: random.Random | None = None) -> None:
        """Until nothing is under way; in any order, if there is a chance."""
        while self.under_way:
            at = chance.randrange(len(self.under_way)) if chance else 0
            self.deliver(self.under_way.pop(at))

    # ---- what must hold ----

    def violations(self) -> list[str]:
        """At every moment: hands ≤ needed, no overlap."""
        found = []
        for order in self.order_states():
            held = [a for a in order.acceptances.values() if a.status in HOLDING]
            if len(held) > order.hands:
                found.append(f"{len(held)} hands for an order that needs {order.hands}")
        for calendar in self.calendars():
            times = sorted((b.starts_at, b.ends_at) for b in calendar.bookings.values())
            if any(end > start for (_, end), (start, _) in itertools.pairwise(times)):
                found.append(f"bookings of {calendar.volunteer} overlap")
        return found

    def violations_when_quiet(self) -> list[str]:
        """Each booking is backed by a live acceptance, and each acceptance by a booking."""
        orders = {order.id: order for order in self.order_states()}
        booked = {
            (booking.order, acceptance)
            for calendar in self.calendars()
            for acceptance, booking in calendar.bookings.items()
        }
        live = {
            (order.id, acceptance): held
            for order in orders.values()
            for acceptance, held in order.acceptances.items()
            if held.status in HOLDING
        }
        return (
            [f"a booking for {each} that no order backs" for each in booked - live.keys()]
            + [f"an acceptance {each} without booking" for each in live.keys() - booked]
            + [f"{each} still pending" for each, held in live.items() if held.pending]
            + [f"kept aside: {row['reason']}" for side in self._sides for row in side.kept()]
        )

    def order_states(self) -> list[Order]:
        return [loaded.state for loaded in self.orders.orders.find({}, limit=1000)]

    def calendars(self) -> list[Calendar]:
        return [loaded.state for loaded in self.volunteers.calendars.find({}, limit=1000)]

    # ---- inside ----

    def _change(
        self, order: str, decide: Callable[[Order, datetime], Sequence[Event]]
    ) -> Receipt | None:
        try:
            receipt = self.orders.orders.change(order, _origin(), decide)
        except ShijianError:
            return None  # refused by its state, as a client would be told
        self.collect()
        return receipt

    def _id(self, prefix: str) -> str:
        self._made += 1
        return f"{prefix}_{self._made:06d}"

    def _register(self, id: str, calendar: type[Calendar]) -> None:
        asked = RegisterVolunteer(person="P-000001", site="XP11")
        store = self.volunteers
        store.volunteers.make(id, _origin(), lambda now: Volunteer.register(id, asked, now))
        store.volunteers.change(id, _origin(), lambda state, now: state.verify(now))
        store.volunteers.change(id, _origin(), lambda state, now: state.join(TEAM, now))
        store.calendars.make(store.calendar_id(id), _origin(), lambda _: (calendar(id), []))


class Side:
    """One service's relay and reactions."""

    def __init__(
        self, kit: Kit, store: Any, collections: Sequence[str], table: ReactionTable
    ) -> None:
        self._log = kit.log
        lease = Lease(kit.database, "relay", "one")
        self._relay = Relay(kit.database, collections, self._log, lease, _none)
        self._letters = DeadLetters(kit.database, "reactions")
        self.reactions = Reactions(store, table, self._letters)
        self._heard = 0

    def told(self) -> list[Envelope]:
        """New in the log since it was asked last."""
        self._relay.log_step()
        entries = self._log.read(self._heard, 1000)
        self._heard += len(entries)
        return [decode(entry.body) for entry in entries]

    def kept(self) -> list[Any]:
        return list(self._letters.database["dead_letters"].find())


def _none() -> Any:
    raise NotImplementedError("no broker here: the test carries the messages")


def calm_kit(rig: Rig, service: str, clock: Clock) -> Kit:
    """Writes wait for no journal here: no process of this test is killed."""
    database = rig.database().with_options(
        write_concern=WriteConcern(w=1), read_concern=ReadConcern("local")
    )
    return rig.kit(service, database, clock=clock)


def _origin() -> Origin:
    return Origin(client="test", command="test")


# ---- any interleaving ----


def _play(saga: Saga, chance: random.Random, steps: int = 120) -> list[str]:
    """People act, time passes, messages come late, doubled and in any order; then it is quiet."""
    for step in range(steps):
        _act(saga, chance)
        if step % 4 == 0 and (found := saga.violations()):
            return found
    for _ in range(3):
        saga.deliver_all(chance)
        saga.pass_time()
    saga.deliver_all(chance)
    return saga.violations() + saga.violations_when_quiet()


def _act(saga: Saga, chance: random.Random) -> None:
    throw = chance.random()
    if throw < 0.55 and saga.under_way:
        at = chance.randrange(len(saga.under_way))
        doubled = chance.random() < 0.3
        saga.deliver(saga.under_way[at] if doubled else saga.under_way.pop(at))
    elif throw < 0.65 or not saga.placed:
        starts_at = saga.clock.now() + timedelta(hours=4, minutes=30 * chance.randrange(4))
        saga.place(starts_at, hands=chance.randrange(1, 3))
    elif throw < 0.88:
        saga.accept(chance.choice(saga.placed[-4:]), chance.choice(VOLUNTEERS))
    elif throw < 0.93:
        saga.cancel(chance.choice(saga.placed))
    elif throw < 0.98:
        order = saga.orders.orders.load(chance.choice(saga.placed)).state
        for acceptance in list(order.acceptances)[:1]:
            saga.give_back(order.id, acceptance)
    else:
        saga.pass_time()


@protected(
    (Order, Calendar),
    ((SilentOrder, ForgetfulCalendar), "no order backs"),
    ((Order, DoubleBookingCalendar), "overlap"),
    ((GreedyOrder, Calendar), "hands for an order"),
)
def test_the_invariants_hold_whatever_the_order_of_messages(
    rig: Rig, part: Any, judge: Judge
) -> None:
    runs = (_play(Saga(rig, *part), random.Random(seed)) for seed in range(6))
    judge(next((found for found in runs if found), []))


@pytest.mark.parametrize("part", [(SilentOrder, Calendar), (Order, ForgetfulCalendar)])
def test_tombstone_and_answer_each_keep_calendars_backed_where_the_other_fails(
    rig: Rig, part: Any
) -> None:
    for seed in range(3):
        assert _play(Saga(rig, *part), random.Random(seed)) == []


# ---- each rule by itself ----


@protected(Calendar, (ForgetfulCalendar, "for nobody"))
def test_a_release_that_is_heard_before_its_reservation_books_nothing(
    rig: Rig, part: Any, judge: Judge
) -> None:
    saga = Saga(rig, calendar=part)
    order = saga.place(NOON + timedelta(hours=4), hands=1)
    dead = saga.accept(order, VOLUNTEERS[0])
    saga.cancel(order)
    late, early = _of(saga, "order.accepted"), _of(saga, "order.released")
    saga.deliver(early)
    saga.deliver(late)
    booked = [id for calendar in saga.calendars() for id in calendar.bookings]
    judge([f"time is booked for nobody: {dead}"] if booked else [])


@protected(Calendar, (ForgetfulCalendar, "lost its volunteer"))
def test_a_dead_acceptance_takes_no_time_from_a_live_one(rig: Rig, part: Any, judge: Judge) -> None:
    saga = Saga(rig, calendar=part)
    first, second = (saga.place(NOON + timedelta(hours=4), hands=1) for _ in range(2))
    saga.accept(first, VOLUNTEERS[0])
    saga.cancel(first)
    late, early = _of(saga, "order.accepted"), _of(saga, "order.released")
    saga.deliver(early)
    saga.accept(second, VOLUNTEERS[0])
    live = _of(saga, "order.accepted", order=second)
    saga.deliver(late)
    saga.deliver(live)
    saga.deliver_all()
    state = saga.orders.orders.load(second).state
    judge([] if state.status == "assigned" else ["a live order lost its volunteer to a dead one"])


@protected(Order, (SilentOrder, "no order backs"))
def test_a_reservation_for_an_acceptance_that_orders_does_not_know_is_released(
    rig: Rig, part: Any, judge: Judge
) -> None:
    saga = Saga(rig, order=part)
    order = saga.place(NOON + timedelta(hours=4), hands=1)
    saga.accept(order, VOLUNTEERS[0])
    known = _of(saga, "order.accepted")
    facts = known.data | {"acceptance": "acc_unknown"}  # of before orders was restored, say
    event = OrderAccepted.model_validate(facts)
    calendars = saga.volunteers.calendars
    calendars.change(
        saga.volunteers.calendar_id(VOLUNTEERS[0]),
        _origin(),
        lambda calendar, now: calendar.reserve(event, None, now),
    )
    saga.collect()
    saga.deliver_all()
    judge([each for each in saga.violations_when_quiet() if "unknown" in each])


def test_an_acceptance_that_expired_is_not_assigned_by_a_late_reservation(rig: Rig) -> None:
    saga = Saga(rig)
    order = saga.place(NOON + timedelta(hours=4), hands=1)
    acceptance = saga.accept(order, VOLUNTEERS[0])
    saga.deliver(_of(saga, "order.accepted"))
    late = _of(saga, "booking.reserved")
    saga.pass_time()
    saga.deliver(late)
    saga.deliver_all()
    held = saga.orders.orders.load(order).state.acceptances[acceptance]
    assert (held.status, held.release_reason) == ("released", "expired")
    assert saga.violations_when_quiet() == []


def test_every_message_twice_changes_nothing(rig: Rig) -> None:
    saga = Saga(rig)
    order = saga.place(NOON + timedelta(hours=4), hands=2)
    for volunteer in VOLUNTEERS[:2]:
        saga.accept(order, volunteer)
    told = []
    while saga.under_way:
        told.append(saga.under_way.pop(0))
        saga.deliver(told[-1])
    before = saga.orders.orders.load(order), saga.calendars()
    for envelope in told:
        saga.deliver(envelope)
    assert (saga.orders.orders.load(order), saga.calendars()) == before
    assert saga.under_way == []
    assert before[0].state.status == "assigned"


def _of(saga: Saga, kind: str, order: str = "") -> Envelope:
    """Takes the first message of a kind off the way."""
    for envelope in saga.under_way:
        if f".{kind}." in envelope.type and (not order or envelope.subject == order):
            saga.under_way.remove(envelope)
            return envelope
    raise AssertionError(f"no {kind} is under way")

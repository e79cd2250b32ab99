"""Shifts and calendars agree as orders and calendars do (PROTOCOL 4): messages in any order."""

import itertools
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.volunteers.clocks import move_shifts, move_swaps
from services.volunteers.model import commands as asked
from services.volunteers.model.calendar import Calendar, Gaps
from services.volunteers.model.roster_rules import RosterRules
from services.volunteers.model.shift import Shift
from services.volunteers.model.shift_sign_ups import RESERVE_WITHIN, SignUps
from services.volunteers.model.sign_up import HOLDING, SignUpStatus
from services.volunteers.model.swap import Swap, SwapStatus
from services.volunteers.model.volunteer import Volunteer
from services.volunteers.reactions import REACTIONS
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.contracts.volunteers import CancelledBecause, SignUpOver
from shared.errors import ShijianError
from shared.messaging.envelope import Envelope
from shared.storage.aggregates import Aggregates, Origin
from tests.integration.rig import Judge, Rig, protected
from tests.integration.test_protocol_acceptance import (
    TEAM,
    VOLUNTEERS,
    Clock,
    DoubleBookingCalendar,
    ForgetfulCalendar,
    Side,
    calm_kit,
)

ORIGIN = Origin(client="test", command="test")
HANDS = 2


# ---- controls: each lacks one protection ----


class SilentShift(Shift):
    """Does not answer a reservation that it knows nothing (any more) of."""

    def reserved(self, id: str, volunteer: str, now: datetime) -> Sequence[Event]:
        held = self.sign_ups.get(id)
        if held is None or held.status is SignUpStatus.RELEASED:
            return []
        return super().reserved(id, volunteer, now)


class GreedyShift(Shift):
    """Takes everybody who signs up."""

    def _require_free(self) -> None: ...


class HastyShift(Shift):
    """Takes a place of a swap for good before the other one is reserved."""

    def reserved(self, id: str, volunteer: str, now: datetime) -> Sequence[Event]:
        return SignUps.reserved(self, id, volunteer, now)


class Rosters:
    """The service on a database of its own; what it tells is carried by hand."""

    def __init__(self, rig: Rig, shift: type[Shift] = Shift, calendar: type[Calendar] = Calendar):
        self.clock = Clock()
        self.kind = shift
        kit = calm_kit(rig, "volunteers", self.clock)
        self.store = Store(kit)
        self.store.rosters.shifts = Aggregates(kit.database, "shifts", shift, self.clock)
        self.store.calendars = Aggregates(kit.database, "calendars", calendar, self.clock)
        self._side = Side(kit, self.store, ["shifts", "calendars", "swaps"], REACTIONS)
        self.under_way: list[Envelope] = []
        self.planned: list[str] = []
        self._made = 0
        for id in VOLUNTEERS:
            self._register(id, calendar)

    # ---- what people do ----

    def plan(self, starts_at: datetime) -> None:
        id = self.id("shf")
        wanted = asked.PlanShift.model_validate(
            {
                "site": "XP11",
                "post": "值班",
                "theme": "civility",
                "modes": ["help"],
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(hours=1),
                "hands": HANDS,
                "remind_minutes_before": [],
            }
        )
        rules = RosterRules()
        self.store.rosters.shifts.make(
            id, ORIGIN, lambda now: self.kind.planned(id, wanted, rules, now)
        )
        self.planned.append(id)

    def change(self, shift: str, decide: Callable[[Shift, datetime], Sequence[Event]]) -> None:
        """Refused or not, as a client would be told."""
        try:
            self.store.rosters.shifts.change(shift, ORIGIN, decide)
        except ShijianError:
            return
        self.collect()

    def sign_up(self, shift: str, volunteer: str) -> None:
        wanted, new = asked.SignUpForShift(volunteer=volunteer, team=TEAM), self.id("sup")
        self.change(shift, lambda shift, now: shift.sign_up(new, wanted, now))

    def swap(self, chance: random.Random) -> None:
        """Two who are in two shifts agree to change places."""
        inside = [
            (shift, id)
            for shift in self.shifts()
            for id, held in shift.sign_ups.items()
            if held.status is SignUpStatus.CONFIRMED
        ]
        fitting = [
            (one, other)
            for one, other in itertools.permutations(inside, 2)
            if one[0].sign_ups[one[1]].volunteer != other[0].sign_ups[other[1]].volunteer
            and one[0].id != other[0].id
        ]
        if not fitting:
            return
        id = self.id("swap")
        places = [(*place, self.id("sup")) for place in chance.choice(fitting)]
        swaps = self.store.rosters.swaps
        try:
            swaps.make(id, ORIGIN, lambda now: Swap.propose(id, places, now))
            swaps.change(id, ORIGIN, lambda swap, now: swap.agree(now))
        except ShijianError:
            return
        self.collect()

    def pass_time(self) -> None:
        self.clock.time += RESERVE_WITHIN
        move_shifts(self.store)
        move_swaps(self.store)
        self.collect()

    def id(self, prefix: str) -> str:
        self._made += 1
        return f"{prefix}_{self._made:06d}"

    # ---- the carrier ----

    def collect(self) -> None:
        self.under_way += self._side.told()

    def deliver(self, envelope: Envelope) -> None:
        self._side.reactions.react(envelope)
        self.collect()

    def deliver_all(self, chance: random.Random) -> None:
        while self.under_way:
            self.deliver(self.under_way.pop(chance.randrange(len(self.under_way))))

    # ---- what must hold ----

    def shifts(self) -> list[Shift]:
        return [each.state for each in self.store.rosters.shifts.find({}, limit=1000)]

    def calendars(self) -> list[Calendar]:
        return [each.state for each in self.store.calendars.find({}, limit=1000)]

    def violations(self) -> list[str]:
        """At every moment."""
        found = []
        for shift in self.shifts():
            firm = [
                each
                for each in shift.sign_ups.values()
                if each.status in HOLDING and not each.in_place_of
            ]
            if len(firm) > shift.hands:
                found.append(f"{len(firm)} hands in a shift that needs {shift.hands}")
        for calendar in self.calendars():
            pairs = itertools.combinations(calendar.bookings.items(), 2)
            if any(
                a.collides(b, Gaps()) and one != b.replaces and other != a.replaces
                for (one, a), (other, b) in pairs
            ):
                found.append(f"bookings of {calendar.volunteer} overlap")
        return found

    def violations_when_quiet(self) -> list[str]:
        """Each booking is backed by a live sign-up, and each sign-up by a booking."""
        booked = {id for calendar in self.calendars() for id in calendar.bookings}
        live = {
            id: held
            for shift in self.shifts()
            for id, held in shift.sign_ups.items()
            if held.status in HOLDING
        }
        return (
            [f"a booking {id} that no sign-up backs" for id in booked - live.keys()]
            + [f"a sign-up {id} without booking" for id in live.keys() - booked]
            + [f"{id} is still pending" for id, held in live.items() if held.status == "pending"]
            + self._swaps_by_half()
            + [f"kept aside: {row['reason']}" for row in self._side.kept()]
        )

    def _swaps_by_half(self) -> list[str]:
        """A swap brings both into the other's place, or neither."""
        sign_ups = {id: held for shift in self.shifts() for id, held in shift.sign_ups.items()}
        found = []
        for each in self.store.rosters.swaps.find({}, limit=1000):
            came = [
                held is not None and held.over not in (SignUpOver.REFUSED, SignUpOver.EXPIRED)
                for held in (sign_ups.get(side.takes) for side in each.state.sides)
            ]
            inside = [
                side.takes in sign_ups and sign_ups[side.takes].status in HOLDING
                for side in each.state.sides
            ]
            if each.state.status is SwapStatus.FAILED and any(inside):
                found.append(f"swap {each.id} failed, and somebody has changed places")
            elif each.state.status is SwapStatus.AGREED:
                found.append(f"swap {each.id} is never decided")
            elif each.state.status is SwapStatus.DONE and not all(came):
                found.append(f"swap {each.id} is done by half")
        return found

    def _register(self, id: str, calendar: type[Calendar]) -> None:
        person = asked.RegisterVolunteer(person="P-000001", site="XP11")
        store = self.store
        store.volunteers.make(id, ORIGIN, lambda now: Volunteer.register(id, person, now))
        store.volunteers.change(id, ORIGIN, lambda state, now: state.verify(now))
        store.volunteers.change(id, ORIGIN, lambda state, now: state.join(TEAM, now))
        store.calendars.make(store.calendar_id(id), ORIGIN, lambda _: (calendar(id), []))


# ---- any interleaving ----


def _play(rosters: Rosters, chance: random.Random, steps: int = 100) -> list[str]:
    """People act, time passes, messages come late, doubled and in any order; then it is quiet."""
    for step in range(steps):
        _act(rosters, chance)
        if step % 4 == 0 and (found := rosters.violations()):
            return found
    for _ in range(3):
        rosters.deliver_all(chance)
        rosters.pass_time()
    rosters.deliver_all(chance)
    return rosters.violations() + rosters.violations_when_quiet()


def _act(rosters: Rosters, chance: random.Random) -> None:
    throw = chance.random()
    if throw < 0.45 and rosters.under_way:
        at = chance.randrange(len(rosters.under_way))
        doubled = chance.random() < 0.3
        rosters.deliver(rosters.under_way[at] if doubled else rosters.under_way.pop(at))
    elif throw < 0.55 or not rosters.planned:
        rosters.plan(rosters.clock.now() + timedelta(hours=6, minutes=30 * chance.randrange(4)))
    elif throw < 0.97:
        shift = chance.choice(rosters.planned[-4:])
        rosters.change(shift, _move(rosters, chance))
    else:
        rosters.pass_time()


def _move(rosters: Rosters, chance: random.Random) -> Callable[[Shift, datetime], Sequence[Event]]:
    """Something that somebody does with a shift; it may be refused."""
    new, who = rosters.id("sup"), {"volunteer": chance.choice(VOLUNTEERS), "team": TEAM}
    which, later = chance.random(), timedelta(minutes=chance.randrange(-60, 60))
    forced = asked.AssignToShift(**who, override=asked.Override(reason="flood"))

    def some(shift: Shift) -> str:
        known = list(shift.sign_ups) or ["sup_none11"]
        return known[int(which * len(known))]

    def substitute(shift: Shift, now: datetime) -> Sequence[Event]:
        place = some(shift)
        told = shift.want_substitute(place, asked.WantSubstitute(), now)
        return [*told, *shift.substitute(new, place, asked.Substitute(**who), now)]

    def postpone(shift: Shift, now: datetime) -> Sequence[Event]:
        times = asked.ChangeShift(starts_at=shift.starts_at + later, ends_at=shift.ends_at + later)
        return shift.change(times, rosters.store.rosters.anew, now)

    moves: list[tuple[int, Callable[[Shift, datetime], Sequence[Event]]]] = [
        (10, lambda shift, now: shift.sign_up(new, asked.SignUpForShift(**who), now)),
        (3, lambda shift, now: shift.assign(new, forced, now)),
        (2, lambda shift, now: shift.withdraw(some(shift), now)),
        (1, lambda shift, now: shift.remove(some(shift), now)),
        (3, substitute),
        (2, postpone),
        (1, lambda shift, now: shift.give_up(CancelledBecause.ACTIVITY_CANCELLED, now)),
    ]
    weights = [weight for weight, _ in moves]
    return chance.choices([move for _, move in moves], weights)[0]


@protected(
    (Shift, Calendar),
    ((SilentShift, ForgetfulCalendar), "no sign-up backs"),
    ((Shift, DoubleBookingCalendar), "overlap"),
    ((GreedyShift, Calendar), "hands in a shift"),
)
def test_nobody_is_in_a_shift_without_booking_whatever_the_order_of_messages(
    rig: Rig, part: Any, judge: Judge
) -> None:
    runs = (_play(Rosters(rig, *part), random.Random(seed)) for seed in range(5))
    judge(next((found for found in runs if found), []))


# ---- swaps ----


def _play_swaps(rosters: Rosters, chance: random.Random) -> list[str]:
    """Everybody is in some shifts, of which many overlap; they swap while others come and go."""
    for number in range(6):
        rosters.plan(rosters.clock.now() + timedelta(hours=6, minutes=40 * number))
    for shift in rosters.planned:
        for volunteer in chance.sample(VOLUNTEERS, HANDS):
            rosters.sign_up(shift, volunteer)
    rosters.deliver_all(chance)
    for _ in range(50):
        throw = chance.random()
        if throw < 0.7 and rosters.under_way:
            at = chance.randrange(len(rosters.under_way))
            doubled = chance.random() < 0.2
            rosters.deliver(rosters.under_way[at] if doubled else rosters.under_way.pop(at))
        elif throw < 0.9:
            rosters.swap(chance)
        else:
            rosters.change(chance.choice(rosters.planned), _move(rosters, chance))
    for _ in range(3):
        rosters.deliver_all(chance)
        rosters.pass_time()
    rosters.deliver_all(chance)
    return rosters.violations() + rosters.violations_when_quiet()


@protected(Shift, (HastyShift, "somebody has changed places"))
def test_a_swap_changes_both_places_or_neither_whatever_the_order_of_messages(
    rig: Rig, part: Any, judge: Judge
) -> None:
    found, statuses = [], set()
    for seed in range(4):
        rosters = Rosters(rig, part)
        found += _play_swaps(rosters, random.Random(seed))
        swaps = rosters.store.rosters.swaps.find({}, limit=1000)
        statuses |= {each.state.status for each in swaps}
    judge(found)
    assert part is not Shift or statuses == {SwapStatus.DONE, SwapStatus.FAILED}

"""An activity: its seats, its waiting list, and every command in every state."""

import copy
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.events.model import check_in, holding, registering
from services.events.model.activity import MOVES as ALLOWED
from services.events.model.activity import Activity, ActivityStatus
from services.events.model.commands import CancelActivity, CancelRegistration, Register
from services.events.model.registration import SEATED, RegistrationStatus
from shared.contracts.base import Event
from shared.contracts.events import ActivityHeld, RegistrationAttended, RegistrationPromoted
from shared.errors import Conflict, NotFound, ShijianError
from tests.unit.builders import HOUR, NOW, STARTS, announced

S = ActivityStatus
RAIN = CancelActivity(reason="rain")
ONE, TWO, THREE, FOUR = (f"reg_no{number:06}" for number in range(1, 5))


def register(activity: Activity, id: str, resident: str, now: datetime = NOW) -> Sequence[Event]:
    return registering.register(activity, id, Register(resident=resident), now)


def give_back(activity: Activity, id: str, now: datetime = NOW) -> Sequence[Event]:
    return registering.cancel(activity, id, CancelRegistration(), now)


def attend(activity: Activity, id: str, now: datetime) -> Sequence[Event]:
    return check_in.attend(activity, id, None, now)


def hold(activity: Activity, now: datetime) -> Sequence[Event]:
    return holding.hold(activity, None, now)


MOVES: dict[str, Callable[[Activity], Sequence[Event]]] = {
    "register": lambda activity: register(activity, TWO, "R-000002", NOW),
    "cancel-registration": lambda activity: give_back(activity, ONE, NOW),
    "attend": lambda activity: attend(activity, ONE, STARTS),
    "hold": lambda activity: hold(activity, STARTS),
    "cancel": lambda activity: holding.cancel(activity, RAIN, NOW),
}


def registered(activity: Activity, *registrations: str) -> Activity:
    for registration in registrations:
        register(activity, registration, f"R-{registration[-6:]}", NOW)
    return activity


def activity_that_is(status: ActivityStatus) -> Activity:
    activity = registered(announced(), ONE)
    if status is S.HELD:
        hold(activity, STARTS)
    if status is S.CANCELLED:
        holding.cancel(activity, RAIN, NOW)
    return activity


@pytest.mark.parametrize("move", MOVES)
def test_an_announced_activity_allows_every_move(move: str) -> None:
    assert MOVES[move](activity_that_is(S.ANNOUNCED))


@pytest.mark.parametrize("status", [S.HELD, S.CANCELLED])
@pytest.mark.parametrize("move", MOVES)
def test_an_ended_activity_allows_none_and_stays_as_it_is(
    status: ActivityStatus, move: str
) -> None:
    activity = activity_that_is(status)
    before = copy.deepcopy(activity)

    with pytest.raises(Conflict) as refused:
        MOVES[move](activity)

    assert refused.value.extra["state"] == status
    assert refused.value.extra["allowed"] == list(ALLOWED[status])
    assert activity == before


def test_seats_go_to_the_first_and_the_rest_wait_in_order() -> None:
    activity = registered(announced(capacity=2), ONE, TWO, THREE, FOUR)

    statuses = [each.status for each in activity.registrations.values()]
    assert statuses == [RegistrationStatus.CONFIRMED] * 2 + [RegistrationStatus.WAITLISTED] * 2
    assert activity.waiting == [THREE, FOUR]


def test_a_seat_given_back_goes_to_the_first_who_waits() -> None:
    activity = registered(announced(capacity=2), ONE, TWO, THREE, FOUR)

    _, promoted = give_back(activity, ONE, NOW)

    assert isinstance(promoted, RegistrationPromoted)
    assert promoted.registration == THREE
    assert activity.waiting == [FOUR]


def test_a_place_in_the_list_given_back_promotes_nobody() -> None:
    activity = registered(announced(capacity=1), ONE, TWO, THREE)

    [_] = give_back(activity, TWO, NOW)

    assert activity.waiting == [THREE]


def test_a_resident_has_one_registration_at_a_time() -> None:
    activity = announced()
    register(activity, ONE, "R-000001", NOW)

    with pytest.raises(Conflict):
        register(activity, TWO, "R-000001", NOW)
    give_back(activity, ONE, NOW)

    assert register(activity, TWO, "R-000001", NOW)


def test_attendance_opens_an_hour_before_and_counts_once() -> None:
    activity = registered(announced(), ONE)

    with pytest.raises(Conflict):
        attend(activity, ONE, STARTS - HOUR - timedelta(seconds=1))
    [event] = attend(activity, ONE, STARTS - HOUR)

    assert isinstance(event, RegistrationAttended)
    assert attend(activity, ONE, STARTS) == []


def test_who_waits_or_has_cancelled_can_not_attend() -> None:
    activity = registered(announced(capacity=1), ONE, TWO)
    give_back(activity, TWO, NOW)

    with pytest.raises(Conflict):
        attend(activity, TWO, STARTS)


def test_an_unknown_registration_is_not_found() -> None:
    with pytest.raises(NotFound):
        attend(announced(), ONE, STARTS)


def test_an_activity_is_held_with_its_attendances_and_not_before_its_time() -> None:
    activity = registered(announced(capacity=3), ONE, TWO, THREE)
    attend(activity, ONE, STARTS)

    with pytest.raises(Conflict):
        hold(activity, STARTS - timedelta(seconds=1))
    [event] = hold(activity, STARTS)

    assert isinstance(event, ActivityHeld)
    assert event.attendances == 1


def test_nobody_registers_when_it_is_over() -> None:
    with pytest.raises(Conflict):
        register(announced(), ONE, "R-000001", STARTS + HOUR)


def test_an_activity_to_which_somebody_has_come_is_not_cancelled() -> None:
    activity = registered(announced(), ONE)
    attend(activity, ONE, STARTS)

    with pytest.raises(Conflict):
        holding.cancel(activity, RAIN, STARTS)


def test_cancelling_cancels_every_live_registration() -> None:
    activity = registered(announced(capacity=1), ONE, TWO, THREE)
    give_back(activity, TWO, NOW)

    events = holding.cancel(activity, RAIN, NOW)

    names = [event.name for event in events]
    assert names == ["events.registration.cancelled"] * 2 + ["events.activity.cancelled"]
    assert activity.waiting == []


BY_NAME = {"give-back": give_back, "attend": attend}
steps = st.lists(
    st.tuples(st.sampled_from(["register", *BY_NAME]), st.integers(1, 8)),
    max_size=40,
)


@given(st.integers(1, 3), steps)
@settings(max_examples=150, deadline=None)
def test_no_sequence_gives_more_seats_than_there_are_or_leaves_one_empty_while_somebody_waits(
    capacity: int, steps: list[tuple[str, int]]
) -> None:
    activity = announced(capacity)
    for number, (move, who) in enumerate(steps):
        mine = [id for id, r in activity.registrations.items() if r.resident == f"R-{who:06}"]
        try:
            if move == "register":
                register(activity, f"reg_no{number:06}", f"R-{who:06}", STARTS)
            elif mine:
                BY_NAME[move](activity, mine[-1], STARTS)
        except ShijianError:
            continue
        seated = sum(r.status in SEATED for r in activity.registrations.values())
        assert seated <= capacity
        assert seated == capacity or not activity.waiting
        waiting = RegistrationStatus.WAITLISTED
        listed = [id for id, r in activity.registrations.items() if r.status is waiting]
        assert activity.waiting == listed  # first in, first served

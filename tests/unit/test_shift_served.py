"""A shift once it is served, reminded of, cancelled or undone."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.volunteers.model import commands as asked
from services.volunteers.model.shift import OVER_AFTER, Shift, ShiftStatus
from shared.contracts import volunteers as told
from shared.contracts.volunteers import CancelledBecause, SignedUp
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import ANN, BOB, NOW
from tests.unit.shifts import (
    BEGINS,
    DAY,
    ENDS,
    HOUR,
    SUP_ANN,
    SUP_BOB,
    anew,
    filled,
    me,
    names,
    planned,
)

# ---- on duty ----


def test_minutes_are_those_between_check_in_and_check_out() -> None:
    shift = filled()
    assert names(shift.check_in(SUP_ANN, BEGINS - timedelta(minutes=5))) == ["checked-in"]
    shift.pass_time(ENDS + OVER_AFTER)

    [event] = shift.check_out(SUP_ANN, asked.CheckOutOfShift(), ENDS + HOUR)

    assert isinstance(event, told.ShiftCheckedOut)
    assert (event.minutes, event.stated) == (245, False)
    assert (event.started_at, event.ended_at) == (BEGINS - timedelta(minutes=5), ENDS + HOUR)


def test_a_check_out_long_after_the_end_must_say_when_it_was() -> None:
    shift = filled()
    shift.check_in(SUP_ANN, BEGINS)

    for stated in (None, ENDS + 5 * HOUR, BEGINS - HOUR):
        with pytest.raises(Unprocessable):
            shift.check_out(SUP_ANN, asked.CheckOutOfShift(ended_at=stated), ENDS + 6 * HOUR)
    [event] = shift.check_out(SUP_ANN, asked.CheckOutOfShift(ended_at=ENDS), ENDS + 6 * HOUR)

    assert isinstance(event, told.ShiftCheckedOut)
    assert (event.minutes, event.stated) == (180, True)


@pytest.mark.parametrize("at", [BEGINS - HOUR - timedelta(seconds=1), ENDS])
def test_check_in_opens_an_hour_before_and_closes_with_the_end(at: datetime) -> None:
    with pytest.raises(Conflict):
        filled().check_in(SUP_ANN, at)


def test_who_is_confirmed_and_never_comes_has_missed_it_half_an_hour_after_its_end() -> None:
    shift = filled(hands=3)
    shift.sign_up(SUP_BOB, me(BOB), BEGINS - HOUR)
    shift.pass_time(BEGINS - HOUR)  # reminders

    assert shift.pass_time(ENDS + OVER_AFTER - timedelta(seconds=1))[0].name.endswith("released")
    [event] = shift.pass_time(ENDS + OVER_AFTER)

    assert isinstance(event, told.ShiftMissed) and event.volunteer == ANN
    assert (shift.status, shift.due_at()) == (ShiftStatus.OVER, None)
    assert names(shift.excuse(SUP_ANN, asked.ExcuseSignUp(reason="ill"), ENDS + DAY)) == ["excused"]


# ---- reminders ----


def test_each_reminder_is_told_once_and_what_time_has_overtaken_is_not() -> None:
    shift = filled(remind_minutes_before=[1440, 60])
    assert shift.due_at() == BEGINS - DAY

    [event] = shift.pass_time(BEGINS - DAY)
    assert isinstance(event, told.ShiftReminder) and event.minutes_before == 1440
    assert shift.pass_time(BEGINS - DAY) == []
    assert shift.due_at() == BEGINS - HOUR

    late = filled(remind_minutes_before=[1440, 60])  # a worker was down for a day
    [event] = late.pass_time(BEGINS - HOUR)
    assert isinstance(event, told.ShiftReminder) and event.minutes_before == 60
    never = filled(remind_minutes_before=[1440, 60])
    assert never.pass_time(BEGINS) == []


# ---- cancel, undo ----


def test_a_cancelled_shift_releases_whoever_is_in_and_takes_nobody() -> None:
    shift = filled()

    events = shift.cancel(asked.CancelShift(reason="rain"), NOW)

    assert names(events) == ["released", "cancelled"]
    with pytest.raises(Conflict):
        shift.sign_up(SUP_BOB, me(BOB), NOW)
    assert shift.give_up(CancelledBecause.ACTIVITY_CANCELLED, NOW) == []


def test_what_is_served_is_not_cancelled_by_what_it_is_for() -> None:
    shift = filled()
    shift.check_in(SUP_ANN, BEGINS)

    assert shift.give_up(CancelledBecause.ACTIVITY_CANCELLED, BEGINS) == []
    with pytest.raises(Conflict, match="come already"):
        shift.cancel(asked.CancelShift(reason="rain"), BEGINS)


def test_a_shift_goes_with_what_it_is_for_once_for_each_change() -> None:
    shift = filled(activity="act_one111")
    shift.follows = BEGINS + HOUR  # it is served from an hour before
    why = CancelledBecause.ACTIVITY_CANCELLED

    events = shift.follow(BEGINS + DAY, why, anew, NOW)

    assert names(events) == ["released", "changed", "signed-up"]
    assert (shift.starts_at, shift.ends_at) == (BEGINS + DAY - HOUR, ENDS + DAY - HOUR)
    assert shift.follow(BEGINS + DAY, why, anew, NOW) == []
    assert names(shift.follow(None, why, anew, NOW)) == ["released", "cancelled"]
    assert shift.follow(BEGINS, why, anew, NOW) == []


@pytest.mark.parametrize(
    ("shift", "mode", "left"),
    [
        (planned, SignedUp.KEEP, "cancelled"),
        (planned, SignedUp.CANCEL, "cancelled"),
        (filled, SignedUp.KEEP, "planned"),
        (filled, SignedUp.CANCEL, "cancelled"),
    ],
)
def test_undoing_a_plan_keeps_or_cancels_what_somebody_is_in_as_was_asked(
    shift: Callable[[], Shift], mode: SignedUp, left: str
) -> None:
    taken = shift()

    events = taken.undo(mode, NOW)

    assert taken.status == left
    assert ("released" in names(events)) == (shift is filled and left == "cancelled")


def test_what_has_begun_is_not_undone() -> None:
    shift = planned()

    assert shift.undo(SignedUp.CANCEL, BEGINS) == []
    assert shift.status == "planned"

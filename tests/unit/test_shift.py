"""A shift: who is in and who is released, whatever comes first."""

from datetime import timedelta

import pytest

from services.volunteers.model import commands as asked
from services.volunteers.model.shift_sign_ups import RESERVE_WITHIN
from services.volunteers.model.sign_up import HOLDING
from shared.contracts import volunteers as told
from shared.contracts.volunteers import RefusalReason
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import ANN, BOB, CAI, NOW, TEAM
from tests.unit.shifts import (
    BEGINS,
    DAY,
    ENDS,
    HOUR,
    SUP_ANN,
    SUP_BOB,
    SUP_CAI,
    anew,
    by_leader,
    filled,
    for_another,
    me,
    names,
    planned,
    status,
)


def test_a_sign_up_holds_a_hand_at_once_and_is_confirmed_when_the_time_is_reserved() -> None:
    shift = planned()

    [event] = shift.sign_up(SUP_ANN, me(), NOW)

    assert isinstance(event, told.ShiftSignedUp)
    assert (event.starts_at, event.ends_at, event.override) == (BEGINS, ENDS, False)
    assert (status(shift), shift.free, shift.volunteers) == ("pending", 0, [ANN])
    assert names(shift.reserved(SUP_ANN, ANN, NOW)) == ["confirmed", "filled"]
    assert status(shift) == "confirmed"


def test_no_more_sign_up_than_there_are_hands() -> None:
    shift = planned(hands=2)
    shift.sign_up(SUP_ANN, me(ANN), NOW)
    shift.sign_up(SUP_BOB, me(BOB), NOW)

    with pytest.raises(Conflict, match="Every hand"):
        shift.sign_up(SUP_CAI, me(CAI), NOW)


def test_a_refused_time_frees_the_hand() -> None:
    shift = planned()
    shift.sign_up(SUP_ANN, me(), NOW)

    [event] = shift.refused(SUP_ANN, RefusalReason.OVERLAP, NOW)

    assert isinstance(event, told.ShiftReleased) and event.reason == "refused"
    assert (shift.free, shift.volunteers) == (1, [])


def test_a_time_that_an_administrator_gave_away_frees_a_confirmed_hand_but_not_who_came() -> None:
    shift = filled()
    [event] = shift.refused(SUP_ANN, RefusalReason.OVERRIDDEN, NOW)
    assert isinstance(event, told.ShiftReleased) and event.reason == "overridden"

    shift = filled()
    shift.check_in(SUP_ANN, BEGINS)
    assert shift.refused(SUP_ANN, RefusalReason.OVERRIDDEN, BEGINS) == []
    assert status(shift) == "checked-in"


@pytest.mark.parametrize("gone", ["withdrawn", "unknown"])
def test_a_reservation_for_a_sign_up_that_is_not_live_is_answered_with_a_release(
    gone: str,
) -> None:
    shift = planned()
    if gone == "withdrawn":
        shift.sign_up(SUP_ANN, me(), NOW)
        shift.withdraw(SUP_ANN, NOW)

    [event] = shift.reserved(SUP_ANN, ANN, NOW)

    assert isinstance(event, told.ShiftReleased)
    assert (event.reason, event.sign_up, event.volunteer) == ("unknown", SUP_ANN, ANN)


def test_a_sign_up_that_no_calendar_answers_is_released_by_time() -> None:
    shift = planned()
    shift.sign_up(SUP_ANN, me(), NOW)
    assert shift.due_at() == NOW + RESERVE_WITHIN

    assert shift.pass_time(NOW + RESERVE_WITHIN - timedelta(seconds=1)) == []
    [event] = shift.pass_time(NOW + RESERVE_WITHIN)

    assert isinstance(event, told.ShiftReleased) and event.reason == "expired"


# ---- modes ----


def test_a_request_holds_nothing_until_the_leader_approves() -> None:
    shift = planned(sign_up_mode="request")
    for id, volunteer in ((SUP_ANN, ANN), (SUP_BOB, BOB)):
        assert names(shift.sign_up(id, me(volunteer), NOW)) == ["requested"]
    assert shift.free == 1

    assert names(shift.approve(SUP_BOB, NOW)) == ["signed-up"]
    with pytest.raises(Conflict, match="Every hand"):
        shift.approve(SUP_ANN, NOW)
    [event] = shift.decline(SUP_ANN, NOW)

    assert isinstance(event, told.ShiftReleased) and event.reason == "declined"


def test_in_the_leaders_mode_only_the_leader_puts_somebody_in() -> None:
    shift = planned(sign_up_mode="leader")
    with pytest.raises(Conflict, match="leader"):
        shift.sign_up(SUP_ANN, me(), NOW)

    [event] = shift.assign(SUP_ANN, by_leader(ANN), NOW)

    assert isinstance(event, told.ShiftSignedUp) and event.by_leader


def test_the_leader_meets_a_request_by_assigning() -> None:
    shift = planned(sign_up_mode="request")
    shift.sign_up(SUP_ANN, me(), NOW)

    assert names(shift.assign(SUP_BOB, by_leader(ANN), NOW)) == ["released", "signed-up"]
    assert (status(shift), status(shift, SUP_BOB)) == ("released", "pending")


def test_an_override_is_recorded_with_its_reason_and_told_to_the_calendar() -> None:
    shift = planned()

    [event] = shift.assign(SUP_ANN, by_leader(ANN, "flood"), NOW)

    assert isinstance(event, told.ShiftSignedUp) and event.override
    assert shift.sign_ups[SUP_ANN].override == "flood"
    assert "flood" not in event.model_dump_json()


def test_nobody_signs_up_twice_or_for_another_team() -> None:
    shift = planned(hands=2, team=TEAM)
    shift.sign_up(SUP_ANN, me(), NOW)

    with pytest.raises(Conflict, match="already"):
        shift.sign_up(SUP_BOB, me(ANN), NOW)
    with pytest.raises(Unprocessable):
        shift.sign_up(SUP_BOB, me(BOB, "team_other1"), NOW)


# ---- cut-off, substitute, another time ----


def test_after_the_cut_off_only_the_leader_lets_go() -> None:
    shift = filled(cut_off_minutes=60)
    shift.withdraw(SUP_ANN, BEGINS - HOUR)  # just in time

    shift = filled(cut_off_minutes=60)
    with pytest.raises(Conflict, match="60 minutes"):
        shift.withdraw(SUP_ANN, BEGINS - HOUR + timedelta(seconds=1))
    [event] = shift.remove(SUP_ANN, BEGINS - HOUR + timedelta(seconds=1))

    assert isinstance(event, told.ShiftReleased) and event.reason == "removed"


def test_a_substitute_takes_the_place_only_once_their_time_is_reserved() -> None:
    shift = filled()
    assert names(shift.want_substitute(SUP_ANN, asked.WantSubstitute(), NOW)) == [
        "substitute-wanted"
    ]
    shift.substitute(SUP_BOB, SUP_ANN, for_another(BOB), NOW)
    assert (status(shift), shift.free) == ("confirmed", 0)

    assert names(shift.reserved(SUP_BOB, BOB, NOW)) == ["released", "confirmed", "filled"]
    assert (status(shift), shift.sign_ups[SUP_ANN].over) == ("released", "substituted")
    assert (shift.free, shift.volunteers) == (0, [BOB])


def test_a_substitute_who_has_no_time_leaves_the_place_as_it_was() -> None:
    shift = filled()
    shift.want_substitute(SUP_ANN, asked.WantSubstitute(asked=BOB), NOW)
    with pytest.raises(Conflict, match="not asked"):
        shift.substitute(SUP_CAI, SUP_ANN, for_another(CAI), NOW)
    shift.substitute(SUP_BOB, SUP_ANN, for_another(BOB), NOW)

    shift.refused(SUP_BOB, RefusalReason.OVERLAP, NOW)

    assert (status(shift), shift.free) == ("confirmed", 0)


def test_a_substitute_who_comes_too_late_is_released() -> None:
    shift = filled()
    shift.want_substitute(SUP_ANN, asked.WantSubstitute(), NOW)
    shift.substitute(SUP_BOB, SUP_ANN, for_another(BOB), NOW)
    shift.check_in(SUP_ANN, BEGINS)

    [event] = shift.reserved(SUP_BOB, BOB, BEGINS)

    assert isinstance(event, told.ShiftReleased) and event.reason == "full"


def test_another_time_releases_whoever_is_in_and_reserves_anew() -> None:
    shift = filled(cut_off_minutes=7 * 24 * 60)
    change = asked.ChangeShift(starts_at=BEGINS + DAY, ends_at=ENDS + DAY)

    released, changed, signed_up = shift.change(change, anew, NOW)

    assert isinstance(released, told.ShiftReleased) and released.reason == "moved"
    assert isinstance(changed, told.ShiftChanged) and changed.starts_at == BEGINS + DAY
    assert isinstance(signed_up, told.ShiftSignedUp) and signed_up.sign_up == f"{SUP_ANN}x"
    shift.reserved(f"{SUP_ANN}x", ANN, NOW)
    shift.withdraw(f"{SUP_ANN}x", NOW)  # it is not the time they signed up for: no cut-off


def test_a_pending_substitute_does_not_become_a_second_hand_by_another_time() -> None:
    shift = filled()
    shift.want_substitute(SUP_ANN, asked.WantSubstitute(), NOW)
    shift.substitute(SUP_BOB, SUP_ANN, for_another(BOB), NOW)

    shift.change(asked.ChangeShift(ends_at=ENDS + HOUR), anew, NOW)

    live = [id for id, each in shift.sign_ups.items() if each.status in HOLDING]
    assert live == [f"{SUP_ANN}x"]


def test_fewer_hands_than_are_held_are_refused() -> None:
    shift = filled(hands=2)
    shift.sign_up(SUP_BOB, me(BOB), NOW)

    with pytest.raises(Unprocessable, match="2 are held"):
        shift.change(asked.ChangeShift(hands=1), anew, NOW)

"""A shift: who is in, who serves, who is released, whatever comes first."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.volunteers.model import commands as asked
from services.volunteers.model.roster_rules import RosterRules
from services.volunteers.model.shift import MOVES, OVER_AFTER, Shift, ShiftStatus
from services.volunteers.model.shift_sign_ups import RESERVE_WITHIN
from services.volunteers.model.sign_up import HOLDING
from services.volunteers.model.swap import Swap
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.volunteers import CancelledBecause, RefusalReason, SignedUp
from shared.errors import Conflict, ShijianError, Unprocessable
from tests.unit.builders import ANN, BOB, CAI, NOW, TEAM

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
BEGINS = NOW + 2 * DAY
ENDS = BEGINS + 3 * HOUR
SUP_ANN, SUP_BOB, SUP_CAI = "sup_ann111", "sup_bob111", "sup_cai111"
RULES = RosterRules()


def wanted(**facts: Any) -> asked.PlanShift:
    usual: dict[str, Any] = {
        "site": "XP11",
        "post": "窗口值班",
        "theme": "civility",
        "modes": ["help"],
        "starts_at": BEGINS,
        "ends_at": ENDS,
        "hands": 1,
    }
    return asked.PlanShift.model_validate(usual | facts)


def planned(**facts: Any) -> Shift:
    shift, _ = Shift.planned("shf_one111", wanted(**facts), RULES, NOW)
    return shift


def me(volunteer: str = ANN, team: str = TEAM) -> asked.SignUpForShift:
    return asked.SignUpForShift(volunteer=volunteer, team=team)


def by_leader(volunteer: str, reason: str = "") -> asked.AssignToShift:
    override = asked.Override(reason=reason) if reason else None
    return asked.AssignToShift(volunteer=volunteer, team=TEAM, override=override)


def for_another(volunteer: str) -> asked.Substitute:
    return asked.Substitute(volunteer=volunteer, team=TEAM)


def filled(**facts: Any) -> Shift:
    """Ann is confirmed."""
    shift = planned(**facts)
    shift.sign_up(SUP_ANN, me(), NOW)
    shift.reserved(SUP_ANN, ANN, NOW)
    return shift


def anew(id: str, starts_at: datetime, ends_at: datetime) -> str:
    return f"{id}x"


def names(events: Sequence[Event]) -> list[str]:
    return [each.name.removeprefix("volunteers.shift.") for each in events]


def status(shift: Shift, id: str = SUP_ANN) -> str:
    return shift.sign_ups[id].status


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


# ---- every status and every move ----

COMMANDS: dict[str, Callable[[Shift, datetime], Any]] = {
    "change": lambda shift, now: shift.change(asked.ChangeShift(post="门口"), anew, now),
    "cancel": lambda shift, now: shift.cancel(asked.CancelShift(reason="rain"), now),
    "sign-up": lambda shift, now: shift.sign_up(SUP_BOB, me(BOB), now),
    "assign": lambda shift, now: shift.assign(SUP_BOB, by_leader(BOB), now),
    "approve": lambda shift, now: shift.approve(SUP_ANN, now),
    "decline": lambda shift, now: shift.decline(SUP_ANN, now),
    "withdraw": lambda shift, now: shift.withdraw(SUP_ANN, now),
    "remove": lambda shift, now: shift.remove(SUP_ANN, now),
    "want-substitute": lambda shift, now: shift.want_substitute(
        SUP_ANN, asked.WantSubstitute(), now
    ),
    "substitute": lambda shift, now: shift.substitute(SUP_BOB, SUP_ANN, for_another(BOB), now),
    "check-in": lambda shift, now: shift.check_in(SUP_ANN, now),
    "check-out": lambda shift, now: shift.check_out(SUP_ANN, asked.CheckOutOfShift(), now),
    "excuse": lambda shift, now: shift.excuse(SUP_ANN, asked.ExcuseSignUp(reason="ill"), now),
}


def shift_that_is(state: ShiftStatus) -> Shift:
    shift = filled(hands=2)
    if state is ShiftStatus.OVER:
        shift.pass_time(ENDS + OVER_AFTER)
    elif state is ShiftStatus.CANCELLED:
        shift.cancel(asked.CancelShift(reason="rain"), NOW)
    return shift


@pytest.mark.parametrize("state", ShiftStatus)
@pytest.mark.parametrize("move", COMMANDS)
def test_a_move_that_the_status_does_not_allow_is_refused_with_those_that_it_does(
    state: ShiftStatus, move: str
) -> None:
    shift = shift_that_is(state)
    if move in MOVES[state]:
        return
    with pytest.raises(Conflict) as refused:
        COMMANDS[move](shift, NOW)
    assert refused.value.extra == {"state": state, "allowed": sorted(MOVES[state])}


def test_the_moves_are_all_tried() -> None:
    assert {move for moves in MOVES.values() for move in moves} == set(COMMANDS)


steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "sign-up",
                "assign",
                "reserved",
                "refused",
                "withdraw",
                "remove",
                "want",
                "take",
                "move",
            ]
        ),
        st.integers(0, 5),  # which volunteer
        st.integers(0, 30),  # which sign-up
    ),
    max_size=40,
)


@given(steps)
@settings(max_examples=120, deadline=None)
def test_no_sequence_of_moves_gives_more_than_there_are_hands(
    steps: list[tuple[str, int, int]],
) -> None:
    shift = planned(hands=2)
    for number, (move, who, which) in enumerate(steps):
        volunteer, new = f"vol_no{who:04}", f"sup_no{number:04}"
        known = list(shift.sign_ups)
        id = known[which % len(known)] if known else "sup_none11"
        do = {
            "sign-up": partial(shift.sign_up, new, me(volunteer)),
            "assign": partial(shift.assign, new, by_leader(volunteer)),
            "reserved": partial(shift.reserved, id, ANN),
            "refused": partial(shift.refused, id, RefusalReason.OVERLAP),
            "withdraw": partial(shift.withdraw, id),
            "remove": partial(shift.remove, id),
            "want": partial(shift.want_substitute, id, asked.WantSubstitute()),
            "take": partial(shift.substitute, new, id, for_another(volunteer)),
            "move": partial(
                shift.change,
                asked.ChangeShift(ends_at=ENDS + timedelta(minutes=number + 1)),
                anew,
            ),
        }
        try:
            do[move](NOW)
        except ShijianError:
            continue
        assert shift.free == shift.hands - shift._hands_held() >= 0
        live = [each.volunteer for each in shift.sign_ups.values() if each.status in HOLDING]
        assert len(live) == len(set(live))


# ---- 换班 ----


def swapped() -> tuple[Swap, Shift, Shift]:
    """Ann is in the one, Bob in the other; they have agreed."""
    one, other = filled(), planned(starts_at=BEGINS + DAY, ends_at=ENDS + DAY)
    other.id = "shf_two111"
    other.sign_up(SUP_BOB, me(BOB), NOW)
    other.reserved(SUP_BOB, BOB, NOW)
    places = [(one, SUP_ANN, "sup_first1"), (other, SUP_BOB, "sup_second")]
    swap, [proposed] = Swap.propose("swap_one111", places, NOW)
    assert isinstance(proposed, told.SwapProposed)
    [agreed] = swap.agree(NOW)
    assert isinstance(agreed, told.SwapAgreed)
    ann, bob = agreed.sides
    for shift, comes, goes in ((other, ann, bob), (one, bob, ann)):
        [event] = shift.swap_in(swap.id, comes, goes, NOW)
        assert isinstance(event, told.ShiftSignedUp) and event.replaces == comes.sign_up
        assert shift.swap_in(swap.id, comes, goes, NOW) == []
    return swap, one, other


def test_a_swap_is_done_only_when_both_times_are_reserved() -> None:
    swap, one, other = swapped()
    assert names(other.reserved("sup_first1", ANN, NOW)) == ["swap-ready"]
    assert swap.reserved("sup_first1", NOW) == []
    assert (status(one), status(other, SUP_BOB)) == ("confirmed", "confirmed")
    late = NOW + 2 * RESERVE_WITHIN
    assert other.pass_time(late) == []  # only the swap lets it expire

    one.reserved("sup_second", BOB, NOW)
    [done] = swap.reserved("sup_second", NOW)

    assert isinstance(done, told.SwapDone)
    for shift, takes in ((one, "sup_second"), (other, "sup_first1")):
        assert names(shift.swap_done(takes, NOW)) == ["released", "confirmed", "filled"]
    assert (one.volunteers, other.volunteers) == ([BOB], [ANN])
    assert one.sign_ups[SUP_ANN].over == "swapped"


def test_a_swap_that_fails_leaves_both_where_they_are() -> None:
    swap, one, other = swapped()
    other.reserved("sup_first1", ANN, NOW)
    swap.reserved("sup_first1", NOW)
    [event] = one.refused("sup_second", RefusalReason.OVERLAP, NOW)
    assert isinstance(event, told.ShiftReleased) and event.swap == swap.id

    assert isinstance(swap.fail(NOW)[0], told.SwapFailed)
    assert names(other.swap_off("sup_first1", NOW)) == ["released"]
    assert (status(one), status(other, SUP_BOB)) == ("confirmed", "confirmed")
    assert (one.free, other.free) == (0, 0)
    # What comes after the end is answered all the same.
    assert isinstance(swap.reserved("sup_second", NOW)[0], told.SwapFailed)


def test_a_swap_that_no_calendar_answers_fails_by_time_and_one_too_late_is_refused() -> None:
    swap, one, _ = swapped()
    assert swap.pass_time(NOW + RESERVE_WITHIN - timedelta(seconds=1)) == []
    assert isinstance(swap.pass_time(NOW + RESERVE_WITHIN)[0], told.SwapFailed)
    assert swap.due_at() is None

    with pytest.raises(Unprocessable):
        Swap.propose("swap_two111", [(one, SUP_ANN, "sup_1"), (one, SUP_ANN, "sup_2")], NOW)
    other = filled()
    other.id = "shf_two111"
    places = [(one, SUP_ANN, "sup_first1"), (other, SUP_ANN, "sup_second")]
    with pytest.raises(Unprocessable):
        Swap.propose("swap_two111", places, NOW)  # one person
    with pytest.raises(Conflict):
        swap.agree(NOW)

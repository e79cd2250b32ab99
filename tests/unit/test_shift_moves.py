"""A shift: every status and every move; no sequence of them fills more than its hands."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.volunteers.model import commands as asked
from services.volunteers.model.shift import MOVES, OVER_AFTER, Shift, ShiftStatus
from services.volunteers.model.sign_up import HOLDING
from shared.contracts.volunteers import RefusalReason
from shared.errors import Conflict, ShijianError
from tests.unit.builders import ANN, BOB, NOW
from tests.unit.shifts import (
    ENDS,
    SUP_ANN,
    SUP_BOB,
    anew,
    by_leader,
    filled,
    for_another,
    me,
    planned,
)

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

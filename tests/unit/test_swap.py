"""Two volunteers swap their shifts (换班): both times are reserved, or nothing changes."""

from datetime import timedelta

import pytest

from services.volunteers.model.shift import Shift
from services.volunteers.model.shift_sign_ups import RESERVE_WITHIN
from services.volunteers.model.swap import Swap
from shared.contracts import volunteers as told
from shared.contracts.volunteers import RefusalReason
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import ANN, BOB, NOW
from tests.unit.shifts import (
    BEGINS,
    DAY,
    ENDS,
    SUP_ANN,
    SUP_BOB,
    filled,
    me,
    names,
    planned,
    status,
)


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

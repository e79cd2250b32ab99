"""A correction: proposed by one, approved by another, within the entry's own day."""

from datetime import timedelta
from typing import Any

import pytest

from services.volunteers.model import ledger
from services.volunteers.model.commands.hours import ProposeCorrection, RefuseCorrection
from services.volunteers.model.correction import MOVES, Correction, CorrectionStatus
from services.volunteers.model.ledger import Head
from services.volunteers.model.star import USUAL_HOURS
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import ANN, HOUR, NOW, STARTS
from tests.unit.test_ledger import service

LI, WANG = "li", "wang"
LATER = NOW + timedelta(days=2)
ENTRY = [ledger.credit(Head(), service(60), 60, USUAL_HOURS)[0]]


def propose(**facts: Any) -> Correction:
    usual = {"volunteer": ANN, "entry": "hrs_one111", "reason": "left at half past"}
    command = ProposeCorrection.model_validate(usual | facts)
    return Correction.propose("cor_one111", command, ENTRY, [], LI, LATER)[0]


def correction_that_is(status: CorrectionStatus) -> Correction:
    correction = propose(pause=15)
    if status is CorrectionStatus.REFUSED:
        correction.refuse(RefuseCorrection(reason="no"), WANG, LATER)
    elif status is CorrectionStatus.WITHDRAWN:
        correction.withdraw(LI, LATER)
    elif status is not CorrectionStatus.PROPOSED:
        correction.approve(WANG, {ANN}, LATER)
        if status is CorrectionStatus.APPLIED:
            correction.settle(2, "", LATER)
        elif status is CorrectionStatus.BLOCKED:
            correction.settle(0, "hrs_other11", LATER)
    assert correction.status is status
    return correction


@pytest.mark.parametrize(
    ("facts", "minutes"),
    [
        ({}, 0),  # not served at all
        ({"pause": 15}, 45),
        ({"ended_at": STARTS + timedelta(minutes=30)}, 30),
        ({"started_at": STARTS - HOUR}, 120),
    ],
)
def test_a_correction_says_what_the_entry_should_have_been(
    facts: dict[str, Any], minutes: int
) -> None:
    correction = propose(**facts)

    assert (correction.minutes, correction.was_minutes) == (minutes, 60)
    assert correction.due_at() is None


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"ended_at": STARTS + HOUR}, "entry"),  # as it was
        ({"ended_at": STARTS - HOUR}, "ended_at"),
        ({"pause": 60}, "ended_at"),
        (
            {"started_at": STARTS + timedelta(days=1), "ended_at": STARTS + timedelta(days=1.1)},
            "started_at",
        ),
        ({"ended_at": LATER + HOUR, "started_at": LATER}, "ended_at"),
    ],
)
def test_what_can_not_be_is_refused_with_its_field(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        propose(**facts)

    assert [each.field for each in refused.value.fields] == [field]


@pytest.mark.parametrize("by", [LI, ANN])
def test_neither_who_proposed_it_nor_the_volunteer_approves(by: str) -> None:
    with pytest.raises(Unprocessable):
        propose().approve(by, {ANN}, LATER)


def test_an_approved_correction_goes_to_the_ledger_with_both_people() -> None:
    correction = propose(pause=15)
    correction.approve(WANG, {ANN}, LATER)

    assert correction.due_at() == LATER
    found = correction.amendment()
    assert (found.entered_by, found.checked_by, found.correction) == (LI, WANG, "cor_one111")
    correction.settle(2, "", LATER)
    assert (correction.status, correction.link) == (CorrectionStatus.APPLIED, 2)


CALLS = {
    "approve": lambda correction: correction.approve(WANG, set(), LATER),
    "refuse": lambda correction: correction.refuse(RefuseCorrection(reason="no"), WANG, LATER),
    "withdraw": lambda correction: correction.withdraw(LI, LATER),
}


@pytest.mark.parametrize("move", CALLS)
@pytest.mark.parametrize("status", CorrectionStatus)
def test_each_move_is_made_in_its_states_and_refused_in_others(
    status: CorrectionStatus, move: str
) -> None:
    correction = correction_that_is(status)

    if move in MOVES[status]:
        CALLS[move](correction)
        assert correction.status is not status
    else:
        with pytest.raises(Conflict):
            CALLS[move](correction)
        assert correction.status is status

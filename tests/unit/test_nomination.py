"""Nominations against the rules, objections while a notice runs, honours revoked and appealed."""

import copy
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.events.model import honour as honours
from services.events.model.commands.honour import AnswerAppeal, AppealRevocation, RevokeHonour
from services.events.model.commands.nomination import (
    AnswerObjection,
    CompleteNomination,
    RaiseObjection,
    RefuseNomination,
    ReturnNomination,
)
from services.events.model.honour import APPEAL_WITHIN, Honour, HonourStatus
from services.events.model.nomination import MOVES, Nomination, NominationStatus, World
from services.events.model.objection import Objection
from shared.contracts.base import Event
from shared.contracts.events import (
    CampaignDecided,
    HonourAppealDismissed,
    HonourAwarded,
    HonourRestored,
    HonourRevoked,
    NominationWithdrawn,
    ObjectionUpheld,
)
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW
from tests.unit.selecting import (
    ANN,
    CAMPAIGN,
    CLOSE,
    DAY,
    NOBODY,
    announced,
    at,
    nominated,
    nomination_of,
    opened,
    voting,
)

S = NominationStatus
FACTS = CompleteNomination.model_validate(
    {"display": "王**家庭", "story": "更多事迹", "evidence": ["fil_bbbbbb111"]}
)
MISSING = ReturnNomination(missing="请补充照片")
REFUSE = RefuseNomination.model_validate({"ground": "no-evidence"})


@pytest.mark.parametrize(
    ("rules", "facts", "world", "field"),
    [
        ({"sites": ["XP12"]}, {}, NOBODY, "site"),
        ({"nominations_per_site": 2}, {}, World(of_site=2, honoured_in=None), "site"),
        ({}, {"nominator": "unit"}, NOBODY, "nominator"),
        ({}, {"nominator": "resident"}, NOBODY, "by"),
        ({}, {"nominator": "resident", "by": "h-000001"}, NOBODY, "by"),
        ({"nominators": ["self"]}, {"nominator": "self", "by": "R-000009"}, NOBODY, "by"),
        (
            {},
            {"consent": {"given": True, "at": at(NOW + DAY), "by": "R-001"}},
            NOBODY,
            "consent.at",
        ),
        ({"years_between": 3}, {}, World(of_site=0, honoured_in=2024), "nominee"),
        ({"conditions": ["守法", "住满一年"]}, {"meets": [1]}, NOBODY, "meets"),
    ],
)
def test_a_nomination_against_the_rules_is_refused_by_field(
    rules: dict[str, Any], facts: dict[str, Any], world: World, field: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        Nomination.submit(ANN, nomination_of(**facts), opened(**rules), world, NOW)
    assert [each.field for each in refused.value.fields] == [field]


def test_nobody_is_nominated_without_consent_or_evidence() -> None:
    without: list[dict[str, Any]] = [
        {"consent": {"given": False, "at": at(NOW), "by": "R-000001"}},
        {"evidence": []},
    ]
    for facts in without:
        with pytest.raises(ValidationError):
            nomination_of(**facts)


def test_nominations_close_on_time_though_no_clock_has_ticked() -> None:
    with pytest.raises(Unprocessable):
        Nomination.submit(ANN, nomination_of(), opened(), NOBODY, CLOSE)
    with pytest.raises(Conflict):
        Nomination.submit(ANN, nomination_of(), announced(), NOBODY, CLOSE)


def test_an_honour_of_long_ago_does_not_bar() -> None:
    campaign, world = opened(years_between=3), World(of_site=0, honoured_in=2023)
    assert Nomination.submit(ANN, nomination_of(), campaign, world, NOW)


NOMINATION_MOVES: dict[str, Callable[[Nomination], Sequence[Event]]] = {
    "accept": lambda it: it.accept(opened(), NOW),
    "refuse": lambda it: it.refuse(REFUSE, opened(), NOW),
    "return": lambda it: it.send_back(MISSING, opened(), NOW),
    "complete": lambda it: it.complete(FACTS, opened(), NOW),
    "withdraw": lambda it: it.withdraw(NOW),
}


def nomination_that_is(status: NominationStatus) -> Nomination:
    nomination = nominated()
    move = {S.RETURNED: "return", S.ACCEPTED: "accept", S.REFUSED: "refuse"}.get(status, "")
    if status is S.WITHDRAWN:
        move = "withdraw"
    if move:
        NOMINATION_MOVES[move](nomination)
    return nomination


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("move", NOMINATION_MOVES)
def test_every_move_of_a_nomination_in_every_state(status: NominationStatus, move: str) -> None:
    nomination = nomination_that_is(status)
    before = copy.deepcopy(nomination)
    if move in MOVES[status]:
        assert NOMINATION_MOVES[move](nomination)
        return
    with pytest.raises(Conflict) as refused:
        NOMINATION_MOVES[move](nomination)
    assert refused.value.extra["allowed"] == list(MOVES[status])
    assert nomination == before


def test_nobody_is_accepted_or_refused_once_the_candidates_are_announced() -> None:
    with pytest.raises(Conflict):
        nominated().accept(announced(), CLOSE)
    with pytest.raises(Conflict):
        nominated().refuse(REFUSE, announced(), CLOSE)


def test_what_was_written_of_a_nominee_is_erased_with_the_consent() -> None:
    nomination = nominated()
    (event,) = nomination.withdraw(NOW)
    assert isinstance(event, NominationWithdrawn)
    assert not any((nomination.display, nomination.story, nomination.evidence, nomination.consent))


# ---- objections ----


def objection_of(**facts: Any) -> RaiseObjection:
    body = {
        "campaign": CAMPAIGN,
        "nominee": ANN,
        "ground": "facts",
        "text": "事迹与事实不符",
        "by": "R-000007",
    }
    return RaiseObjection.model_validate(body | facts)


def test_anybody_may_object_while_a_notice_runs() -> None:
    campaign = announced()
    objection, _ = Objection.raise_("obj_one1111", objection_of(), campaign, CLOSE + DAY)
    (event,) = objection.uphold(AnswerObjection(answer="属实"), CLOSE + DAY)
    assert isinstance(event, ObjectionUpheld)
    with pytest.raises(Conflict):
        objection.dismiss(AnswerObjection(answer="不属实"), CLOSE + DAY)


def test_nobody_may_object_outside_of_a_notice_or_to_nobody() -> None:
    for campaign, now in ((opened(), NOW), (announced(), CLOSE + 5 * DAY), (voting(), CLOSE)):
        with pytest.raises(Conflict):
            Objection.raise_("obj_one1111", objection_of(), campaign, now)
    with pytest.raises(Unprocessable):
        Objection.raise_("obj_one1111", objection_of(nominee="nmn_nobody1"), announced(), CLOSE)


def test_an_objection_tells_neither_its_text_nor_who_raised_it() -> None:
    _, events = Objection.raise_("obj_one1111", objection_of(), announced(), CLOSE + DAY)
    text = events[0].model_dump_json()
    assert "R-000007" not in text and "事迹" not in text


# ---- honours ----

DECIDED = CampaignDecided.model_validate(
    {
        "campaign": CAMPAIGN,
        "site": "XP00",
        "category": "civilized-family",
        "year": 2026,
        "winners": [ANN],
    }
)
REVOKE = RevokeHonour.model_validate({"ground": "misconduct", "reason": "查实失信"})
APPEAL = AppealRevocation(statement="情况说明")
HONOUR_MOVES: dict[str, Callable[[Honour], Sequence[Event]]] = {
    "revoke": lambda it: it.revoke(REVOKE, NOW),
    "appeal": lambda it: it.appeal(APPEAL, NOW),
    "answer-appeal": lambda it: it.answer_appeal(AnswerAppeal(upheld=False, answer="维持"), NOW),
}


def honour() -> Honour:
    awarded, (event,) = Honour.award("hon_one1111", DECIDED, nominated(), NOW)
    assert isinstance(event, HonourAwarded)
    assert event.site == "XP11"  # the nominee's community, not the office's
    return awarded


def honour_that_is(status: HonourStatus) -> Honour:
    found = honour()
    path = {"awarded": 0, "revoked": 1, "appealed": 2, "final": 3}[status]
    for move in list(HONOUR_MOVES.values())[:path]:
        move(found)
    assert found.status is status
    return found


@pytest.mark.parametrize("status", HonourStatus)
@pytest.mark.parametrize("move", HONOUR_MOVES)
def test_every_move_of_an_honour_in_every_state(status: HonourStatus, move: str) -> None:
    found = honour_that_is(status)
    before = copy.deepcopy(found)
    if move in honours.MOVES[status]:
        assert HONOUR_MOVES[move](found)
        return
    with pytest.raises(Conflict) as refused:
        HONOUR_MOVES[move](found)
    assert refused.value.extra["allowed"] == list(honours.MOVES[status])
    assert found == before


def test_an_appeal_that_is_upheld_restores_the_honour_and_one_that_is_not_ends_it() -> None:
    for upheld, event, status in (
        (True, HonourRestored, HonourStatus.AWARDED),
        (False, HonourAppealDismissed, HonourStatus.FINAL),
    ):
        found = honour_that_is(HonourStatus.APPEALED)
        (told,) = found.answer_appeal(AnswerAppeal(upheld=upheld, answer="经复核"), NOW)
        assert (type(told), found.status) == (event, status)


def test_an_appeal_comes_within_sixty_days() -> None:
    found = honour_that_is(HonourStatus.REVOKED)
    with pytest.raises(Conflict, match="until"):
        found.appeal(APPEAL, NOW + APPEAL_WITHIN + timedelta(seconds=1))
    assert found.appeal(APPEAL, NOW + APPEAL_WITHIN)


def test_nothing_that_is_told_of_an_honour_names_its_holder_or_the_reason() -> None:
    (revoked,) = honour().revoke(REVOKE, NOW)
    assert isinstance(revoked, HonourRevoked)
    text = revoked.model_dump_json()
    assert "H-000001" not in text.upper() and "查实" not in text

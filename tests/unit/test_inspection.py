"""Inspections, deductions and vetoes: each names its line, its reason and what shows it."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.reports.model.commands.inspection import RecordFinding, RecordInspection, Withdraw
from services.reports.model.finding import Finding
from services.reports.model.inspection import Inspection, RecordStatus
from shared.contracts.reports import FindingRecorded, InspectionRecorded, InspectionWithdrawn
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW
from tests.unit.rubrics import RUBRIC, edition

PHOTOGRAPH = "fil_one1111"
SCORE = {"line": "2.1", "score": 25, "photographs": [PHOTOGRAPH]}
VISIT: dict[str, Any] = {
    "site": "XP11",
    "on": "2026-10-09",
    "inspectors": ["P-0001"],
    "rubric": RUBRIC,
    "period": "2026-10",
    "scores": [SCORE],
}
FOUND: dict[str, Any] = {
    "site": "XP11",
    "rubric": RUBRIC,
    "period": "2026-10",
    "kind": "deduction",
    "code": "K1",
    "times": 2,
    "on": "2026-10-09",
    "found_by": "P-0001",
    "reason": "两场活动未备案",
    "events": ["events:17"],
}


def record(**facts: Any) -> tuple[Inspection, InspectionRecorded]:
    command = RecordInspection.model_validate(VISIT | facts)
    of = edition() if command.rubric else None
    inspection, (event,) = Inspection.record("ins_one1111", command, of, NOW)
    assert isinstance(event, InspectionRecorded)
    return inspection, event


def find(**facts: Any) -> tuple[Finding, FindingRecorded]:
    command = RecordFinding.model_validate(FOUND | facts)
    finding, (event,) = Finding.record("fnd_one1111", command, edition(), NOW)
    assert isinstance(event, FindingRecorded)
    return finding, event


def test_an_inspection_tells_its_scores_and_no_words_or_inspectors() -> None:
    inspection, told = record(note="墙面破损", photographs=["fil_two1111", PHOTOGRAPH])

    assert (inspection.edition, inspection.on) == (1, "2026-10-09")
    assert [(each.line, each.score) for each in told.scores] == [("2.1", 25)]
    assert told.photographs == 2
    assert "墙面" not in told.model_dump_json() and "P-0001" not in told.model_dump_json()
    assert inspection.files() == [
        ("photographs", ["fil_two1111", PHOTOGRAPH]),
        ("scores.0.photographs", [PHOTOGRAPH]),
    ]


@pytest.mark.parametrize(
    ("facts", "field", "says"),
    [
        ({"on": "2026-10-10"}, "on", "future"),
        ({"period": "2026-11"}, "on", "2026-11"),
        ({"period": "2026"}, "period", "month"),
        ({"rubric": None}, "rubric", "scores are of a rubric"),
        ({"period": None}, "period", "scores are of a rubric"),
        ({"scores": []}, "scores", "at least one"),
        ({"scores": [SCORE | {"line": "1.1"}]}, "scores.0.line", "these are: 2.1"),
        ({"scores": [SCORE | {"line": "7"}]}, "scores.0.line", "these are: 2.1"),
        ({"scores": [SCORE | {"score": 30.5}]}, "scores.0.score", "out of 30"),
        ({"scores": [SCORE | {"photographs": []}]}, "scores.0.photographs", "1 photographs"),
        ({"scores": [SCORE, SCORE]}, "scores.1.line", "already"),
        ({"mended": True}, "rectification", "follow-up"),
        ({"rectification": "rct_one1111"}, "mended", "follow-up"),
        ({"scores": [], "rubric": None, "period": None}, "scores", "or a rectification"),
    ],
)
def test_an_inspection_that_does_not_fit_is_refused_by_field(
    facts: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(Unprocessable) as refused:
        record(**facts)
    (problem,) = refused.value.fields
    assert problem.field == field and says in problem.text.en


def test_a_follow_up_needs_no_scores() -> None:
    facts: dict[str, Any] = {"scores": [], "rubric": None, "period": None}
    _, told = record(**facts, rectification="rct_one1111", mended=False)

    assert (told.rectification, told.mended, told.scores) == ("rct_one1111", False, [])


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"on": "2026-10-10"}, "on"),
        ({"on": "2026-09-30"}, "on"),
        ({"period": "2026-Q4"}, "period"),
        ({"code": "K9"}, "code"),
        ({"kind": "veto"}, "code"),
        ({"kind": "veto", "code": "V1"}, "times"),
        ({"events": []}, "files"),
    ],
)
def test_a_finding_that_does_not_fit_is_refused_by_field(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        find(**facts)
    assert refused.value.fields[0].field == field


def test_a_finding_is_proved_by_files_events_or_an_inspection_and_tells_no_words() -> None:
    for proof in ({}, {"events": [], "files": [PHOTOGRAPH]}, {"inspection": "ins_one1111"}):
        finding, told = find(**proof)
        assert (told.kind, told.code, told.times) == ("deduction", "K1", 2)
        assert finding.reason not in told.model_dump_json()
    assert find(kind="veto", code="V1", times=1)[1].kind == "veto"


@pytest.mark.parametrize(
    "facts",
    [
        {"reason": "请联系 13812345678"},
        {"events": ["others:1"]},
        {"events": ["orders:0"]},
        {"times": 0},
        {"times": 101},
        {"found_by": "13812345678"},
        {"colour": "red"},
    ],
)
def test_a_finding_has_its_shape_and_bounds(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        find(**facts)


def test_what_was_recorded_in_error_is_withdrawn_once() -> None:
    inspection, _ = record()
    finding, _ = find()

    (event,) = inspection.withdraw(Withdraw(reason="站点有误"))
    assert isinstance(event, InspectionWithdrawn)
    assert finding.withdraw(Withdraw(reason="站点有误"))
    for each in (inspection, finding):
        assert each.status is RecordStatus.WITHDRAWN
        with pytest.raises(Conflict):
            each.withdraw(Withdraw(reason="再次"))

"""A rubric: what is wrong with it is named line by line; what is adopted never changes."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.reports.model.commands.rubric import DraftRubric
from services.reports.model.rubric import MOST_EDITIONS, Rubric, RubricStatus, checksum
from services.reports.model.rubric_check import problems
from shared.contracts.reports import RubricAdopted
from shared.errors import Conflict, NotFound, Unprocessable
from tests.unit.builders import NOW
from tests.unit.rubrics import BODY, RUBRIC, body, content


def with_line(number: int, **facts: Any) -> dict[str, Any]:
    made = body()
    made["lines"][number] |= facts
    return made


def with_indicator(number: int, **facts: Any) -> dict[str, Any]:
    made = body()
    made["indicators"][number] |= facts
    return made


def loss(**facts: Any) -> list[dict[str, Any]]:
    return [{"code": "K1", "title": "扣分", "points": 2, "most": 5} | facts]


def grades(*least: float) -> list[dict[str, Any]]:
    return [{"code": f"g{n}", "title": "等次", "least": each} for n, each in enumerate(least)]


def test_what_is_right_has_no_problem() -> None:
    assert problems(content()) == []


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        (with_line(0, weight=35.5), "lines", "add up to 95.5, should be 100: add 4.5"),
        (with_line(0, weight=45), "lines", "add up to 105, should be 100: take away 5"),
        (
            with_line(1, formula="orders_complted"),
            "lines.1.formula",
            "line 1.2, at position 1: there is no measure or indicator orders_complted; "
            "did you mean orders_completed?",
        ),
        (with_line(1, formula="5 * ratee"), "lines.1.formula", "did you mean rate?"),
        (with_line(0, formula="2 +"), "lines.0.formula", "line 1.1, at position 4: expected"),
        (with_line(0, formula="1 < 2"), "lines.0.formula", "at position 3: should be a number"),
        (with_line(0, unsayable=11), "lines.0.unsayable", "line 1.1: should be at most 10"),
        (with_line(2, missing=31), "lines.2.missing", "line 2.1: should be at most 30"),
        (with_line(1, code="1.1"), "lines.1", "1.1 is number 1 already"),
        (
            with_indicator(0, formula="1 - lacking"),
            "indicators.0.formula",
            "or move the indicator above this one",
        ),
        (with_indicator(0, formula="rate + 1"), "indicators.0.formula", "line rate"),
        (with_indicator(0, formula="no_such_name"), "indicators.0.formula", "line rate"),
        (with_indicator(0, code="people"), "indicators.0.code", "choose another name"),
        (with_indicator(0, code="street"), "indicators.0.code", "choose another name"),
        (with_indicator(1, code="rate"), "indicators.1", "rate is number 1 already"),
        (body(deductions=loss(most=1)), "deductions.0.most", "at least 2"),
        (body(deductions=loss(most=101)), "deductions.0.most", "at most 100"),
        (body(deductions=loss() + loss()), "deductions.1", "K1 is number 1 already"),
        (
            body(vetoes=[{"code": "V1", "title": "否决", "caps_at": 100}]),
            "vetoes.0.caps_at",
            "less than the full marks, 100",
        ),
        (body(grades=grades(60, 90, 0)), "grades", "from the best to the lowest"),
        (body(grades=grades(90, 90, 0)), "grades", "from the best to the lowest"),
        (body(grades=grades(90, 60)), "grades.1.least", "from 0"),
        (body(grades=grades(101, 0)), "grades.0.least", "at most 100"),
        (body(ties=["9.9"]), "ties.0", "no line 9.9; there are 1.1, 1.2, 2.1"),
        (body(ties=["2.1", "2.1"]), "ties.1", "2.1 is number 1 already"),
    ],
)
def test_what_is_wrong_names_its_line_and_what_would_be_right(
    given: dict[str, Any], field: str, says: str
) -> None:
    rubric, _ = Rubric.write(RUBRIC, DraftRubric.model_validate(given))

    with pytest.raises(Unprocessable) as refused:
        rubric.adopt(NOW)

    found = {each.field: each.text for each in refused.value.fields}
    assert field in found
    assert says in found[field].en
    assert found[field].zh != found[field].en
    assert not rubric.editions


def test_all_problems_are_named_at_once() -> None:
    given = with_line(0, weight=1, formula="?") | {"ties": ["x"]}

    fields = {each.field for each in problems(content(**given))}

    assert fields == {"lines", "lines.0.formula", "ties.0"}


@pytest.mark.parametrize(
    "facts",
    [
        {"full_marks": 0},
        {"full_marks": 10.005},
        {"grain": "day"},
        {"lines": []},
        {"lines": [BODY["lines"][0]] * 81},
        {"levels": []},
        {"colour": "red"},
        {"lines": [BODY["lines"][0] | {"formula": "1" * 501}]},
        {"lines": [BODY["lines"][0] | {"kind": "guess"}]},
        {"lines": [BODY["lines"][2] | {"formula": "1"}]},
        {"lines": [BODY["lines"][0] | {"code": "1..1"}]},
    ],
)
def test_a_draft_has_its_shape_and_bounds(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DraftRubric.model_validate(body(**facts))


def test_an_adopted_edition_never_changes_and_the_next_one_supersedes_it() -> None:
    rubric, _ = Rubric.write(RUBRIC, content())
    (first,) = rubric.adopt(NOW)
    before = rubric.edition(1)

    rubric.rewrite(content(title="新细则"))
    assert rubric.status is RubricStatus.IN_FORCE
    assert rubric.edition() is before
    (second,) = rubric.adopt(NOW)

    assert isinstance(first, RubricAdopted) and isinstance(second, RubricAdopted)
    assert (first.edition, first.supersedes) == (1, None)
    assert (second.edition, second.supersedes) == (2, 1)
    assert rubric.edition(1) is before and before.content == content()
    assert rubric.edition().content.title == "新细则"
    assert first.checksum == before.checksum != second.checksum


def test_there_is_nothing_to_adopt_without_a_draft_that_says_something_new() -> None:
    rubric, _ = Rubric.write(RUBRIC, content())
    rubric.adopt(NOW)
    with pytest.raises(Conflict, match="no draft"):
        rubric.adopt(NOW)
    rubric.rewrite(content())
    with pytest.raises(Conflict, match="the same"):
        rubric.adopt(NOW)


def test_editions_are_bounded_and_only_adopted_ones_can_be_had() -> None:
    rubric, _ = Rubric.write(RUBRIC, content())
    with pytest.raises(NotFound):
        rubric.edition()
    for number in range(MOST_EDITIONS):
        rubric.rewrite(content(title=f"细则{number}"))
        rubric.adopt(NOW)
    rubric.rewrite(content())
    with pytest.raises(Conflict, match=f"at most {MOST_EDITIONS}"):
        rubric.adopt(NOW)
    for number in (0, MOST_EDITIONS + 1):
        with pytest.raises(NotFound):
            rubric.edition(number)


def test_a_stored_edition_is_the_same_draft_again() -> None:
    """Numbers that were left out, or written without a point, come back from storage as they are
    in the checksum."""
    given = body(vetoes=[{"code": "V1", "title": "否决"}])
    del given["full_marks"], given["lines"][0]["unsayable"]
    rubric, _ = Rubric.write(RUBRIC, DraftRubric.model_validate(given))
    rubric.adopt(NOW)
    kind = TypeAdapter(Rubric)

    stored = kind.validate_json(kind.dump_json(rubric))

    assert checksum(stored.edition().content) == rubric.edition().checksum

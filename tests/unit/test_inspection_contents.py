"""What an inspection file is to hold: every entry can be collected, and a rubric's lines are."""

import pytest

from services.reports.inspection_file import contents
from services.reports.inspection_file.making import COLLECT
from services.reports.model.commands.inspection_file import (
    ContentsEntry,
    OrderInspectionFile,
    Source,
)
from services.reports.model.commands.rubric import RubricContent
from shared.errors import Unprocessable


def test_the_usual_contents_are_known_and_every_source_can_be_collected() -> None:
    usual = contents.usual()

    contents.require_known(usual)
    assert {each.source for each in usual} == set(Source) == set(COLLECT)
    assert all(each.basis for each in usual)


def test_a_rubrics_lines_ask_for_the_numbers_that_their_formulas_name() -> None:
    line = {"section": "一", "full": 10, "weight": 50}
    content = RubricContent.model_validate(
        {
            "title": "考核细则",
            "grain": "quarter",
            "indicators": [
                {"code": "closing", "title": "x", "formula": "orders_closed / orders_placed"},
                {"code": "twice", "title": "x", "formula": "closing * 2"},
            ],
            "lines": [
                line
                | {"kind": "figures", "code": "1.1", "title": "办结率", "formula": "twice + 1"},
                line | {"kind": "inspection", "code": "2.1", "title": "阵地"},
                line | {"kind": "figures", "code": "3.1", "title": "定数", "formula": "5"},
            ],
        }
    )

    first, second = contents.of_rubric(content)

    assert (first.title, first.measure) == ("1.1 办结率", ["orders_closed", "orders_placed"])
    assert (second.source, second.line, second.least) == (Source.INSPECTIONS, "2.1", 1)


@pytest.mark.parametrize(
    "entry",
    [
        {"source": "measure", "measure": ["none"]},
        {"source": "measure"},
        {"source": "teams", "measure": ["orders_placed"]},
    ],
)
def test_a_measure_that_is_none_or_out_of_place_is_named(entry: dict[str, object]) -> None:
    good = ContentsEntry.model_validate({"title": "x", "source": "teams"})
    bad = ContentsEntry.model_validate({"title": "x"} | entry)

    with pytest.raises(Unprocessable) as refused:
        contents.require_known([good, bad])

    assert [each.field for each in refused.value.fields] == ["contents.1.measure"]


def test_contents_come_from_one_place() -> None:
    own = [{"title": "x", "source": "teams"}]
    body = {"period": "2026-10", "rubric": "rub_one111"}
    OrderInspectionFile.model_validate(body)
    with pytest.raises(ValueError):
        OrderInspectionFile.model_validate(body | {"contents": own})
    with pytest.raises(ValueError):
        OrderInspectionFile.model_validate({"period": "2026-10", "contents": own * 101})

"""Scores by site: what each line brings, deductions, vetoes, grades, ranks; and scoring again."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.reports.model.assessment import Assessment, AssessmentStatus, Inputs
from services.reports.model.period import Period
from services.reports.model.scoring import (
    LineState,
    Scored,
    SiteInputs,
    SiteResult,
    assess,
    needed,
)
from shared.contracts.reports import AssessmentPublished, SiteAssessed
from shared.errors import Conflict, NotFound, Unprocessable
from tests.unit.builders import NOW
from tests.unit.rubrics import RUBRIC, assessment, body, content, edition, inputs

OVER = NOW + timedelta(days=30)


def sheet(given: SiteInputs, **facts: Any) -> SiteResult:
    (result,) = assess(content(**facts), {"XP11": given})
    return result


def points(result: SiteResult) -> list[float]:
    return [each.points for each in result.lines]


def test_each_line_brings_its_share_and_names_what_is_behind_it() -> None:
    result = sheet(inputs())

    assert [each.score for each in result.lines] == [8, 10, 24]
    assert points(result) == [32, 10, 32]
    assert (result.gross, result.deducted, result.total) == (74, 0, 74)
    assert result.indicators == {"rate": 0.8, "lacking": 0.2}
    assert result.lines[0].figures == ["site:orders_placed", "site:orders_served"]
    assert result.lines[1].figures == ["site:sessions_held:theory"]
    assert result.lines[2].inspections == ["ins_one1111"]
    assert result.grade == "passed"


def test_a_score_is_cut_at_nothing_and_at_the_full_marks() -> None:
    assert points(sheet(inputs(placed=5, served=9, theory=40))) == [40, 20, 32]
    lines = body()["lines"]
    lines[0]["formula"] = "-5"
    assert points(sheet(inputs(), lines=lines)) == [0, 10, 32]


def test_a_formula_that_divides_by_zero_gives_what_the_line_says_and_why() -> None:
    line = sheet(inputs(placed=0, served=0)).lines[0]

    assert (line.state, line.score, line.points) == (LineState.UNSAYABLE, 5, 20)
    assert line.reason_en == "division by zero at position 15"
    assert line.reason and "除数为零" in line.reason
    assert line.figures == ["site:orders_placed", "site:orders_served"]
    assert sheet(inputs(placed=0, served=0)).indicators == {"rate": None, "lacking": None}


def test_what_nobody_inspected_gets_what_the_line_says() -> None:
    line = sheet(inputs(place=None)).lines[2]

    assert (line.state, line.points, line.inspections) == (LineState.NOT_INSPECTED, 0, [])


@pytest.mark.parametrize(
    ("take", "score", "behind"),
    [
        ("last", 20, ["ins_c11111"]),
        ("lowest", 10, ["ins_b11111"]),
        ("mean", 18.33, ["ins_a11111", "ins_b11111", "ins_c11111"]),
    ],
)
def test_of_several_inspections_the_line_takes_what_it_says(
    take: str, score: float, behind: list[str]
) -> None:
    lines = body()["lines"]
    lines[2]["take"] = take
    visits = [
        Scored("ins_c11111", "2.1", 20, "2026-10-20"),
        Scored("ins_a11111", "2.1", 25, "2026-10-01"),
        Scored("ins_b11111", "2.1", 10, "2026-10-09"),
        Scored("ins_d11111", "9.9", 1, "2026-10-30"),
    ]
    given = dataclasses.replace(inputs(), scores=visits)

    line = sheet(given, lines=lines).lines[2]

    assert (line.score, line.inspections) == (score, behind)


@pytest.mark.parametrize(("times", "taken"), [(0, 0), (1, 2), (2, 4), (3, 5), (50, 5)])
def test_a_deduction_counts_each_time_up_to_its_most(times: int, taken: float) -> None:
    result = sheet(inputs(deductions=times))

    assert (result.deducted, result.total) == (taken, 74 - taken)
    assert [each.findings for each in result.deductions] == [["fnd_one1111"]] * bool(times)


def test_a_total_is_never_less_than_nothing() -> None:
    assert sheet(inputs(10, 0, 0, 1, deductions=9)).total == 0


def test_a_veto_caps_the_total_and_gives_the_lowest_grade() -> None:
    result = sheet(inputs(10, 10, 9, 30, vetoed=True))

    assert (result.gross, result.total, result.grade) == (100, 59, "failed")
    assert [(each.code, each.findings) for each in result.vetoes] == [("V1", ["fnd_two1111"])]
    low = sheet(inputs(10, 5, 0, 30, vetoed=True))
    assert (low.total, low.grade) == (59, "failed")
    assert sheet(inputs(10, 1, 0, 3, vetoed=True)).total == 8


@pytest.mark.parametrize(
    ("place", "total", "grade"),
    [(30, 96, "good"), (25.5, 90, "good"), (25.49, 89.99, "passed"), (2.99, 59.99, "failed")],
)
def test_a_grade_begins_at_its_least_total(place: float, total: float, grade: str) -> None:
    result = sheet(inputs(served=9, theory=4, place=place))

    assert (result.total, result.grade) == (total, grade)


def test_equals_share_a_rank_and_the_next_is_counted_behind_them() -> None:
    given = {
        "XP11": inputs(),  # 74, of which 32 by inspection
        "XP12": inputs(served=9, theory=2, place=21),  # 74, of which 28 by inspection
        "XP13": inputs(served=10, theory=4, place=30),  # 100
        "XP14": inputs(),
        "XP15": inputs(served=0, theory=0, place=0),
    }

    by_line = [(each.rank, each.site) for each in assess(content(), given)]
    by_total = [(each.rank, each.site) for each in assess(content(ties=[]), given)]

    assert by_line == [(1, "XP13"), (2, "XP11"), (2, "XP14"), (4, "XP12"), (5, "XP15")]
    assert by_total == [(1, "XP13"), (2, "XP11"), (2, "XP12"), (2, "XP14"), (5, "XP15")]


SITES = st.builds(
    inputs,
    placed=st.integers(0, 40),
    served=st.integers(0, 40),
    theory=st.integers(0, 6),
    place=st.none() | st.integers(0, 3000).map(lambda each: each / 100),
    deductions=st.integers(0, 4),
    vetoed=st.booleans(),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(SITES, min_size=1, max_size=6))
def test_sheets_add_up_and_come_out_the_same_in_whatever_order_they_are_read(
    given: list[SiteInputs],
) -> None:
    named = {f"XP{number}": each for number, each in enumerate(given, 11)}

    results = assess(content(), named)

    assert assess(content(), dict(reversed(named.items()))) == results
    for each in results:
        assert round(sum(points(each)), 2) == each.gross
        cap = 59 if each.vetoes else 100
        assert each.total == min(cap, max(0, round(each.gross - each.deducted, 2)))
        better = [one for one in results if one.total > each.total]
        assert each.rank > len(better)
        assert (each.grade == "failed") == (each.total < 60 or bool(each.vetoes))


def test_what_the_formulas_need_is_asked_for_once() -> None:
    assert {each.key for each in needed(content())} == set(inputs().figures)


# ---- assessments ----


def test_stored_numbers_give_the_same_scores_again_to_the_byte() -> None:
    made = assessment(XP11=inputs(), XP12=inputs(placed=3, served=1, deductions=2, vetoed=True))
    kind = TypeAdapter(Assessment)

    stored = kind.validate_json(kind.dump_json(made))

    assert stored == made
    recount = stored.recount(edition().content)
    assert recount.same and recount.recounted == made.checksum


@pytest.mark.parametrize("tampered", ["figure", "score", "rubric"])
def test_a_recount_finds_whatever_was_changed(tampered: str) -> None:
    made, of = assessment(), content()
    match tampered:
        case "figure":
            made.inputs.sites["XP11"].figures["site:orders_served"] += 1
        case "score":
            made.checksum = made.checksum[::-1]
        case "rubric":
            lines = body()["lines"]
            lines[0]["weight"], lines[1]["weight"] = 41, 19
            of = content(lines=lines)

    assert not made.recount(of).same


def test_an_assessment_is_published_once_with_what_each_site_got() -> None:
    made = assessment(XP11=inputs(), XP12=inputs(vetoed=True))

    published, one, two = made.publish("asm_old1111", 100, OVER)

    assert isinstance(published, AssessmentPublished)
    assert (published.checksum, published.supersedes) == (made.checksum, "asm_old1111")
    assert published.as_of == {"orders": 5, "events": 3}
    assert isinstance(one, SiteAssessed) and isinstance(two, SiteAssessed)
    assert (one.site, one.rank, one.of, one.total, one.vetoed) == ("XP11", 1, 2, 74, False)
    assert (two.site, two.rank, two.grade, two.vetoed) == ("XP12", 2, "failed", True)
    before = dataclasses.replace(made)
    moves: list[Callable[[], object]] = [
        lambda: made.publish(None, 100, OVER),
        lambda: made.compute_again(edition(), made.inputs, OVER),
        lambda: made.discard("?"),
    ]
    for move in moves:
        with pytest.raises(Conflict) as refused:
            move()
        assert refused.value.extra["allowed"] == []
    assert made == before


def test_only_what_was_computed_after_the_period_was_over_is_published() -> None:
    made, _ = Assessment.compute(
        "asm_one1111", RUBRIC, edition(), Period("2026-10"), Inputs({}, {"XP11": inputs()}), NOW
    )
    with pytest.raises(Conflict, match="not over"):
        made.publish(None, 100, NOW)
    with pytest.raises(Conflict, match="compute it again"):
        made.publish(None, 100, OVER)
    made.compute_again(edition(), Inputs({}, {"XP11": inputs(served=10)}), OVER)
    assert made.results[0].total == 82
    assert made.publish(None, 100, OVER)
    assert made.status is AssessmentStatus.PUBLISHED


def test_a_discarded_assessment_stays_so() -> None:
    made = assessment()
    made.discard("重复")
    with pytest.raises(Conflict):
        made.publish(None, 100, OVER)


def test_a_period_is_of_the_rubrics_length_and_a_sheet_of_a_site_that_was_assessed() -> None:
    with pytest.raises(Unprocessable) as refused:
        Assessment.compute("asm_one1111", RUBRIC, edition(), Period("2026"), Inputs({}, {}), OVER)
    assert refused.value.fields[0].field == "period"
    with pytest.raises(NotFound):
        assessment().of("XP99")

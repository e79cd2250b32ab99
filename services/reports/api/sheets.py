"""What a site got in an assessment, as it is shown: each point leads to what is behind it."""

from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from services.reports.evidence import Wanted
from services.reports.model.assessment import Assessment, AssessmentStatus
from services.reports.model.commands.rubric import FiguresLine, InspectionLine, RubricContent
from services.reports.model.formula.tree import Place, Reference
from services.reports.model.period import Period
from services.reports.model.scoring import LineResult, LineState, SiteInputs, SiteResult
from shared.contracts.base import SiteCode
from shared.contracts.vocabulary import Theme
from shared.errors import invalid

Href = Annotated[str, Field(description="Path, at this service")]


class FigureBehind(BaseModel):
    """A number that a formula took."""

    figure: Annotated[str, Field(description="Place, measure and theme or mode")]
    place: Place
    measure: str
    facet: Annotated[str, Field(description="Theme or mode; empty: all")]
    period: str
    value: int
    evidence: Annotated[Href, Field(description="The events that were counted, and no later ones")]


class InspectionBehind(BaseModel):
    """An inspection that a score came from."""

    inspection: str
    score: float
    on: str
    evidence: Href


class SheetLine(BaseModel):
    """A line of the rubric, and what it brought."""

    code: str
    section: str
    title: str
    kind: str
    formula: str | None
    full: float
    weight: float
    score: Annotated[float, Field(description="Out of `full`")]
    points: Annotated[float, Field(description="Of the full marks of all")]
    state: LineState
    reason: Annotated[str | None, Field(description="Why its formula has no value")]
    reason_en: str | None
    figures: list[FigureBehind]
    inspections: list[InspectionBehind]


class SheetIndicator(BaseModel):
    """A number that the rubric has calculated; None: it divides by zero."""

    code: str
    title: str
    formula: str
    value: float | None


class SheetLoss(BaseModel):
    """A deduction, or a veto: then `points` is None and the total at most `caps_at`."""

    code: str
    title: str
    times: int
    points: float | None
    caps_at: float | None
    evidence: list[Href]


class Sheet(BaseModel):
    """The assessment of one site (考核表)."""

    assessment: str
    status: AssessmentStatus
    rubric: str
    edition: int
    period: str
    as_of: dict[str, int]
    site: SiteCode
    site_title: str
    total: float
    full_marks: float
    gross: Annotated[float, Field(description="Sum of the lines' points")]
    deducted: float
    grade: str | None
    grade_title: str | None
    rank: int
    of: Annotated[int, Field(description="Sites that were scored")]
    lines: list[SheetLine]
    indicators: list[SheetIndicator]
    deductions: list[SheetLoss]
    vetoes: list[SheetLoss]


def sheet_of(assessment: Assessment, content: RubricContent, site: str) -> Sheet:
    """Raises NotFound for a site that was not assessed."""
    given, result = assessment.of(site)
    lines = {each.code: each for each in content.lines}
    grades = {each.code: each.title for each in content.grades}
    return Sheet(
        assessment=assessment.id,
        status=assessment.status,
        rubric=assessment.rubric,
        edition=assessment.edition,
        period=assessment.period,
        as_of=assessment.inputs.as_of,
        site=site,
        site_title=given.title,
        total=result.total,
        full_marks=content.full_marks,
        gross=result.gross,
        deducted=result.deducted,
        grade=result.grade,
        grade_title=grades.get(result.grade or ""),
        rank=result.rank,
        of=len(assessment.results),
        lines=[_line(assessment, site, given, lines[each.code], each) for each in result.lines],
        indicators=[
            SheetIndicator(
                code=each.code,
                title=each.title,
                formula=each.formula,
                value=result.indicators[each.code],
            )
            for each in content.indicators
        ],
        deductions=_deductions(content, result),
        vetoes=_vetoes(content, result),
    )


def period_of(assessment: Assessment, reference: Reference) -> Period:
    """Of which period a number was taken."""
    period = Period(assessment.period)
    return period.previous if reference.place is Place.PREVIOUS else period


def behind(assessment: Assessment, site: str, key: str) -> tuple[Reference, Wanted]:
    """The events that a number of a site's sheet was made of, and no later ones. Raises NotFound
    for a site that was not assessed, Unprocessable for a number that the sheet does not take."""
    given, _ = assessment.of(site)
    if key not in given.figures:
        known = ", ".join(sorted(given.figures)) or "-"
        raise invalid("figure", f"the sheet takes: {known}", f"考核表所用数据:{known}")
    reference = Reference.of_key(key)
    kind = "theme" if reference.facet in list(Theme) else "mode"
    return reference, Wanted(
        reference.measure,
        period_of(assessment, reference),
        None if reference.place is Place.STREET else site,
        {kind: reference.facet} if reference.facet else {},
        assessment.inputs.as_of,
    )


def _line(
    assessment: Assessment,
    site: str,
    given: SiteInputs,
    line: FiguresLine | InspectionLine,
    result: LineResult,
) -> SheetLine:
    scores = {each.inspection: each for each in given.scores if each.line == line.code}
    return SheetLine(
        code=line.code,
        section=line.section,
        title=line.title,
        kind=line.kind,
        formula=line.formula if isinstance(line, FiguresLine) else None,
        full=line.full,
        weight=line.weight,
        score=result.score,
        points=result.points,
        state=result.state,
        reason=result.reason,
        reason_en=result.reason_en,
        figures=[_figure(assessment, site, key, given.figures[key]) for key in result.figures],
        inspections=[
            InspectionBehind(
                inspection=id,
                score=scores[id].score,
                on=scores[id].on,
                evidence=f"/v1/inspections/{id}",
            )
            for id in result.inspections
        ],
    )


def _figure(assessment: Assessment, site: str, key: str, value: int) -> FigureBehind:
    reference = Reference.of_key(key)
    query = urlencode({"site": site, "figure": key})
    return FigureBehind(
        figure=key,
        place=reference.place,
        measure=reference.measure,
        facet=reference.facet,
        period=period_of(assessment, reference).code,
        value=value,
        evidence=f"/v1/assessments/{assessment.id}/evidence?{query}",
    )


def _deductions(content: RubricContent, result: SiteResult) -> list[SheetLoss]:
    titles = {each.code: each.title for each in content.deductions}
    return [
        SheetLoss(
            code=each.code,
            title=titles[each.code],
            times=each.times,
            points=each.points,
            caps_at=None,
            evidence=[f"/v1/findings/{id}" for id in each.findings],
        )
        for each in result.deductions
    ]


def _vetoes(content: RubricContent, result: SiteResult) -> list[SheetLoss]:
    titles = {each.code: each.title for each in content.vetoes}
    return [
        SheetLoss(
            code=each.code,
            title=titles[each.code],
            times=1,
            points=None,
            caps_at=each.caps_at,
            evidence=[f"/v1/findings/{id}" for id in each.findings],
        )
        for each in result.vetoes
    ]

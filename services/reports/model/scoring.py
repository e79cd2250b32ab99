"""Scores of sites under one edition of a rubric: from numbers, inspections and findings, and from
nothing else. The same inputs give the same results, to the byte.

Marks are calculated in exact fractions. A line's score and its points are rounded half up to two
decimals, and totals are sums of the rounded points: a sheet adds up as it is printed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from services.reports.model.commands.rubric import (
    FiguresLine,
    InspectionLine,
    RubricContent,
    VetoOf,
)
from services.reports.model.formula import Node, Unsayable, parse, value_of
from services.reports.model.formula.tree import Reference, indicators, references
from services.reports.model.rubric_check import WHOLE, exact


@dataclass(frozen=True)
class Scored:
    """What one inspection gave one line."""

    inspection: str  # its id
    line: str
    score: float
    on: str  # day of the inspection, `2026-10-09`


@dataclass(frozen=True)
class Found:
    """A deduction or veto that was recorded."""

    finding: str  # its id
    code: str
    times: int


@dataclass(frozen=True)
class SiteInputs:
    """All that a site's score follows from."""

    title: str
    title_en: str
    figures: dict[str, int] = field(default_factory=dict)  # by key of the reference
    scores: list[Scored] = field(default_factory=list)
    deductions: list[Found] = field(default_factory=list)
    vetoes: list[Found] = field(default_factory=list)


class LineState(StrEnum):
    SCORED = "scored"
    UNSAYABLE = "unsayable"  # its formula divides by zero
    NOT_INSPECTED = "not-inspected"


@dataclass(frozen=True)
class LineResult:
    """A line of the sheet."""

    code: str
    score: float  # out of the line's full marks
    points: float  # what it brings to the total
    state: LineState = LineState.SCORED
    reason: str | None = None  # why it is unsayable, in Chinese
    reason_en: str | None = None
    figures: list[str] = field(default_factory=list)  # keys of the figures behind it
    inspections: list[str] = field(default_factory=list)  # ids of those behind it


@dataclass(frozen=True)
class DeductionResult:
    """What was taken off for one kind of deduction."""

    code: str
    times: int
    points: float
    findings: list[str]


@dataclass(frozen=True)
class VetoResult:
    """A veto that holds."""

    code: str
    caps_at: float
    findings: list[str]


@dataclass(frozen=True)
class SiteResult:
    """The sheet of one site."""

    site: str
    lines: list[LineResult]
    indicators: dict[str, float | None]  # to four decimals; None: cannot be said
    deductions: list[DeductionResult]
    vetoes: list[VetoResult]
    gross: float  # sum of the lines' points
    deducted: float
    total: float
    grade: str | None
    rank: int  # equals share it, and the next one is counted behind them all


def needed(content: RubricContent) -> set[Reference]:
    """The numbers that the formulas name."""
    return {each for node in _parsed(content).values() for each in references(node)}


def assess(content: RubricContent, inputs: Mapping[str, SiteInputs]) -> list[SiteResult]:
    """The sheets of all sites, best first; equals by site code."""
    nodes = _parsed(content)
    sheets = [_sheet(content, nodes, site, given) for site, given in sorted(inputs.items())]
    return _ranked(content, sheets)


def _parsed(content: RubricContent) -> dict[str, Node]:
    """Each formula once, under `indicator:code` or `line:code`. Raises FormulaError."""
    nodes: dict[str, Node] = {}
    known: list[str] = []
    for each in content.indicators:
        nodes[f"indicator:{each.code}"] = parse(each.formula, known)
        known.append(each.code)
    for line in content.lines:
        if isinstance(line, FiguresLine):
            nodes[f"line:{line.code}"] = parse(line.formula, known)
    return nodes


def _sheet(
    content: RubricContent, nodes: Mapping[str, Node], site: str, given: SiteInputs
) -> SiteResult:
    values = _indicators(content, nodes, given)
    lines = [
        _by_figures(content, nodes, each, given, values)
        if isinstance(each, FiguresLine)
        else _by_inspections(content, each, given)
        for each in content.lines
    ]
    deductions = _deductions(content, given)
    vetoes = _vetoes(content, given)
    gross = sum(_hundredths(exact(each.points)) for each in lines)
    deducted = sum(_hundredths(exact(each.points)) for each in deductions)
    caps = [_hundredths(exact(each.caps_at)) for each in vetoes]
    total = min([max(0, gross - deducted), *caps])
    return SiteResult(
        site=site,
        lines=lines,
        indicators={
            code: None if isinstance(value, Unsayable) else round(float(value), 4)
            for code, value in values.items()
        },
        deductions=deductions,
        vetoes=vetoes,
        gross=gross / 100,
        deducted=deducted / 100,
        total=total / 100,
        grade=_grade(content, total / 100, vetoed=bool(vetoes)),
        rank=0,
    )


def _indicators(
    content: RubricContent, nodes: Mapping[str, Node], given: SiteInputs
) -> dict[str, Fraction | Unsayable]:
    values: dict[str, Fraction | Unsayable] = {}
    for each in content.indicators:
        try:
            found = value_of(nodes[f"indicator:{each.code}"], given.figures, values)
            values[each.code] = found
        except Unsayable as error:
            values[each.code] = error
    return values


def _by_figures(
    content: RubricContent,
    nodes: Mapping[str, Node],
    line: FiguresLine,
    given: SiteInputs,
    values: Mapping[str, Fraction | Unsayable],
) -> LineResult:
    node = nodes[f"line:{line.code}"]
    behind = sorted(each.key for each in _behind(node, nodes))
    try:
        score = value_of(node, given.figures, values)
    except Unsayable as error:
        return LineResult(
            line.code,
            *_marks(content, line, exact(line.unsayable)),
            LineState.UNSAYABLE,
            error.text.zh,
            error.text.en,
            figures=behind,
        )
    return LineResult(line.code, *_marks(content, line, score), figures=behind)


def _behind(node: Node, nodes: Mapping[str, Node]) -> set[Reference]:
    """The references of a formula, and of all indicators that it rests on."""
    found = references(node)
    for code in indicators(node):
        found |= _behind(nodes[f"indicator:{code}"], nodes)
    return found


def _by_inspections(content: RubricContent, line: InspectionLine, given: SiteInputs) -> LineResult:
    scores = sorted(
        (each for each in given.scores if each.line == line.code),
        key=lambda each: (each.on, each.inspection),
    )
    if not scores:
        marks = _marks(content, line, exact(line.missing))
        return LineResult(line.code, *marks, LineState.NOT_INSPECTED)
    match line.take:
        case "last":
            scores = scores[-1:]
        case "lowest":
            scores = [min(scores, key=lambda each: each.score)]
    score = sum((exact(each.score) for each in scores), Fraction(0)) / len(scores)
    behind = [each.inspection for each in scores]
    return LineResult(line.code, *_marks(content, line, score), inspections=behind)


def _marks(
    content: RubricContent, line: FiguresLine | InspectionLine, score: Fraction
) -> tuple[float, float]:
    """A line's score and its points."""
    full = exact(line.full)
    score = min(max(score, Fraction(0)), full)
    points = score / full * exact(line.weight) / WHOLE * exact(content.full_marks)
    return _hundredths(score) / 100, _hundredths(points) / 100


def _deductions(content: RubricContent, given: SiteInputs) -> list[DeductionResult]:
    results = []
    for each in content.deductions:
        found = [one for one in given.deductions if one.code == each.code]
        if found:
            times = sum(one.times for one in found)
            points = min(exact(each.points) * times, exact(each.most))
            ids = sorted(one.finding for one in found)
            results.append(DeductionResult(each.code, times, _hundredths(points) / 100, ids))
    return results


def _vetoes(content: RubricContent, given: SiteInputs) -> list[VetoResult]:
    def behind(veto: VetoOf) -> list[str]:
        return sorted(one.finding for one in given.vetoes if one.code == veto.code)

    return [
        VetoResult(each.code, each.caps_at, found)
        for each in content.vetoes
        if (found := behind(each))
    ]


def _grade(content: RubricContent, total: float, *, vetoed: bool) -> str | None:
    if not content.grades:
        return None
    if vetoed:
        return content.grades[-1].code
    return next(each.code for each in content.grades if total >= each.least)


def _ranked(content: RubricContent, sheets: Sequence[SiteResult]) -> list[SiteResult]:
    """Equal totals are told apart by the lines that the rubric names; who is still equal shares a
    rank, and the next rank is counted behind all of them: 1, 2, 2, 4."""

    def standing(sheet: SiteResult) -> tuple[float, ...]:
        points = {each.code: each.points for each in sheet.lines}
        return (-sheet.total, *(-points[code] for code in content.ties))

    ordered = sorted(sheets, key=lambda sheet: (standing(sheet), sheet.site))
    standings = [standing(each) for each in ordered]
    return [
        SiteResult(**(vars(each) | {"rank": standings.index(at) + 1}))
        for each, at in zip(ordered, standings, strict=True)
    ]


def _hundredths(marks: Fraction) -> int:
    """Half a hundredth is rounded up."""
    return (marks * 100 + Fraction(1, 2)).__floor__()

"""What a rubric (考核细则) is made of, and what can be asked of it. It is data: what each line is
worth, and what its points come from."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from services.reports.model.period import Grain
from shared.contracts.base import OR_IN_CHINESE, Command, Line
from shared.contracts.vocabulary import SiteLevel

LineCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)*$", max_length=20)
]
"""Number of a line in the rubric, `2.1`."""

IndicatorCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Name of an indicator in formulas, `closing_rate`."""

Formula = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""In the language of `services/reports/model/formula`."""


def _two_decimals(value: float) -> float:
    if round(value, 2) != value:
        raise ValueError(f"at most two decimals{OR_IN_CHINESE}最多两位小数")
    return value


Marks = Annotated[float, Field(ge=0, le=1000), AfterValidator(_two_decimals)]
"""Marks (分) to two decimals."""
FullMarks = Annotated[Marks, Field(gt=0)]


class IndicatorOf(Command):
    """A number that several lines need, calculated once. It may name those above it."""

    code: IndicatorCode
    title: Line
    formula: Formula


class _LineOf(Command):
    code: LineCode
    section: Line
    title: Line
    full: Annotated[FullMarks, Field(description="Marks that the line is scored out of")]
    weight: Annotated[Marks, Field(gt=0, le=100, description="Percent of the full marks of all")]


class FiguresLine(_LineOf):
    """A line whose score is calculated from the figures; what is under 0 or over `full` is cut."""

    kind: Literal["figures"]
    formula: Formula
    unsayable: Annotated[
        Marks, Field(description="Score where the formula divides by zero, such as without orders")
    ] = 0.0


class InspectionLine(_LineOf):
    """A line that inspectors score on the spot."""

    kind: Literal["inspection"]
    take: Annotated[
        Literal["last", "mean", "lowest"], Field(description="Of several inspections of a period")
    ] = "last"
    photographs: Annotated[int, Field(ge=0, le=10, description="At least, with each score")] = 0
    missing: Annotated[Marks, Field(description="Score where nobody has inspected")] = 0.0


RubricLine = Annotated[FiguresLine | InspectionLine, Field(discriminator="kind")]


class DeductionOf(Command):
    """扣分: what costs points, each time it is found."""

    code: LineCode
    title: Line
    points: Annotated[FullMarks, Field(description="Each time")]
    most: Annotated[FullMarks, Field(description="In a period")]


class VetoOf(Command):
    """一票否决: once it is found, the total is no more than `caps_at`, and the grade the lowest."""

    code: LineCode
    title: Line
    caps_at: Marks = 0.0


class GradeOf(Command):
    """等次, from a total on."""

    code: IndicatorCode
    title: Line
    least: Marks


class RubricContent(Command):
    """The whole of an edition."""

    title: Line
    grain: Literal[Grain.MONTH, Grain.QUARTER, Grain.YEAR]
    levels: Annotated[
        list[SiteLevel], Field(min_length=1, max_length=4, description="Sites that are scored")
    ] = [SiteLevel.STATION]
    full_marks: FullMarks = 100.0
    indicators: Annotated[list[IndicatorOf], Field(max_length=60)] = []
    lines: Annotated[list[RubricLine], Field(min_length=1, max_length=80)]
    deductions: Annotated[list[DeductionOf], Field(max_length=40)] = []
    vetoes: Annotated[list[VetoOf], Field(max_length=20)] = []
    grades: Annotated[list[GradeOf], Field(max_length=10)] = []
    ties: Annotated[
        list[LineCode], Field(max_length=10, description="Lines that decide between equal totals")
    ] = []


class DraftRubric(RubricContent):
    """A draft; what is wrong with it can be asked, and must be mended before it is adopted."""


class AdoptRubric(Command):
    """The draft becomes the next edition."""

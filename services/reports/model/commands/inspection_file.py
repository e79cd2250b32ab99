"""What can be asked of inspection files (台账): of which site, period and contents."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.reports.model.period import PeriodCode
from shared.contracts.base import OR_IN_CHINESE, Command, Id, Line, SiteCode
from shared.contracts.texts import PlainLine

MOST_ENTRIES = 100


class Source(StrEnum):
    """Where the material of an entry comes from."""

    SITE = "site"  # leading group, responsible person, work plan
    PLAN = "plan"  # the year's plan of activities
    ACTIVITIES = "activities"  # each with sign-in, photographs, summary
    ORDERS = "orders"  # completed, rated and closed
    TEAMS = "teams"
    HONOURS = "honours"
    MEASURE = "measure"  # a number, with the events behind it
    CONSTRUCTION = "construction"  # milestones with their evidence
    COVERAGE = "coverage"
    MODEL_CASES = "model-cases"
    BULLETINS = "bulletins"
    REPORTS = "reports"  # published, as PDF
    INSPECTIONS = "inspections"  # what inspectors scored, with photographs


class ContentsEntry(Command):
    """One entry of the contents. `least`: fewer than that are missing."""

    title: PlainLine
    title_en: Line = "-"
    source: Source
    measure: Annotated[
        list[Annotated[str, Field(max_length=64)]],
        Field(max_length=20, description="As in GET /v1/measures; of the source `measure` alone"),
    ] = []
    line: Annotated[str | None, Field(max_length=20, description="Of a rubric: inspections")] = None
    least: Annotated[int, Field(ge=0, le=100_000)] = 0
    basis: Annotated[Line | None, Field(description="Clause or line that asks for it")] = None


class OrderInspectionFile(Command):
    """The contents are the usual ones, those of a rubric's edition in force, or one's own."""

    period: PeriodCode
    site: Annotated[SiteCode | None, Field(description="None: the street, all sites")] = None
    rubric: Id | None = None
    contents: Annotated[list[ContentsEntry], Field(max_length=MOST_ENTRIES)] = []

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.rubric and self.contents:
            raise ValueError(f"name a rubric, or give contents{OR_IN_CHINESE}请仅给出其一")
        return self

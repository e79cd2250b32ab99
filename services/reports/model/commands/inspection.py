"""What can be asked of inspections (督查) and of findings (扣分, 一票否决)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.reports.model.commands.rubric import LineCode, Marks
from services.reports.model.period import PeriodCode
from shared.contracts.base import Command, Id, PersonRef, SiteCode
from shared.contracts.texts import PlainLine, PlainNote

Photographs = Annotated[
    list[Id], Field(max_length=30, description="Files of the purpose `inspection`, of the site")
]
EventRef = Annotated[
    str, StringConstraints(pattern=r"^(orders|volunteers|events|reports):[1-9][0-9]{0,15}$")
]
"""An event by the service that tells it and its number there: `orders:1234`."""


class LineScore(Command):
    """What a line got."""

    line: LineCode
    score: Marks
    note: PlainNote | None = None
    photographs: Photographs = []


class RecordInspection(Command):
    """督查: a site was visited. With scores for a rubric and a period, or to follow up a
    rectification, or both."""

    site: SiteCode
    on: Annotated[date, Field(description="Day of the visit")]
    inspectors: Annotated[list[PersonRef], Field(min_length=1, max_length=10)]
    rubric: Id | None = None
    period: PeriodCode | None = None
    scores: Annotated[list[LineScore], Field(max_length=80)] = []
    note: PlainNote | None = None
    photographs: Photographs = []
    rectification: Annotated[Id | None, Field(description="Which it follows up")] = None
    mended: Annotated[bool | None, Field(description="What a follow-up found")] = None


class RecordFinding(Command):
    """扣分 or 一票否决: something the rubric takes points for was found at a site."""

    site: SiteCode
    rubric: Id
    period: PeriodCode
    kind: Literal["deduction", "veto"]
    code: LineCode
    times: Annotated[int, Field(ge=1, le=100)] = 1
    on: Annotated[date, Field(description="Day on which it was found")]
    found_by: PersonRef
    reason: PlainNote
    files: Photographs = []
    events: Annotated[list[EventRef], Field(max_length=50)] = []
    inspection: Annotated[Id | None, Field(description="In which it was found")] = None


class Withdraw(Command):
    """It was recorded in error; what was published with it stays as it was."""

    reason: PlainLine

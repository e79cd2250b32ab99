"""What is told of assessment (督查考核): rubrics, inspections, findings and scores."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import Event, Id, SiteEvent

PeriodOf = Annotated[str, Field(description="2026, 2026-Q3 or 2026-10, in Asia/Shanghai")]
Checksum = Annotated[str, Field(description="SHA-256 of the content's JSON, keys sorted")]


class RubricAdopted(Event, name="reports.rubric.adopted", version=1):
    """An edition of a rubric (考核细则) holds from now on; it never changes."""

    rubric: Id
    edition: int
    grain: Literal["month", "quarter", "year"]
    lines: Annotated[int, Field(description="How many")]
    checksum: Checksum
    supersedes: Annotated[int | None, Field(description="The edition before")]


class LineScored(BaseModel):
    """What a line of the rubric got."""

    model_config = ConfigDict(frozen=True)

    line: str
    score: float


class InspectionRecorded(SiteEvent, name="reports.inspection.recorded", version=1):
    """督查: a site was visited; with scores, or to follow up a rectification."""

    inspection: Id
    on: date
    rubric: Id | None
    edition: int | None
    period: PeriodOf | None
    scores: list[LineScored]
    photographs: int
    rectification: Id | None
    mended: bool | None


class InspectionWithdrawn(SiteEvent, name="reports.inspection.withdrawn", version=1):
    """It was recorded in error and no longer counts."""

    inspection: Id


class FindingRecorded(SiteEvent, name="reports.finding.recorded", version=1):
    """扣分 or 一票否决: something was found at a site that the rubric takes points for."""

    finding: Id
    rubric: Id
    edition: int
    period: PeriodOf
    kind: Literal["deduction", "veto"]
    code: str
    times: int
    inspection: Id | None


class FindingWithdrawn(SiteEvent, name="reports.finding.withdrawn", version=1):
    """It was recorded in error and no longer counts."""

    finding: Id


class AssessmentPublished(Event, name="reports.assessment.published", version=1):
    """The scores of a period are fixed, under a stated edition and as of stated places in the
    feeds; a later assessment supersedes it. Each site's own: `reports.site.assessed`."""

    assessment: Id
    rubric: Id
    edition: int
    period: PeriodOf
    as_of: dict[str, int]
    sites: Annotated[int, Field(description="How many were scored")]
    checksum: Checksum
    supersedes: Id | None


class SiteAssessed(SiteEvent, name="reports.site.assessed", version=1):
    """What a site got in an assessment that is published."""

    assessment: Id
    rubric: Id
    edition: int
    period: PeriodOf
    total: float
    full_marks: float
    grade: str | None
    vetoed: bool
    rank: Annotated[int, Field(description="Equals share it")]
    of: Annotated[int, Field(description="Sites that were scored")]

"""What is told of the construction of sites (建设, plan 五): milestones and acceptance (验收)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.contracts.base import Id, SiteEvent

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")]
"""Of a phase, a milestone or an item of a checklist: small letters, digits and hyphens."""


class AcceptanceLevel(StrEnum):
    """Who accepts (plan 五(五): 省、市、区; the street looks first)."""

    STREET = "street"
    DISTRICT = "district"
    CITY = "city"
    PROVINCE = "province"


class MilestoneTold(BaseModel):
    """A milestone as it was planned."""

    model_config = ConfigDict(frozen=True)

    milestone: Code
    phase: Code
    due_on: date


class ConstructionEvent(SiteEvent):
    """What every event of a site's construction carries."""

    construction: Id


class ConstructionPlanned(ConstructionEvent, name="reports.construction.planned", version=1):
    """A site has its milestones."""

    plan: Code
    milestones: list[MilestoneTold]


class MilestoneEvent(ConstructionEvent):
    """What every event of a milestone carries; a day is one in Asia/Shanghai."""

    milestone: Code
    phase: Code
    due_on: date


class MilestonePlanned(MilestoneEvent, name="reports.milestone.planned", version=1):
    """One more."""


class MilestoneMoved(MilestoneEvent, name="reports.milestone.moved", version=1):
    """It has another day, `due_on`."""

    before: date


class MilestoneDropped(MilestoneEvent, name="reports.milestone.dropped", version=1):
    """It is not wanted of this site."""


class MilestoneDue(MilestoneEvent, name="reports.milestone.due", version=1):
    """Its day is near, and it is not reached."""


class MilestoneOverdue(MilestoneEvent, name="reports.milestone.overdue", version=1):
    """Its day has passed, and it is not reached."""


class MilestoneReached(MilestoneEvent, name="reports.milestone.reached", version=1):
    """It is reached, with so many files of evidence."""

    reached_on: date
    days_late: int
    evidence: int


class MilestoneReopened(MilestoneEvent, name="reports.milestone.reopened", version=1):
    """It was not reached after all, or acceptance sent it back: it no longer counts."""

    reached_on: date


class AcceptanceEvent(ConstructionEvent):
    """What every event of an acceptance carries."""

    acceptance: Id
    level: AcceptanceLevel


class AcceptanceApplied(AcceptanceEvent, name="reports.acceptance.applied", version=1):
    """A site asks to be accepted."""


class AcceptanceWithdrawn(AcceptanceEvent, name="reports.acceptance.withdrawn", version=1):
    """It asks no longer."""


class AcceptancePassed(AcceptanceEvent, name="reports.acceptance.passed", version=1):
    """验收通过."""

    decided_on: date


class AcceptanceSentBack(AcceptanceEvent, name="reports.acceptance.sent-back", version=1):
    """退回: what is not met is to be mended."""

    decided_on: date
    unmet: list[Code]
    again: list[Code]

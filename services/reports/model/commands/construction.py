"""What can be asked of the construction of a site (建设), and of its acceptance (验收)."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.reports.model.commands.texts import FileId
from shared.contracts.base import OR_IN_CHINESE, Command, Contract, Line, Month, SiteCode
from shared.contracts.reports import AcceptanceLevel
from shared.contracts.reports.construction import Code
from shared.contracts.texts import PlainLine, PlainNote

MOST_MILESTONES = 60


class _Part(Contract):
    model_config = Command.model_config


class PlannedPhase(_Part):
    """阶段. Phases may overlap, and a milestone may be due outside of its phase."""

    code: Code
    title: PlainLine
    title_en: Line
    begins_on: date
    ends_on: date


class PlannedMilestone(_Part):
    """节点, with its own day; no order is assumed."""

    code: Code
    phase: Code
    title: PlainLine
    title_en: Line
    due_on: date
    evidence: Annotated[int, Field(ge=0, le=20, description="Files wanted to reach it")] = 1
    needed: Annotated[bool, Field(description="Before acceptance can be asked for")] = True
    source: Annotated[Line | None, Field(description="Clause that asks for it")] = None


class ChecklistItem(_Part):
    """验收标准 of one line."""

    code: Code
    title: PlainLine
    title_en: Line
    required: bool = True
    source: Line | None = None


class PlanConstruction(Command):
    """Lay out a site's milestones: those of a plan that is kept here, or one's own."""

    site: SiteCode
    plan: Annotated[Code | None, Field(description="As in GET /v1/construction-plans")] = None
    begins: Annotated[Month | None, Field(description="Moves all days of the plan by months")] = (
        None
    )
    warn_days: Annotated[int, Field(ge=0, le=90, description="Before it is due")] = 7
    phases: Annotated[list[PlannedPhase], Field(max_length=20)] = []
    milestones: Annotated[list[PlannedMilestone], Field(max_length=MOST_MILESTONES)] = []
    checklist: Annotated[list[ChecklistItem], Field(max_length=60)] = []

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.plan is None) == (not self.milestones):
            raise ValueError(f"give a plan, or milestones{OR_IN_CHINESE}请给出 plan 或 milestones")
        if self.begins and not self.plan:
            raise ValueError(f"begins moves a plan{OR_IN_CHINESE}begins 仅用于 plan")
        return self


class AddMilestone(PlannedMilestone, Command):
    """One more of this site's own."""


class MoveMilestone(Command):
    """It has another day."""

    due_on: date
    reason: PlainLine


class DropMilestone(Command):
    """It is not wanted of this site."""

    reason: PlainLine


class AttachEvidence(Command):
    """A photograph, a scan, a document; of a photograph, that who is shown has consented."""

    file: FileId
    title: PlainLine
    consent: bool = False


class RemoveEvidence(Command):
    """It does not belong there, or consent was taken back."""

    reason: PlainLine


class ReachMilestone(Command):
    """It is reached; its evidence is there."""

    reached_on: Annotated[date | None, Field(description="Default: today")] = None
    note: PlainNote | None = None


class ReopenMilestone(Command):
    """It was not reached after all."""

    reason: PlainLine


class ApplyForAcceptance(Command):
    """A level is asked to accept the site."""

    level: AcceptanceLevel


class WithdrawApplication(Command):
    """It is not asked for now."""

    reason: PlainLine


class CheckedLine(_Part):
    """What was found for one line of the checklist."""

    item: Code
    met: bool
    note: PlainNote | None = None


class Again(_Part):
    """A milestone that is to be reached again, and by when."""

    milestone: Code
    due_on: date


class DecideAcceptance(Command):
    """验收通过, or 退回 with a reason and what is to be done again by when."""

    outcome: Literal["accept", "send-back"]
    findings: Annotated[list[CheckedLine], Field(max_length=60)]
    reason: PlainNote | None = None
    again: Annotated[list[Again], Field(max_length=MOST_MILESTONES)] = []

"""What can be asked of assessments (考核)."""

from typing import Annotated

from pydantic import Field

from services.reports.model.period import PeriodCode
from shared.contracts.base import Command, Id
from shared.contracts.texts import PlainLine


class ComputeAssessment(Command):
    """Score all sites of a period under one edition, for now provisionally."""

    rubric: Id
    edition: Annotated[int | None, Field(ge=1, description="Without: the one in force")] = None
    period: PeriodCode


class ComputeAgain(Command):
    """As of now: with what was told, inspected and found since."""


class PublishAssessment(Command):
    """Fix what was computed."""


class DiscardAssessment(Command):
    """A provisional one that is not wanted."""

    reason: PlainLine

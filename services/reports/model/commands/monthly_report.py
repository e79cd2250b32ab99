"""What can be asked of a station's own monthly report (月报)."""

from typing import Annotated

from pydantic import Field

from services.reports.model.commands.publicity import Photographs
from services.reports.model.commands.texts import PlainArticle
from shared.contracts.base import Command
from shared.contracts.reports import ReturnReason
from shared.contracts.texts import PlainNote

Section = PlainArticle | None


class StatedNumber(Command):
    """A number that the station counts otherwise than the system; both are shown."""

    measure: Annotated[str, Field(max_length=64, description="As in GET /v1/measures")]
    number: Annotated[int, Field(ge=0, le=10_000_000)]
    why: PlainNote


class FillMonthlyReport(Command):
    """The whole content anew: what was done, what stands out, what is difficult, what comes next.
    With photographs, who is shown has consented."""

    work: PlainArticle
    highlights: Section = None
    difficulties: Section = None
    plans: Section = None
    photographs: Photographs = []
    consent: bool = False
    stated: Annotated[list[StatedNumber], Field(max_length=30)] = []


class RefillMonthlyReport(Command):
    """Take the month's figures anew, as they are known now."""


class SubmitMonthlyReport(Command):
    """上报."""


class ReturnMonthlyReport(Command):
    """退回, with what is to be mended."""

    reason: ReturnReason
    note: PlainNote


class AcceptMonthlyReport(Command):
    """It is as it should be."""


class UrgeMonthlyReport(Command):
    """催报."""

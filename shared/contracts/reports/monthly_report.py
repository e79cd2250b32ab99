"""What is told of a station's own monthly report (月报): due, handed in, returned, accepted."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Id, Moment, Month, SiteEvent


class ReturnReason(StrEnum):
    """退回: why. Words of one's own stay in the service."""

    INCOMPLETE = "incomplete"
    FIGURES = "figures"
    PHOTOGRAPHS = "photographs"
    WORDING = "wording"
    OTHER = "other"


class MonthlyReportEvent(SiteEvent):
    """What every event of a monthly report carries."""

    monthly_report: Id
    month: Month


class MonthlyReportDue(MonthlyReportEvent, name="reports.monthly-report.due", version=1):
    """The month is over: the station is to hand in its report by then."""

    deadline: Moment


class MonthlyReportUrged(MonthlyReportEvent, name="reports.monthly-report.urged", version=1):
    """催报: it has not been handed in."""

    deadline: Moment
    times: Annotated[int, Field(description="With this one")]
    automatic: Annotated[bool, Field(description="By the clock, not by a person")]


class MonthlyReportOverdue(MonthlyReportEvent, name="reports.monthly-report.overdue", version=1):
    """Its deadline has passed."""

    deadline: Moment


class MonthlyReportSubmitted(
    MonthlyReportEvent, name="reports.monthly-report.submitted", version=1
):
    """It was handed in."""

    times: Annotated[int, Field(description="1, and one more each time after it was returned")]
    on_time: bool
    photographs: int
    checksum: Annotated[str, Field(description="SHA-256 of its figures and content")]


class MonthlyReportReturned(MonthlyReportEvent, name="reports.monthly-report.returned", version=1):
    """退回: it is to be handed in again by then."""

    reason: ReturnReason
    deadline: Moment


class MonthlyReportAccepted(MonthlyReportEvent, name="reports.monthly-report.accepted", version=1):
    """It is as it should be."""

    checksum: str

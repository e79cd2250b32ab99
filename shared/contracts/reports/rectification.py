"""What is told of rectification orders (整改)."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Id, Moment, SiteEvent


class RectificationEvent(SiteEvent):
    """What every event of a rectification carries; `site` is the one that has to mend."""

    rectification: Id
    due: Annotated[Moment, Field(description="Until when the site answers")]


class RectificationOrdered(RectificationEvent, name="reports.rectification.ordered", version=1):
    """下达整改: a site has to mend something by a deadline."""

    assessment: Id | None
    inspection: Id | None
    finding: Id | None
    points: Annotated[int, Field(description="How many things are to be mended")]
    follow_up: Annotated[bool, Field(description="It is closed by an inspection only")]


class RectificationDue(RectificationEvent, name="reports.rectification.due", version=1):
    """The deadline comes near, and the site has not answered."""


class RectificationOverdue(RectificationEvent, name="reports.rectification.overdue", version=1):
    """The deadline has passed, and the site has not answered."""


class RectificationExtended(RectificationEvent, name="reports.rectification.extended", version=1):
    """延期: the site has longer."""


class RectificationAnswered(RectificationEvent, name="reports.rectification.answered", version=1):
    """The site says what it has done."""

    round: Annotated[int, Field(description="How many times it has answered")]
    files: int
    late: bool


class RectificationSentBack(RectificationEvent, name="reports.rectification.sent-back", version=1):
    """退回: the answer, or what a follow-up inspection found, was not enough."""

    round: int


class RectificationAccepted(RectificationEvent, name="reports.rectification.accepted", version=1):
    """The answer is accepted; with `follow_up`, an inspection is still to confirm it."""

    round: int
    follow_up: bool


class RectificationClosed(RectificationEvent, name="reports.rectification.closed", version=1):
    """销号: it is mended."""

    rounds: int
    inspection: Annotated[Id | None, Field(description="The follow-up that confirmed it")]
    late: Annotated[bool, Field(description="An answer came after its deadline")]


class RectificationCancelled(RectificationEvent, name="reports.rectification.cancelled", version=1):
    """It was ordered in error."""

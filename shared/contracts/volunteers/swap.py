"""What is told of swaps (换班): two volunteers take each other's place in two shifts."""

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Id, SiteEvent


class SwapSide(BaseModel):
    """One of the two: where they are, and under which id they come into the other's place."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    shift: Id
    sign_up: Id
    volunteer: Id
    team: Id
    takes: Id


class SwapEvent(SiteEvent):
    """What every event of a swap carries."""

    swap: Id
    sides: list[SwapSide]


class SwapProposed(SwapEvent, name="volunteers.swap.proposed", version=1):
    """The first asks the second."""


class SwapAgreed(SwapEvent, name="volunteers.swap.agreed", version=1):
    """The second agrees: both times are to be reserved."""


class SwapDone(SwapEvent, name="volunteers.swap.done", version=1):
    """Both times are reserved: each is in the other's place."""


class SwapFailed(SwapEvent, name="volunteers.swap.failed", version=1):
    """Declined, too late, or a time could not be had: both stay where they are."""

"""What can be asked about an order (点单)."""

from typing import Annotated

from pydantic import Field, model_validator

from shared.contracts.base import (
    OR_IN_CHINESE,
    Command,
    Id,
    Line,
    Moment,
    PersonRef,
    SiteCode,
)

Volunteers = Annotated[list[Id], Field(min_length=1, max_length=50)]
Stars = Annotated[int, Field(ge=1, le=5)]


class OnBehalf(Command):
    """代点单, 代评单: for people without telephones (DOMAIN.md, daily work)."""

    channel: Annotated[str, Field(pattern="^(visit|telephone|counter)$")]
    oral_yes: Annotated[bool, Field(description="They said yes to this order or rating")]

    @model_validator(mode="after")
    def _agreed(self) -> "OnBehalf":
        if not self.oral_yes:
            raise ValueError(
                "oral_yes should be true: nobody is spoken for without their yes"
                f"{OR_IN_CHINESE}oral_yes 应为 true:未经本人口头同意不得代办"
            )
        return self


class PlaceOrder(Command):
    """点单."""

    item: Id
    site: SiteCode
    resident: PersonRef
    starts_at: Moment
    hands: Annotated[int | None, Field(ge=1, le=50, description="Default: the item's")] = None
    on_behalf: OnBehalf | None = None


class VetOrder(Command):
    """审单: let it pass."""


class RejectOrder(Command):
    """审单: refuse it."""

    reason: Line


class DispatchOrder(Command):
    """派单: ask these volunteers."""

    volunteers: Volunteers


class AcceptOrder(Command):
    """接单 by a volunteer who was asked, or 抢单 where nobody was."""

    volunteer: Id
    team: Id


class DeclineOrder(Command):
    """A volunteer who was asked says no."""

    volunteer: Id


class ReleaseAcceptance(Command):
    """A volunteer gives the acceptance back."""


class CheckIn(Command):
    """The volunteer is there."""


class CheckOut(Command):
    """The volunteer has ended."""


class CompleteOrder(Command):
    """办结."""


class RateOrder(Command):
    """评单."""

    stars: Stars
    on_behalf: OnBehalf | None = None


class CancelOrder(Command):
    """Cancel it before it is served."""

    by: Annotated[str, Field(pattern="^(resident|station|office)$")]
    reason: Line

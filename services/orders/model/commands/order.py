"""What can be asked about an order (点单)."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from shared.contracts.base import (
    OR_IN_CHINESE,
    Command,
    Id,
    Line,
    Moment,
    Note,
    PersonRef,
    SiteCode,
)
from shared.contracts.orders import Outcome, ReopenedBy
from shared.contracts.vocabulary import Department

Volunteers = Annotated[list[Id], Field(min_length=1, max_length=50)]
Stars = Annotated[int, Field(ge=1, le=5)]
GridCode = Annotated[str, Field(pattern="^[A-Z0-9-]{2,30}$", description="网格 of the resident")]
Copies = Annotated[int, Field(ge=1, le=1000, description="Of a material")]
Who = Annotated[str, Field(pattern="^(resident|station|office|department)$")]


class OnBehalf(Command):
    """代点单, 代评单: for people without telephones (DOMAIN.md, daily work)."""

    channel: Annotated[str, Field(pattern="^(visit|telephone|counter)$")]
    oral_yes: Annotated[bool, Field(description="They said yes to this order or rating")]
    asked_by: Annotated[
        PersonRef | None, Field(description="Who asked, if not the resident: a relative")
    ] = None

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
    private: Annotated[bool, Field(description="Read only with orders:private")] = False
    grid: GridCode | None = None
    answers: dict[str, Any] = Field(
        default_factory=dict, max_length=50, description="To the item's extra questions"
    )
    note: Note | None = None
    attachments: list[Id] = Field(
        default_factory=list, max_length=10, description="Files uploaded before"
    )
    copies: Copies | None = None
    wish: Annotated[Id | None, Field(description="Volunteer or team the resident would like")] = (
        None
    )
    continues: Annotated[Id | None, Field(description="Order whose rest this one does")] = None


class JoinOrder(Command):
    """拼单: one more resident wants it."""

    resident: PersonRef
    on_behalf: OnBehalf | None = None


class WithdrawOrder(Command):
    """The resident no longer wants it."""

    resident: PersonRef


class AttachFile(Command):
    """Add a file that was uploaded for this purpose."""

    file: Id


class Reasoned(Command):
    """What needs a reason: in words, or by a template (答复模板)."""

    reason: Line | None = None
    template: Annotated[Id | None, Field(description="Instead of a reason")] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.reason is None) == (self.template is None):
            raise ValueError(
                f"needs reason or template{OR_IN_CHINESE}须填写 reason 或 template 之一"
            )
        return self

    @property
    def text(self) -> str:
        """The words, once a template was looked up."""
        return self.reason or ""


class VetOrder(Command):
    """审单: let it pass."""


class RejectOrder(Reasoned):
    """审单: refuse it."""


class ReturnOrder(Reasoned):
    """退单: who was to serve it can't."""


class TransferOrder(Reasoned):
    """转单: to another site, department, or both."""

    site: SiteCode | None = None
    department: Department | None = None


class UrgeOrder(Command):
    """催单."""


class RescheduleOrder(Command):
    """Another time."""

    starts_at: Moment
    by: Who


class DispatchOrder(Command):
    """派单: ask these volunteers."""

    volunteers: Volunteers


class RedispatchOrder(Command):
    """Ask these volunteers instead of those asked before."""

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


class NoShow(Command):
    """The volunteer did not come."""


class CheckIn(Command):
    """The volunteer is there."""


class CheckOut(Command):
    """The volunteer has ended."""


class CompleteOrder(Command):
    """办结; in part only, where something remains."""

    outcome: Outcome = Outcome.DONE
    done: Annotated[Note | None, Field(description="What was done")] = None
    remaining: Annotated[Note | None, Field(description="What remains; for partial")] = None
    copies: Annotated[
        int | None, Field(ge=0, le=1000, description="Handed out; default: as ordered")
    ] = None

    @model_validator(mode="after")
    def _remains(self) -> Self:
        if (self.outcome is Outcome.PARTIAL) != (self.remaining is not None):
            raise ValueError(
                f"remaining belongs to partial, and is needed there{OR_IN_CHINESE}"
                "部分办结(partial)须且仅须填写 remaining"
            )
        return self


class RateOrder(Command):
    """评单."""

    stars: Stars
    on_behalf: OnBehalf | None = None
    resident: Annotated[PersonRef | None, Field(description="Of several who ordered it")] = None


class ReopenOrder(Reasoned):
    """It was not well after all."""

    by: ReopenedBy = ReopenedBy.OFFICE
    starts_at: Annotated[Moment | None, Field(description="Default: in a day")] = None


class CancelOrder(Command):
    """Cancel it before it is served."""

    by: Who
    reason: Line

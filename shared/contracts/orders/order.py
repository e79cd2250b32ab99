"""What is told of an order (点单), from placing to closing."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Id, Moment, PersonRef, SiteEvent
from shared.contracts.vocabulary import Mode, Theme


class ReleaseReason(StrEnum):
    """Why an acceptance no longer holds a hand of its order."""

    EXPIRED = "expired"  # the volunteer's time was not reserved in time
    DECLINED = "declined"  # the volunteer gave it back
    REFUSED = "refused"  # the volunteer's calendar or team did not allow it
    CANCELLED = "cancelled"  # the order was cancelled
    FULL = "full"  # no hand was free any more
    UNKNOWN = "unknown"  # a reservation came for an acceptance that is not (or no longer) live


class OrderEvent(SiteEvent):
    """What every event of an order carries: its place in the plan's statistics."""

    order: Id
    item: Id
    theme: Theme
    modes: list[Mode]


class OrderPlaced(OrderEvent, name="orders.order.placed", version=1):
    """点单: a resident has ordered, or somebody on behalf of one (代点单)."""

    resident: PersonRef
    on_behalf: bool
    hands: int
    starts_at: Moment
    ends_at: Moment


class OrderVetted(OrderEvent, name="orders.order.vetted", version=1):
    """审单: the order may be dispatched or grabbed."""


class OrderRejected(OrderEvent, name="orders.order.rejected", version=1):
    """审单: the order was refused, with a reason for the resident."""

    reason: str


class OrderDispatched(OrderEvent, name="orders.order.dispatched", version=1):
    """派单: volunteers are asked by name; only they may accept."""

    volunteers: list[Id]


class OrderAccepted(OrderEvent, name="orders.order.accepted", version=1):
    """接单 or 抢单: a volunteer wants to serve; the time must still be reserved."""

    acceptance: Id
    volunteer: Id
    team: Id
    starts_at: Moment
    ends_at: Moment


class OrderAssigned(OrderEvent, name="orders.order.assigned", version=1):
    """The volunteer's time is reserved: the acceptance holds."""

    acceptance: Id
    volunteer: Id
    team: Id
    full: Annotated[bool, Field(description="All hands are assigned")]


class OrderReleased(OrderEvent, name="orders.order.released", version=1):
    """An acceptance is over; whatever time was reserved for it is free again."""

    acceptance: Id
    volunteer: Id
    reason: ReleaseReason


class OrderDeclined(OrderEvent, name="orders.order.declined", version=1):
    """A volunteer who was asked does not want to."""

    volunteer: Id


class OrderStarted(OrderEvent, name="orders.order.started", version=1):
    """The first volunteer has checked in."""


class OrderCheckedIn(OrderEvent, name="orders.order.checked-in", version=1):
    """A volunteer has begun to serve."""

    acceptance: Id
    volunteer: Id


class OrderCheckedOut(OrderEvent, name="orders.order.checked-out", version=1):
    """A volunteer has ended serving: the evidence of the minutes."""

    acceptance: Id
    volunteer: Id
    team: Id
    started_at: Moment
    ended_at: Moment
    minutes: int


class OrderCompleted(OrderEvent, name="orders.order.completed", version=1):
    """办结: served; it waits to be rated."""

    resident: PersonRef
    hands: int
    minutes: int


class OrderRated(OrderEvent, name="orders.order.rated", version=1):
    """评单: one to five stars; automatic where nobody rated in time."""

    stars: int
    automatic: bool
    on_behalf: bool


class OrderReopened(OrderEvent, name="orders.order.reopened", version=1):
    """A bad rating: the order is to be served again."""

    stars: int


class OrderClosed(OrderEvent, name="orders.order.closed", version=1):
    """The loop is closed."""


class OrderCancelled(OrderEvent, name="orders.order.cancelled", version=1):
    """Cancelled before it was served."""

    by: str
    reason: str


class OrderOverdue(OrderEvent, name="orders.order.overdue", version=1):
    """A stage took longer than it may: vet, dispatch or serve."""

    stage: str
    since: Moment

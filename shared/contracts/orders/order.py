"""What is told of an order (点单), from placing to closing."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Id, Moment, PersonRef, SiteCode, SiteEvent
from shared.contracts.orders.menu_item import ItemKind
from shared.contracts.vocabulary import Department, Mode, Theme


class ReleaseReason(StrEnum):
    """Why an acceptance no longer holds a hand of its order."""

    EXPIRED = "expired"  # the volunteer's time was not reserved in time
    DECLINED = "declined"  # the volunteer gave it back
    REFUSED = "refused"  # the volunteer's calendar or team did not allow it
    CANCELLED = "cancelled"  # the order was cancelled
    FULL = "full"  # no hand was free any more
    NO_SHOW = "no-show"  # the volunteer did not come
    REDISPATCHED = "redispatched"  # others are asked instead
    RESCHEDULED = "rescheduled"  # the order has another time
    RETURNED = "returned"  # the order was sent back
    TRANSFERRED = "transferred"  # the order went to another site or department
    UNKNOWN = "unknown"  # a reservation came for an acceptance that is not (or no longer) live


class Outcome(StrEnum):
    """How an order was completed."""

    DONE = "done"
    PARTIAL = "partial"  # something remains
    NOBODY_THERE = "nobody-there"  # whom it was for was not there


class ReopenedBy(StrEnum):
    """Who wants an order served again."""

    RATING = "rating"  # a bad one
    RESIDENT = "resident"
    STATION = "station"
    OFFICE = "office"


class OrderEvent(SiteEvent):
    """What every event of an order carries: its place in the plan's statistics."""

    order: Id
    item: Id
    theme: Theme
    modes: list[Mode]
    department: Annotated[Department | None, Field(description="That handles it")] = None


class OrderPlaced(OrderEvent, name="orders.order.placed", version=1):
    """点单: a resident has ordered, or somebody on behalf of one (代点单)."""

    resident: PersonRef
    on_behalf: bool
    hands: int
    starts_at: Moment
    ends_at: Moment
    kind: ItemKind = ItemKind.HELP
    grid: str | None = None
    private: bool = False
    copies: int = 0
    continues: Id | None = None


class OrderJoined(OrderEvent, name="orders.order.joined", version=1):
    """拼单: one more resident wants what was ordered."""

    resident: PersonRef
    on_behalf: bool
    residents: Annotated[int, Field(description="With this one")]


class OrderLeft(OrderEvent, name="orders.order.left", version=1):
    """One of several residents no longer wants it."""

    resident: PersonRef
    residents: Annotated[int, Field(description="Those that remain")]


class OrderWithdrawn(OrderEvent, name="orders.order.withdrawn", version=1):
    """The last of the residents who had ordered it wants it no more."""

    resident: PersonRef


class OrderAttached(OrderEvent, name="orders.order.attached", version=1):
    """A file was added."""

    file: Id


class OrderVetted(OrderEvent, name="orders.order.vetted", version=1):
    """审单: the order may be dispatched or grabbed."""


class OrderRejected(OrderEvent, name="orders.order.rejected", version=1):
    """审单: the order was refused, with a reason for the resident."""

    reason: str


class OrderReturned(OrderEvent, name="orders.order.returned", version=1):
    """退单: who was to serve it can't; it is to be vetted again, or sent elsewhere."""

    times: int


class OrderTransferred(OrderEvent, name="orders.order.transferred", version=1):
    """转单: told at the site it leaves; `received` is told at the site it comes to."""

    to_site: SiteCode
    from_department: Department | None
    to_department: Department | None


class OrderReceived(OrderEvent, name="orders.order.received", version=1):
    """转单: it has come from another site, and is to be vetted here."""

    from_site: SiteCode


class OrderRescheduled(OrderEvent, name="orders.order.rescheduled", version=1):
    """It has another time; whoever had accepted was released before."""

    starts_at: Moment
    ends_at: Moment
    before: Annotated[Moment, Field(description="When it was to begin")]
    by: str


class OrderUrged(OrderEvent, name="orders.order.urged", version=1):
    """催单: somebody asks what has become of it."""

    stage: str
    times: int
    volunteers: list[Id]


class OrderDispatched(OrderEvent, name="orders.order.dispatched", version=1):
    """派单: volunteers are asked by name; only they may accept."""

    volunteers: list[Id]
    again: Annotated[bool, Field(description="Instead of those asked before")] = False
    until: Annotated[Moment | None, Field(description="When the offer expires")] = None


class OrderOfferExpired(OrderEvent, name="orders.order.offer-expired", version=1):
    """A volunteer who was asked has not answered in time."""

    volunteer: Id


class OrderAccepted(OrderEvent, name="orders.order.accepted", version=1):
    """接单 or 抢单: a volunteer wants to serve; the time must still be reserved."""

    acceptance: Id
    volunteer: Id
    team: Id
    starts_at: Moment
    ends_at: Moment
    qualifications: Annotated[list[str], Field(description="Each must be held then")] = []


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


class OrderMissed(OrderEvent, name="orders.order.missed", version=1):
    """A volunteer who had accepted did not come."""

    acceptance: Id
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
    outcome: Outcome = Outcome.DONE
    copies: int = 0
    residents: Annotated[int, Field(description="With those who joined")] = 1


class OrderRated(OrderEvent, name="orders.order.rated", version=1):
    """评单: one to five stars; automatic where nobody rated in time."""

    stars: int
    automatic: bool
    on_behalf: bool


class OrderReopened(OrderEvent, name="orders.order.reopened", version=1):
    """The order is to be served again: by a bad rating, or because somebody says so."""

    stars: Annotated[int, Field(description="0: not rated")]
    by: ReopenedBy = ReopenedBy.RATING


class OrderClosed(OrderEvent, name="orders.order.closed", version=1):
    """The loop is closed."""


class OrderCancelled(OrderEvent, name="orders.order.cancelled", version=1):
    """Cancelled before it was served."""

    by: str
    reason: str


class OrderDueSoon(OrderEvent, name="orders.order.due-soon", version=1):
    """Most of the time of a stage is over: vet, dispatch, accept, serve or rate."""

    stage: str
    since: Moment
    due: Moment


class OrderOverdue(OrderEvent, name="orders.order.overdue", version=1):
    """A stage took longer than it may: vet, dispatch, accept or serve."""

    stage: str
    since: Moment
    due: Moment | None = None


class OrderEscalated(OrderEvent, name="orders.order.escalated", version=1):
    """A stage is overdue still: 1 goes to the site's responsible person, 2 to the institute."""

    stage: str
    since: Moment
    due: Moment
    level: int

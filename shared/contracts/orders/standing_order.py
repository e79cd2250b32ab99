"""What is told of standing orders: orders that make themselves, at their times."""

from enum import StrEnum

from shared.contracts.base import Id, Moment, SiteEvent
from shared.contracts.vocabulary import Mode, Theme


class StandingEnd(StrEnum):
    """Why a standing order makes no more orders."""

    ASKED = "asked"
    OVER = "over"  # it has no further time
    RECIPIENT_CLOSED = "recipient-closed"


class StandingOrderEvent(SiteEvent):
    """What every event of a standing order carries."""

    standing_order: Id
    item: Id
    theme: Theme
    modes: list[Mode]
    recipient: Id | None


class StandingOrderSet(StandingOrderEvent, name="orders.standing-order.set", version=1):
    """It will make orders from now on."""

    next_at: Moment


class StandingOrderPaused(StandingOrderEvent, name="orders.standing-order.paused", version=1):
    """It makes none until it is resumed."""


class StandingOrderResumed(StandingOrderEvent, name="orders.standing-order.resumed", version=1):
    """It makes orders again; what lay in between is left out."""

    next_at: Moment


class StandingOrderSkipped(StandingOrderEvent, name="orders.standing-order.skipped", version=1):
    """One time is left out because somebody said so."""

    starts_at: Moment


class StandingOrderPlaced(StandingOrderEvent, name="orders.standing-order.placed", version=1):
    """The order of one time is placed."""

    order: Id
    starts_at: Moment


class StandingOrderMissed(StandingOrderEvent, name="orders.standing-order.missed", version=1):
    """A time had passed before its order could be placed: somebody has to see to it."""

    starts_at: Moment


class StandingOrderRefused(StandingOrderEvent, name="orders.standing-order.refused", version=1):
    """The order of one time can't be placed: the item or the site does not allow it."""

    starts_at: Moment


class StandingOrderEnded(StandingOrderEvent, name="orders.standing-order.ended", version=1):
    """It makes no more orders."""

    reason: StandingEnd

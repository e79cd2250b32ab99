"""What reports hears of all services, folded into sums (PROTOCOL 3).

Cases (件), sessions (场次), attendances (人次) and people (人数) are counted separately; an
attendance is never a person. Periods are months in Asia/Shanghai. `STREET` stands for all sites.
"""

from collections.abc import Sequence
from typing import Any

from shared.clock import month_of
from shared.contracts import events, orders, volunteers
from shared.contracts.base import Event
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Projection
from shared.storage.mongo import Document

STREET = "street"

Counts = dict[str, int]


def counted(event: Any) -> Counts:
    """What one event adds to its month, site, theme and modes. Integers only: they commute."""
    match event:
        case orders.OrderPlaced():
            on_behalf = {"orders_on_behalf": 1} if event.on_behalf else {}
            return {"orders_placed": 1} | on_behalf
        case orders.OrderRejected():
            return {"orders_rejected": 1}
        case orders.OrderCancelled():
            return {"orders_cancelled": 1}
        case orders.OrderCompleted():
            return {"orders_completed": 1}
        case orders.OrderRated():
            return {"ratings": 1, "stars": event.stars}
        case orders.OrderReopened():
            return {"orders_reopened": 1}
        case orders.OrderClosed():
            return {"orders_closed": 1}
        case orders.OrderOverdue():
            return {"stages_overdue": 1}
        case volunteers.HoursCredited():
            return {"service_entries": 1, "service_minutes": event.minutes}
        case events.ActivityAnnounced():
            return {"activities_announced": 1}
        case events.ActivityCancelled():
            return {"activities_cancelled": 1}
        case events.ActivityHeld():
            return {"sessions_held": 1}
        case events.RegistrationAttended():
            return {"attendances": 1}
    raise TypeError(f"{type(event).__name__} is not counted")


COUNTED: tuple[type[Event], ...] = (
    orders.OrderPlaced,
    orders.OrderRejected,
    orders.OrderCancelled,
    orders.OrderCompleted,
    orders.OrderRated,
    orders.OrderReopened,
    orders.OrderClosed,
    orders.OrderOverdue,
    volunteers.HoursCredited,
    events.ActivityAnnounced,
    events.ActivityCancelled,
    events.ActivityHeld,
    events.RegistrationAttended,
)


def period(event: Any, envelope: Envelope) -> str:
    """The month an event counts in: of the service where it tells it, else of the command."""
    match event:
        case volunteers.HoursCredited():
            return event.service_date.strftime("%Y-%m")
        case events.ActivityHeld() | events.RegistrationAttended():
            return month_of(event.starts_at)
    return month_of(envelope.time)


class Sums(Projection):
    """One document for each month and site: totals, by theme and by mode."""

    name = "sums"
    hears = COUNTED
    indexes = ((("month", 1), ("site", 1)),)

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        return [f"{period(event, envelope)}:{event.site}"]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        counts = counted(event)
        document["month"], document["site"] = period(event, envelope), event.site
        document["totals"] = _plus(document.get("totals", {}), counts)
        document["by_theme"] = _plus_in(document.get("by_theme", {}), [event.theme], counts)
        document["by_mode"] = _plus_in(document.get("by_mode", {}), event.modes, counts)


def _plus(sums: Counts, counts: Counts) -> Counts:
    """Names are kept sorted, so that a document does not depend on the order of events."""
    added = {name: sums.get(name, 0) + count for name, count in counts.items()}
    return dict(sorted((sums | added).items()))


def _plus_in(groups: dict[str, Counts], names: Sequence[str], counts: Counts) -> dict[str, Counts]:
    added = {str(name): _plus(groups.get(name, {}), counts) for name in names}
    return dict(sorted((groups | added).items()))


class People(Projection):
    """One document for each month, site and person reached: counted, never listed."""

    name = "people"
    hears = (orders.OrderCompleted, events.RegistrationAttended)
    indexes = ((("month", 1), ("site", 1)),)

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        month = period(event, envelope)
        return [f"{month}:{site}:{event.resident}" for site in (event.site, STREET)]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        document["month"], document["site"], _ = document["_id"].split(":", 2)


PROJECTIONS = (Sums(), People())

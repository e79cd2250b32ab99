"""How long each stage of an order may take, and when time moves it next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from services.orders.model.moves import MOVES, OrderStatus

if TYPE_CHECKING:
    from services.orders.model.order import Order

RESERVE_WITHIN = timedelta(minutes=10)
"""How long an acceptance holds a hand while the volunteer's time is being reserved."""
RATE_WITHIN = timedelta(days=7)
"""After this an unrated order is rated automatically."""
STAGE_WITHIN = {"vet": timedelta(days=1), "dispatch": timedelta(days=2), "serve": timedelta(days=1)}
"""Time for each stage; `serve` counts from the end of the ordered time."""
LAPSES_AFTER = timedelta(days=30)
"""So long after its time an order that nobody served is cancelled, and one that nobody completed is
completed with what was checked out; so every order ends (PROTOCOL 4)."""


def stage(order: Order) -> tuple[str | None, datetime]:
    """What the order waits for, and since when."""
    if order.status is OrderStatus.PLACED:
        return "vet", order.stage_since
    if order.status in (OrderStatus.OPEN, OrderStatus.DISPATCHED):
        return "dispatch", order.stage_since
    if order.status in (OrderStatus.ASSIGNED, OrderStatus.STARTED):
        return "serve", order.ends_at
    return None, order.stage_since


def due_at(order: Order) -> datetime | None:
    """First of: an acceptance expires, a stage is overdue, a rating is due, the order lapses."""
    dues = [a.accepted_at + RESERVE_WITHIN for a in order.acceptances.values() if a.pending]
    name, since = stage(order)
    if name and name not in order.overdue:
        dues.append(since + STAGE_WITHIN[name])
    if order.status is OrderStatus.COMPLETED:
        dues.append(order.stage_since + RATE_WITHIN)
    elif MOVES[order.status]:
        dues.append(order.ends_at + LAPSES_AFTER)
    return min(dues, default=None)

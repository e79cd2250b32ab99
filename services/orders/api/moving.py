"""How any view moves an order: what time has brought comes first."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.orders.model.order import Order
from services.orders.store import Store
from shared.contracts.base import Event
from shared.storage.aggregates import Receipt
from shared.web.api import Call


def move(
    call: Call[Store],
    id: str,
    decide: Callable[[Order, datetime], Sequence[Event]],
    part: str = "",
) -> Receipt:
    """Change an order of a site that the client acts for. A deadline that passed a moment ago has
    passed, also where no worker has seen it yet."""

    def after_time(order: Order, now: datetime) -> Sequence[Event]:
        return [*order.pass_time(now), *decide(order, now)]

    return call.change(call.app.orders, id, after_time, part=part)

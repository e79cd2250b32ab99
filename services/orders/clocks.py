"""What the orders service does when time passes: expiries, overdue stages, automatic ratings."""

from services.orders.model.order import Order
from services.orders.store import Store
from shared.storage.aggregates import Origin


def move_orders(store: Store) -> None:
    """Each order knows when time moves it next, and what then happens."""
    store.orders.pass_time(Origin(client="orders.clocks", command="pass-time"), Order.pass_time)


CLOCKS = (move_orders,)

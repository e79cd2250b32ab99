"""What the orders service does when time passes: expiries, overdue stages, automatic ratings."""

from collections.abc import Sequence
from datetime import datetime

from services.orders.model.order import Order
from services.orders.model.question import Question
from services.orders.model.snapshot import Snapshot
from services.orders.model.survey import Survey
from services.orders.model.wish import Wish
from services.orders.store import Store
from shared.contracts.base import Event
from shared.errors import Conflict, Unprocessable
from shared.storage.aggregates import Origin

ORIGIN = Origin(client="orders.clocks", command="pass-time")


def move_orders(store: Store) -> None:
    """Each order knows when time moves it next, and what then happens."""
    store.orders.pass_time(ORIGIN, Order.pass_time)


def move_requests(store: Store) -> None:
    """Claims of wishes end, questions become overdue, surveys close."""
    store.wishes.pass_time(ORIGIN, Wish.pass_time)
    store.questions.pass_time(ORIGIN, Question.pass_time)
    store.surveys.pass_time(ORIGIN, Survey.pass_time)


def place_snapshots(store: Store) -> None:
    """The order of an accepted snapshot is placed, then the snapshot knows. Whoever is killed in
    between places it again under the same id, which is the same order."""

    def place(snapshot: Snapshot, now: datetime) -> Sequence[Event]:
        assert snapshot.order and snapshot.order_client
        origin = Origin(client="orders.clocks", command="place-snapshot", key=snapshot.id)
        try:
            store.place_order(snapshot.order, snapshot.placing(), snapshot.order_client, origin)
        except (Unprocessable, Conflict) as refusal:
            return snapshot.returned(snapshot.order, refusal.detail.zh, now)
        return snapshot.ordered(now)

    store.snapshots.pass_time(ORIGIN, place)


CLOCKS = (move_orders, move_requests, place_snapshots)

"""What the orders service does when time passes: expiries, overdue stages, automatic ratings."""

from collections.abc import Sequence
from datetime import datetime

from services.orders.care import festival_days
from services.orders.model.order import Order
from services.orders.model.pairing import Pairing
from services.orders.model.question import Question
from services.orders.model.recipient import Recipient
from services.orders.model.snapshot import Snapshot
from services.orders.model.standing_order import StandingOrder
from services.orders.model.survey import Survey
from services.orders.model.visit import Visit
from services.orders.model.wish import Wish
from services.orders.store import Store
from shared.contracts.base import Event
from shared.contracts.orders import StandingEnd
from shared.errors import Conflict, Unprocessable
from shared.storage.aggregates import Origin
from shared.storage.ids import derived_id

MOST_TIMES = 60
"""Of one standing order in one go; after a long standstill the rest follows a second later."""
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


def move_care(store: Store) -> None:
    """Missed visits and concerns escalate, pairings end, old data is erased."""
    store.care.recipients.pass_time(ORIGIN, Recipient.pass_time)
    store.care.visits.pass_time(ORIGIN, Visit.pass_time)
    store.care.pairings.pass_time(ORIGIN, Pairing.pass_time)


def place_standing_orders(store: Store) -> None:
    """Every time of a standing order that has come near gets its order: one, under the id that
    follows from the two; so whoever is killed before it is noted places the same one again."""

    def place(standing: StandingOrder, now: datetime) -> Sequence[Event]:
        events: list[Event] = []
        for _ in range(MOST_TIMES):
            due = standing.due_at()
            if due is None or due > now:
                break
            events += _next_time(store, standing, now)
        return events

    store.care.standing_orders.pass_time(ORIGIN, place)


def _next_time(store: Store, standing: StandingOrder, now: datetime) -> Sequence[Event]:
    assert standing.next_at
    if standing.recipient and not store.care.is_helped(standing.recipient):
        return standing.ended(StandingEnd.RECIPIENT_CLOSED)
    if standing.next_at <= now:
        return standing.missed(festival_days)
    order = standing_order_id(standing)
    origin = Origin(client="orders.clocks", command="place-standing-order", key=order)
    try:
        store.place_order(order, standing.placing(), standing.set_by, origin)
    except (Unprocessable, Conflict):
        return standing.refused(now, festival_days)
    return standing.ordered(order, festival_days)


def standing_order_id(standing: StandingOrder) -> str:
    """Id of the order of its next time."""
    assert standing.next_at
    return derived_id("ord", standing.id, standing.next_at.isoformat())


CLOCKS = (move_orders, move_requests, place_snapshots, move_care, place_standing_orders)

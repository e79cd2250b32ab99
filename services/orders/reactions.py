"""What the orders service does when it hears others' events. The saga: PROTOCOL 4."""

from services.orders.store import Store
from shared.contracts.orders import OrderCancelled, OrderClosed, OrderRejected, ReleaseReason
from shared.contracts.volunteers import BookingRefused, BookingReserved
from shared.messaging.reactions import Heard, ReactionTable


def assign(store: Store, event: BookingReserved, heard: Heard) -> None:
    """Every reservation is answered: assigned where its acceptance is live, else released."""
    store.orders.change(
        event.order,
        heard.origin("reactions.assign"),
        lambda order, now: order.reserved(event.acceptance, event.volunteer, now),
    )


def give_up(store: Store, event: BookingRefused, heard: Heard) -> None:
    """The volunteer's time could not be had: the hand is free again."""
    store.orders.change(
        event.order,
        heard.origin("reactions.give-up"),
        lambda order, now: order.release(
            event.acceptance, ReleaseReason.REFUSED, now, by_event=True
        ),
    )


def mend(store: Store, event: OrderClosed, heard: Heard) -> None:
    """The order that a snapshot became is closed."""
    if snapshot := store.snapshot_of(event.order):
        store.snapshots.change(
            snapshot,
            heard.origin("reactions.mend"),
            lambda each, now: each.mended(event.order, now),
        )


def reconsider(store: Store, event: OrderRejected | OrderCancelled, heard: Heard) -> None:
    """The order that a snapshot became came to nothing: it is to be decided again."""
    if snapshot := store.snapshot_of(event.order):
        store.snapshots.change(
            snapshot,
            heard.origin("reactions.reconsider"),
            lambda each, now: each.returned(event.order, None, now),
        )


REACTIONS: ReactionTable = {
    BookingReserved: assign,
    BookingRefused: give_up,
    OrderClosed: mend,
    OrderRejected: reconsider,
    OrderCancelled: reconsider,
}

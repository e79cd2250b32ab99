"""What the orders service does when it hears events, its own too. The saga: PROTOCOL 4."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.orders.model.commands import DispatchOrder
from services.orders.model.order import Order
from services.orders.model.order.helped import Helped
from services.orders.store import Store
from shared.contracts.base import Event
from shared.contracts.orders import (
    OrderCancelled,
    OrderClosed,
    OrderCompleted,
    OrderDeclined,
    OrderOfferExpired,
    OrderRejected,
    OrderReopened,
    OrderVetted,
    OrderWithdrawn,
    PairingEnd,
    RecipientChanged,
    RecipientClosed,
    RecipientErased,
    RecipientRegistered,
    RecipientVisited,
    ReleaseReason,
    StandingEnd,
)
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


def reconsider(
    store: Store, event: OrderRejected | OrderCancelled | OrderWithdrawn, heard: Heard
) -> None:
    """The order that a snapshot became came to nothing: it is to be decided again."""
    if snapshot := store.snapshot_of(event.order):
        store.snapshots.change(
            snapshot,
            heard.origin("reactions.reconsider"),
            lambda each, now: each.returned(event.order, None, now),
        )


def hand_out(store: Store, event: OrderCompleted, heard: Heard) -> None:
    """Copies that were given with the order leave the stock."""
    if not event.copies:
        return
    store.menu_items.change(
        event.item,
        heard.origin("reactions.hand-out"),
        lambda item, now: item.handed_out_by_order(
            event.item, event.site, event.copies, event.order
        ),
    )


def come_to_nothing(
    store: Store, event: OrderRejected | OrderCancelled | OrderWithdrawn, heard: Heard
) -> None:
    """It will not be served: its snapshot is to be decided again, and no quota counts it."""
    reconsider(store, event, heard)
    free_quota(store, event, heard)


def free_quota(
    store: Store, event: OrderRejected | OrderCancelled | OrderWithdrawn, heard: Heard
) -> None:
    """What will not be served counts no longer."""
    order: Order = store.orders.load(event.order).state
    if order.quota:
        store.quotas.change(
            order.quota,
            heard.origin("reactions.free-quota"),
            lambda book, now: book.free(event.order),
        )


def dispatch_by_rule(
    store: Store,
    event: OrderVetted | OrderReopened | OrderDeclined | OrderOfferExpired,
    heard: Heard,
) -> None:
    """自动派单: where a rule says so, those who fit best are asked for the hands still free."""
    rule = store.rules_for(event.site, event.item).automatic
    if rule is None:
        return

    def ask(order: Order, now: datetime) -> Sequence[Event]:
        wanted = order.still_to_ask(rule.ask)
        if not wanted:
            return []
        found = store.volunteers.candidates(order, now, wanted)
        volunteers = [each.volunteer for each in found.candidates]
        return order.dispatch(DispatchOrder(volunteers=volunteers), now) if volunteers else []

    store.orders.change(event.order, heard.origin("reactions.dispatch-by-rule"), ask)


def count_visit(store: Store, event: RecipientVisited, heard: Heard) -> None:
    """Somebody was there: the recipient's next visit follows from it."""
    store.care.recipients.change(
        event.recipient,
        heard.origin("reactions.count-visit"),
        lambda each, now: each.visited(event.visited_at, event.next_visit),
    )


def end_with_recipient(store: Store, event: RecipientClosed, heard: Heard) -> None:
    """Somebody is no longer helped: nobody is paired with them, and nothing is ordered."""
    origin = heard.origin("reactions.end-with-recipient")
    for pairing in store.care.pairings_of(event.recipient):
        store.care.pairings.change(
            pairing, origin, lambda each, now: each.ended(PairingEnd.RECIPIENT_CLOSED)
        )
    for standing in store.care.standing_orders_of(event.recipient):
        store.care.standing_orders.change(
            standing, origin, lambda each, now: each.ended(StandingEnd.RECIPIENT_CLOSED)
        )


def cancel_with_recipient(store: Store, event: RecipientClosed, heard: Heard) -> None:
    """Somebody is no longer helped: what was ordered and has not begun is cancelled."""
    origin = heard.origin("reactions.cancel-with-recipient")
    for order in store.orders_for(event.recipient):
        store.orders.change(order, origin, lambda each, now: each.cancel_for(event.recipient, now))


def leave_recipient(store: Store, event: RecipientClosed, heard: Heard) -> None:
    """Somebody is no longer helped."""
    end_with_recipient(store, event, heard)
    cancel_with_recipient(store, event, heard)


def protect(store: Store, event: RecipientRegistered | RecipientChanged, heard: Heard) -> None:
    """Orders of this person that were vetted before: for a child two adults are needed."""
    person = store.care.recipients.load(event.recipient).state.person
    helped = store.care.helped(person)
    if helped is None or not helped.guardian_consents:
        return  # no child, or no longer helped
    for order in store.open_orders_of(person):
        adults = store.volunteers.adults(order.state.serving, order.state.starts_at)
        store.orders.change(
            order.id, heard.origin("reactions.protect"), _protecting(helped, adults)
        )


def _protecting(helped: Helped, adults: set[str]) -> Callable[[Order, datetime], Sequence[Event]]:
    return lambda order, now: order.protect(helped, adults, now)


def erase_notes(store: Store, event: RecipientErased, heard: Heard) -> None:
    """With the data of a recipient the notes of visits go, but for what was reported."""
    origin = heard.origin("reactions.erase-notes")
    for visit in store.care.visits_of(event.recipient):
        store.care.visits.change(visit, origin, lambda each, now: each.erase())


REACTIONS: ReactionTable = {
    OrderVetted: dispatch_by_rule,
    OrderReopened: dispatch_by_rule,
    OrderDeclined: dispatch_by_rule,
    OrderOfferExpired: dispatch_by_rule,
    BookingReserved: assign,
    BookingRefused: give_up,
    OrderClosed: mend,
    OrderCompleted: hand_out,
    OrderRejected: come_to_nothing,
    OrderCancelled: come_to_nothing,
    OrderWithdrawn: come_to_nothing,
    RecipientVisited: count_visit,
    RecipientRegistered: protect,
    RecipientChanged: protect,
    RecipientClosed: leave_recipient,
    RecipientErased: erase_notes,
}

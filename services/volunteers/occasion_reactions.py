"""What rosters do when they hear of the activities and orders that shifts are for.

An activity's posts have their shifts planned here, and shifts go with what they are for: moved with
it, cancelled with it. All of it is heard in one row, and may be done twice.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from services.volunteers.model.occasion import Occasion
from services.volunteers.model.shift import Renamed, Shift
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.contracts.events import (
    ActivityAnnounced,
    ActivityCancelled,
    ActivityChanged,
    ActivityFactsEvent,
    SessionCancelled,
)
from shared.contracts.orders import OrderCancelled
from shared.contracts.volunteers import CancelledBecause, ShiftPlanned, ShiftPurpose
from shared.errors import Conflict, Unprocessable
from shared.messaging.reactions import Heard


def check_occasion(store: Store, event: ShiftPlanned, heard: Heard) -> None:
    """What it is for may have changed while it was planned. This is heard in one row with the
    change, so that one of the two finds the other."""
    if event.activity or event.order:
        _follow(store, event.activity or event.order or "", [event.shift], heard)


def note_activity(store: Store, event: ActivityAnnounced, heard: Heard) -> None:
    """Shifts can be planned for it, and those of its posts are."""
    _note_facts(store, event, heard)
    _plan_posts(store, event, heard)


def follow_activity(store: Store, event: ActivityChanged, heard: Heard) -> None:
    """At another time its shifts go with it: whoever is in is released, and reserved anew. Posts
    that are new have their shifts planned, those that are dropped have them cancelled."""
    _note_facts(store, event, heard)
    _plan_posts(store, event, heard)
    _follow_all(store, event.activity, heard)


def drop_session(store: Store, event: SessionCancelled, heard: Heard) -> None:
    """The session's shifts are cancelled with it."""
    _note(
        store,
        event.activity,
        heard,
        lambda occasion, now: occasion.drop_session(event.session, event.revision),
    )
    _follow_all(store, event.activity, heard)


def drop_activity(store: Store, event: ActivityCancelled, heard: Heard) -> None:
    """Its shifts are cancelled with it, and whoever is in is told."""
    _note(store, event.activity, heard, lambda occasion, now: occasion.cancel(now))
    _follow_all(store, event.activity, heard)


def drop_order(store: Store, event: OrderCancelled, heard: Heard) -> None:
    """Its shifts are cancelled with it, and whoever is in is told."""
    _note(
        store,
        event.order,
        heard,
        lambda occasion, now: occasion.cancel(now),
        ShiftPurpose.ORDER,
    )
    _follow(store, event.order, [each.id for each in store.rosters.of_order(event.order)], heard)


def _note(
    store: Store,
    id: str,
    heard: Heard,
    decide: Callable[[Occasion, datetime], Sequence[Event]],
    purpose: ShiftPurpose = ShiftPurpose.ACTIVITY,
) -> None:
    store.rosters.occasions.change(
        id, heard.origin("reactions.note"), decide, initial=lambda: Occasion(purpose)
    )


def _note_facts(store: Store, event: ActivityFactsEvent, heard: Heard) -> None:
    named = partial(store.rosters.post_shift_id, event.activity)
    _note(store, event.activity, heard, lambda occasion, now: occasion.stands(event, named))


def _plan_posts(store: Store, event: ActivityFactsEvent, heard: Heard) -> None:
    """A shift for each post that has none, as far as is known now: this event may come late."""
    occasion, rules = store.rosters.occasion(event.activity), store.rosters.rules()
    planned = {each.id for each in store.rosters.of_activity(event.activity)}
    for id, asked in (occasion.posts if occasion else {}).items():
        if id in planned:
            continue
        try:
            store.rosters.shifts.make(
                id,
                heard.origin("reactions.plan-posts"),
                partial(Shift.of_post, id, event, asked, rules),
            )
        except Conflict as conflict:
            if "existing" not in conflict.extra:
                raise
        except Unprocessable:
            continue  # its time has come: nobody can sign up any more


def _follow_all(store: Store, activity: str, heard: Heard) -> None:
    shifts = [each.id for each in store.rosters.of_activity(activity)]
    _follow(store, activity, shifts, heard)


def _follow(store: Store, id: str, shifts: Sequence[str], heard: Heard) -> None:
    """Each shift goes with what is known now of what it is for."""
    occasion = store.rosters.occasion(id)
    if occasion is None:
        return
    order = occasion.purpose is ShiftPurpose.ORDER
    why = CancelledBecause.ORDER_CANCELLED if order else CancelledBecause.ACTIVITY_CANCELLED
    for shift in shifts:
        store.rosters.shifts.change(
            shift,
            heard.origin("reactions.follow"),
            partial(_go_with, occasion, why, store.rosters.anew),
        )


def _go_with(
    occasion: Occasion, why: CancelledBecause, anew: Renamed, shift: Shift, now: datetime
) -> Sequence[Event]:
    if shift.asked is None:
        return shift.follow(occasion.begins(shift.session), why, anew, now)
    if occasion.begins(shift.session) is not None:
        why = CancelledBecause.POST_DROPPED
    return shift.follow_post(occasion.posts.get(shift.id), why, anew, now)

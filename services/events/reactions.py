"""What the events service does when it hears its own events: activities and rooms agree, and what
one part of a selection decides is another's beginning.

An activity asks for rooms by what it tells; each room's calendar answers; the activity notes the
answer. Each step is one write, keyed by the event before it, so that a crash between them only
delays (the saga of PROTOCOL 4, inside one service).
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

from services.events.closing import call_off_all, call_off_late
from services.events.model import holding
from services.events.model.honour import Honour
from services.events.model.room_calendar import Asked, RoomCalendar
from services.events.planning import draft_plans, note_fact
from services.events.selections import honour_id
from services.events.store import Store, room_id
from shared.contracts.base import Event
from shared.contracts.events import (
    ActivityAnnounced,
    ActivityCancelled,
    ActivityChanged,
    ActivityHeld,
    CampaignDecided,
    NominationWithdrawn,
    ObjectionUpheld,
    PlansAsked,
    ProgrammeOpened,
    RoomRefused,
    RoomReserved,
    RoomWanted,
    SessionCancelled,
    SiteClosed,
)
from shared.errors import NotFound, ShijianError
from shared.messaging.reactions import Heard, ReactionTable


def ask_for_rooms(store: Store, event: ActivityAnnounced | ActivityChanged, heard: Heard) -> None:
    """Give back what it wants no more, and book what it wants."""
    asked = [
        (
            each.wanted.room,
            Asked(
                each.wanted.booking,
                event.activity,
                each.session,
                each.starts_at,
                each.ends_at,
                min(each.capacity or event.capacity, event.capacity),
            ),
        )
        for each in event.sessions
        if each.wanted and not each.cancelled
    ]
    released = event.released if isinstance(event, ActivityChanged) else []
    _arrange(store, event.site, asked, released, heard)


def give_rooms_back(
    store: Store, event: ActivityCancelled | SessionCancelled, heard: Heard
) -> None:
    """It will not be held: its rooms are free."""
    _arrange(store, event.site, [], event.released, heard)


def note_answer(store: Store, event: RoomReserved | RoomRefused, heard: Heard) -> None:
    """The activity knows whether it has its room."""
    if event.activity is None:
        return
    reason = event.reason if isinstance(event, RoomRefused) else None
    store.activities.change(
        event.activity,
        heard.origin("reactions.note-answer"),
        lambda activity, now: holding.room_settled(activity, event.booking, reason is None, reason),
    )


def _arrange(
    store: Store,
    site: str,
    asked: Sequence[tuple[str, Asked]],
    released: Sequence[RoomWanted],
    heard: Heard,
) -> None:
    """One change for each room: its calendar knows the event by its id."""
    rooms = sorted({room for room, _ in asked} | {each.room for each in released})
    for room in rooms:
        wanted = [each for of, each in asked if of == room]
        given = [each.booking for each in released if each.room == room]
        capacity = _capacity(store, site, room)
        store.rooms.change(
            room_id(site, room),
            heard.origin("reactions.arrange"),
            partial(_decide, wanted, given, capacity),
            initial=partial(RoomCalendar, site, room),
        )


def _decide(
    wanted: Sequence[Asked],
    released: Sequence[str],
    capacity: int | None,
    calendar: RoomCalendar,
    now: datetime,
) -> Sequence[Event]:
    return calendar.arrange(wanted, released, now, capacity)


def _capacity(store: Store, site: str, room: str) -> int | None:
    """None for a room that can't be used."""
    try:
        return store.site(site).open_room(room).capacity
    except ShijianError:
        return None


def strike(store: Store, event: ObjectionUpheld | NominationWithdrawn, heard: Heard) -> None:
    """The nominee is no candidate any more, if they were one."""
    store.selections.campaigns.change(
        event.campaign,
        heard.origin("reactions.strike"),
        lambda campaign, now: campaign.strike(event.nominee, now),
    )


def forget(store: Store, event: NominationWithdrawn, heard: Heard) -> None:
    """Nor is an honour shown under a name whose consent is taken back."""
    strike(store, event, heard)
    with suppress(NotFound):
        store.selections.honours.change(
            honour_id(event.campaign, event.nominee),
            heard.origin("reactions.forget"),
            lambda honour, now: honour.hide(),
        )


def award(store: Store, event: CampaignDecided, heard: Heard) -> None:
    """表彰: an honour for each winner."""
    for winner in event.winners:
        nomination = store.selections.nominations.load(winner).state
        id = honour_id(event.campaign, winner)
        store.selections.honours.make(
            id,
            heard.origin("reactions.award"),
            lambda now, id=id, n=nomination: Honour.award(id, event, n, now),  # type: ignore[misc]
        )


def follow_announcement(store: Store, event: ActivityAnnounced, heard: Heard) -> None:
    """Its rooms are asked for, and the year's plan knows it."""
    ask_for_rooms(store, event, heard)
    note_fact(store, event, heard)
    call_off_late(store, event, heard)


def follow_cancellation(store: Store, event: ActivityCancelled, heard: Heard) -> None:
    """Its rooms are free, and the year's plan knows it."""
    give_rooms_back(store, event, heard)
    note_fact(store, event, heard)


REACTIONS: ReactionTable = {
    SiteClosed: call_off_all,
    ProgrammeOpened: call_off_late,
    PlansAsked: draft_plans,
    ActivityAnnounced: follow_announcement,
    ActivityChanged: ask_for_rooms,
    ActivityHeld: note_fact,
    ActivityCancelled: follow_cancellation,
    SessionCancelled: give_rooms_back,
    RoomReserved: note_answer,
    RoomRefused: note_answer,
    CampaignDecided: award,
    NominationWithdrawn: forget,
    ObjectionUpheld: strike,
}

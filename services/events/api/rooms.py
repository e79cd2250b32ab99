"""Who has a room when, over HTTP."""

from dataclasses import replace
from datetime import datetime

from services.events.model import commands as asked
from services.events.model.room_calendar import RoomCalendar
from services.events.store import Store, room_id
from shared.contracts.base import Event
from shared.errors import NotFound
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call

api: Api[Store] = Api()


@api.query("/v1/sites/{code}/rooms/{room}/calendar", scope="sites:read")
def read_calendar(call: Call[Store], code: str, room: str) -> Loaded[RoomCalendar]:
    """Bookings of a room, of the last month and to come."""
    id = room_id(code, room)
    try:
        return call.app.rooms.load(id)
    except NotFound:
        if room not in call.app.site(code).rooms:
            raise
        return Loaded(id, 0, call.clock.now(), RoomCalendar(code, room), [])


@api.command("/v1/sites/{code}/rooms/{room}/bookings", scope="rooms:book")
def book(call: Call[Store], code: str, room: str, body: asked.BookRoom) -> Receipt:
    """Somebody else uses it then (阵地共用)."""
    booking = call.new_id("bkg")
    call.client.require_site(code)
    call.app.require_rooms(code, [room])

    def decide(calendar: RoomCalendar, now: datetime) -> list[Event]:
        return list(calendar.book(booking, body, now))

    origin = replace(call.origin, part=booking)
    return call.app.rooms.change(
        room_id(code, room), origin, decide, initial=lambda: RoomCalendar(code, room)
    )


@api.command("/v1/sites/{code}/rooms/{room}/bookings/{booking}/cancel", scope="rooms:book")
def cancel_booking(
    call: Call[Store], code: str, room: str, booking: str, body: asked.CancelBooking
) -> Receipt:
    """The room is free again."""
    return call.change(
        call.app.rooms, room_id(code, room), lambda calendar, now: calendar.cancel(booking, now)
    )

"""What is told of rooms (场所) and of who has them when."""

from typing import Annotated

from pydantic import StringConstraints

from shared.contracts.base import Id, Moment, SiteEvent

RoomCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
"""Of a room within its site, e.g. `hall`."""

SessionCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
"""Of a session (场次) within its activity."""


class RoomEvent(SiteEvent):
    """What every event of a room carries."""

    room: RoomCode


class RoomOpened(RoomEvent, name="events.room.opened", version=1):
    """A room can be used; told again with its facts when they change."""

    title: str
    capacity: int
    equipment: list[str]


class RoomClosed(RoomEvent, name="events.room.closed", version=1):
    """Nothing new may be held in it."""


class RoomBookingEvent(RoomEvent):
    """What every event of a booking carries; `activity` is empty where somebody else uses it."""

    booking: Id
    activity: Id | None
    session: SessionCode | None


class RoomReserved(RoomBookingEvent, name="events.room.reserved", version=1):
    """The room is theirs for this time."""

    starts_at: Moment
    ends_at: Moment


class RoomRefused(RoomBookingEvent, name="events.room.refused", version=1):
    """It is taken then, or closed, or too many bookings are ahead."""

    starts_at: Moment
    ends_at: Moment
    reason: str


class RoomReleased(RoomBookingEvent, name="events.room.released", version=1):
    """The time is free again."""

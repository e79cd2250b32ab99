"""What is told of rooms (场所) and of who has them when."""

from typing import Annotated

from pydantic import StringConstraints

from shared.contracts.base import SiteEvent

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

"""A session (场次) of an activity, and the room that is asked for it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.contracts.events import RoomWanted, SessionTold


class SessionStatus(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class RoomState(StrEnum):
    """What the room's own calendar has answered."""

    REQUESTED = "requested"
    RESERVED = "reserved"
    REFUSED = "refused"


@dataclass
class RoomUse:
    """One asking for a room. Asked anew (another room, another time) it is another booking."""

    room: str
    booking: str
    status: RoomState = RoomState.REQUESTED
    reason: str | None = None  # of a refusal

    @property
    def wanted(self) -> RoomWanted:
        return RoomWanted(room=self.room, booking=self.booking)


@dataclass
class Session:
    """Times are UTC; `capacity` in people, None: as many as the activity has."""

    code: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None = None
    status: SessionStatus = SessionStatus.PLANNED
    room: RoomUse | None = None
    attendances: int | None = None  # 人次, once it was held
    unknown: int = 0  # of them, whom nobody knows by a number
    reason: str | None = None  # of a cancellation

    @property
    def told(self) -> SessionTold:
        return SessionTold(
            session=self.code,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            capacity=self.capacity,
            wanted=self.room.wanted if self.room else None,
            cancelled=self.status is SessionStatus.CANCELLED,
        )


def booking_id(activity: str, session: str, revision: int) -> str:
    """The same however often it is decided: of this session as it is in this revision."""
    digest = hashlib.sha256(f"{activity}\0{session}\0{revision}".encode()).hexdigest()
    return f"bkg_{digest[:24]}"

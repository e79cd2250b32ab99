"""A registration (报名) as it is kept: whose, for what, in which state, and when they came."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RegistrationStatus(StrEnum):
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    ATTENDED = "attended"


SEATED = frozenset(
    {RegistrationStatus.CONFIRMED, RegistrationStatus.OFFERED, RegistrationStatus.ATTENDED}
)
"""These hold seats."""
LIVE = SEATED | {RegistrationStatus.WAITLISTED, RegistrationStatus.REQUESTED}


@dataclass
class Visit:
    """They came to one session; `people` attendances."""

    came: datetime
    people: int
    via: str  # "list", "scan", "walk-in", "paper", or the device that kept it
    left: datetime | None = None


@dataclass
class Registration:
    """Seats for one resident and their party, or a place in the waiting list (by `at`)."""

    resident: str
    status: RegistrationStatus
    at: datetime
    people: int = 1
    companions: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)  # empty: all
    answers: dict[str, str] = field(default_factory=dict)
    offered_until: datetime | None = None
    visits: dict[str, Visit] = field(default_factory=dict)  # by session
    reason: str | None = None  # of a cancellation or refusal

    def wants(self, session: str) -> bool:
        return not self.sessions or session in self.sessions


class SheetStatus(StrEnum):
    ENTERED = "entered"
    COUNTED = "counted"
    REFUSED = "refused"


@dataclass
class Sheet:
    """A paper sign-in sheet (签到表): evidence once a second person has checked it."""

    session: str
    file: str
    residents: list[str]
    unknown: int
    entered_by: str
    entered_at: datetime
    status: SheetStatus = SheetStatus.ENTERED
    checked_by: str | None = None
    checked_at: datetime | None = None
    note: str | None = None


@dataclass
class Rejected:
    """A scan that was not taken, for whoever looks at the door's list."""

    device: str
    number: int
    session: str
    at: datetime
    reason: str
    registration: str | None = None

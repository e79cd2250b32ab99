"""A sign-up (报名) for a shift: one volunteer's promise to be there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.contracts.volunteers import SignUpOver


class SignUpStatus(StrEnum):
    REQUESTED = "requested"  # waits for the leader; holds nothing
    PENDING = "pending"  # holds a hand; the volunteer's time is being reserved
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked-in"
    CHECKED_OUT = "checked-out"
    MISSED = "missed"
    EXCUSED = "excused"
    RELEASED = "released"


HOLDING = frozenset(
    {
        SignUpStatus.PENDING,
        SignUpStatus.CONFIRMED,
        SignUpStatus.CHECKED_IN,
        SignUpStatus.CHECKED_OUT,
    }
)
"""A hand of the shift is taken by these."""
LEAVING = frozenset({SignUpStatus.REQUESTED, SignUpStatus.PENDING, SignUpStatus.CONFIRMED})
"""These can still be let go."""
LISTED = frozenset(SignUpStatus) - {SignUpStatus.RELEASED}
"""These stand in the volunteer's list of shifts."""


@dataclass
class SignUp:
    """One volunteer in one shift. Times are UTC."""

    volunteer: str
    team: str
    status: SignUpStatus
    at: datetime  # when it was asked for
    since: datetime  # when it began to hold a hand: its time must be reserved soon after
    by_leader: bool = False
    override: str | None = None  # the reason, where an administrator released something for it
    in_place_of: str | None = None  # the sign-up that it takes the place of, once reserved
    swap: str | None = None  # that brings it; then `replaces` is the volunteer's other sign-up
    replaces: str | None = None
    ready: bool = False  # its time is reserved; it waits for the swap to be decided
    moved: bool = False  # the shift's time changed: may be withdrawn without cut-off
    wants_substitute: bool = False
    asked: str | None = None  # the one volunteer who is asked to substitute
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    over: SignUpOver | None = None  # why it was released
    reason: str | None = None  # of an excuse

    @property
    def minutes(self) -> int:
        """Whole minutes really served; 0 before check-out."""
        if not self.checked_in_at or not self.checked_out_at:
            return 0
        return int((self.checked_out_at - self.checked_in_at).total_seconds() // 60)

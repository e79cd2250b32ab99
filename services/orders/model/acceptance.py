"""An acceptance (接单): one volunteer's promise to serve an order."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.contracts.orders import ReleaseReason


class AcceptanceStatus(StrEnum):
    PENDING = "pending"  # holds a hand; the volunteer's time is being reserved
    ASSIGNED = "assigned"
    CHECKED_IN = "checked-in"
    CHECKED_OUT = "checked-out"
    RELEASED = "released"


HOLDING = frozenset(AcceptanceStatus) - {AcceptanceStatus.RELEASED}


@dataclass
class Acceptance:
    """One volunteer's promise to serve; it holds a hand of the order until it is released."""

    volunteer: str
    team: str
    status: AcceptanceStatus
    accepted_at: datetime
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    release_reason: ReleaseReason | None = None

    @property
    def pending(self) -> bool:
        return self.status is AcceptanceStatus.PENDING

    @property
    def minutes(self) -> int:
        """Whole minutes really served; 0 before check-out."""
        if not self.checked_in_at or not self.checked_out_at:
            return 0
        return int((self.checked_out_at - self.checked_in_at).total_seconds() // 60)

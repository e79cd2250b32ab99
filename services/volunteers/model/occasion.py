"""What a shift can be for: an activity or an order, as far as a roster must know of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.contracts.base import Event
from shared.contracts.volunteers import ShiftPurpose
from shared.errors import invalid


class OccasionStatus(StrEnum):
    STANDS = "stands"
    CANCELLED = "cancelled"


@dataclass
class Occasion:
    """Kept from the events of others, in the order in which shifts hear them too."""

    purpose: ShiftPurpose
    status: OccasionStatus = OccasionStatus.STANDS
    site: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def stands(self, site: str, starts_at: datetime, ends_at: datetime) -> Sequence[Event]:
        """It is announced, or has another time."""
        self.site, self.starts_at, self.ends_at = site, starts_at, ends_at
        return []

    def cancel(self, now: datetime) -> Sequence[Event]:
        self.status = OccasionStatus.CANCELLED
        return []

    def require_standing(self) -> None:
        """Raises Unprocessable naming the field: nobody need serve what is cancelled."""
        if self.status is OccasionStatus.CANCELLED:
            raise invalid(self.purpose, "is cancelled", "已取消")

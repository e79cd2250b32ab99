"""What a shift can be for: an activity or an order, as far as a roster must know of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.contracts.base import Event
from shared.contracts.events import ActivityFactsEvent
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
    starts_at: datetime | None = None
    sessions: dict[str, datetime] = field(default_factory=dict)  # those that stand: their begin
    revision: int = -1  # of the activity, as it was heard last

    def stands(self, facts: ActivityFactsEvent) -> Sequence[Event]:
        """It is announced, or changed. What is heard late changes nothing."""
        if facts.revision > self.revision:
            self.revision, self.starts_at = facts.revision, facts.starts_at
            self.sessions = {
                each.session: each.starts_at for each in facts.sessions if not each.cancelled
            }
        return []

    def drop_session(self, session: str, revision: int) -> Sequence[Event]:
        """One session of it will not be held."""
        if revision >= self.revision:
            self.revision = revision
            self.sessions.pop(session, None)
        return []

    def cancel(self, now: datetime) -> Sequence[Event]:
        self.status = OccasionStatus.CANCELLED
        return []

    def begins(self, session: str | None) -> datetime | None:
        """When what a shift is for begins; None where it will not be held, or is an order."""
        if self.status is OccasionStatus.CANCELLED:
            return None
        return self.sessions.get(session) if session else self.starts_at

    def require_standing(self, session: str | None) -> None:
        """Raises Unprocessable naming the field: nobody need serve what is cancelled."""
        if self.status is OccasionStatus.CANCELLED:
            raise invalid(self.purpose, "is cancelled", "已取消")
        if session and session not in self.sessions:
            known = ", ".join(self.sessions) or "-"
            raise invalid("session", f"is not one of: {known}", f"应为以下之一:{known}")

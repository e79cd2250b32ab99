"""What a shift can be for: an activity or an order, as far as a roster must know of it."""

from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class PostAsked:
    """A post of an activity's session, as the activity wants it served."""

    code: str
    session: str
    title: str
    hands: int
    starts_at: datetime
    ends_at: datetime


Named = Callable[[str, str, int], str]
"""Id of the shift of a session and post that is wanted since a revision."""


@dataclass
class Occasion:
    """Kept from the events of others, in the order in which shifts hear them too."""

    purpose: ShiftPurpose
    status: OccasionStatus = OccasionStatus.STANDS
    starts_at: datetime | None = None
    sessions: dict[str, datetime] = field(default_factory=dict)  # those that stand: their begin
    revision: int = -1  # of the activity, as it was heard last
    posts: dict[str, PostAsked] = field(default_factory=dict)  # by the shift that serves it

    def stands(self, facts: ActivityFactsEvent, named: Named) -> Sequence[Event]:
        """It is announced, or changed. What is heard late changes nothing.

        A post that stays keeps its shift; one that was dropped and is wanted again has a new one.
        """
        if facts.revision > self.revision:
            known = {(each.session, each.code): id for id, each in self.posts.items()}
            self.posts = {
                known.get((each.session, each.post))
                or named(each.session, each.post, facts.revision): PostAsked(
                    each.post, each.session, each.title, each.hands, each.starts_at, each.ends_at
                )
                for each in facts.helpers
            }
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
            self.posts = {id: each for id, each in self.posts.items() if each.session != session}
        return []

    def cancel(self, now: datetime) -> Sequence[Event]:
        self.status, self.posts = OccasionStatus.CANCELLED, {}
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

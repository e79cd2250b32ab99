"""A subscription (订阅): where a client's own system is told of events, by signed HTTP requests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.reports.model.wanted import Begin, Sites, Types
from shared.contracts.base import Command, Event
from shared.errors import Conflict, Text, invalid

OLD_SECRET_FOR = timedelta(days=1)
REDELIVERIES_AT_ONCE = 5

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s@#]+$", max_length=500)]
Source = Literal["orders", "volunteers", "events", "reports"]


class Subscribe(Command):
    """Be told of events at an address of one's own."""

    url: Url
    types: Types = []
    sites: Sites = []
    begin: Begin = "now"


class Redeliver(Command):
    """Send a range of a source's events again, those of the subscription's filter."""

    source: Source
    first: Annotated[int, Field(ge=1)]
    last: Annotated[int, Field(ge=1)]


class Nothing(Command):
    """Pause, resume, rotate, end: they need no more than to be asked for."""


class SubscriptionStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"  # gone, or failing for days: the subscriber resumes it
    ENDED = "ended"


MOVES: dict[SubscriptionStatus, tuple[str, ...]] = {
    SubscriptionStatus.ACTIVE: ("pause", "rotate", "redeliver", "end"),
    SubscriptionStatus.PAUSED: ("resume", "rotate", "end"),
    SubscriptionStatus.DISABLED: ("resume", "rotate", "end"),
    SubscriptionStatus.ENDED: (),
}


@dataclass
class Redelivery:
    """A range that is sent again."""

    id: str
    source: str
    first: int
    last: int


@dataclass
class Subscription:
    """Belongs to one client. How far it has been told is kept apart: that changes all the time."""

    client: str
    url: str
    types: list[str]
    sites: list[str]
    starts: dict[str, int]  # place in each source's feed behind which it begins
    secrets: list[str]  # sealed; the newest first, and the one before it for a day
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE
    rotated_at: datetime | None = None
    resumed_at: datetime | None = None  # what failed before no longer counts
    reason: str | None = None  # why it is disabled
    redeliveries: list[Redelivery] = field(default_factory=list)

    def pause(self) -> Sequence[Event]:
        """Nothing is sent; where it stands is kept."""
        self._require("pause")
        self.status = SubscriptionStatus.PAUSED
        return []

    def resume(self, now: datetime) -> Sequence[Event]:
        """Go on where it stands: nothing is left out."""
        self._require("resume")
        self.status, self.reason, self.resumed_at = SubscriptionStatus.ACTIVE, None, now
        return []

    def rotate(self, sealed: str, now: datetime) -> Sequence[Event]:
        """A new secret; requests carry signatures of both for a day."""
        self._require("rotate")
        self.secrets, self.rotated_at = [sealed, self.secrets[0]], now
        return []

    def redeliver(self, id: str, command: Redeliver) -> Sequence[Event]:
        """Send a range again, in order, beside what is new."""
        self._require("redeliver")
        if command.last < command.first:
            raise invalid("last", "should not be before first", "不应早于 first")
        if len(self.redeliveries) >= REDELIVERIES_AT_ONCE:
            raise self._refused("Too many ranges wait already.", "等待重发的区间过多。")
        self.redeliveries.append(Redelivery(id, command.source, command.first, command.last))
        return []

    def redelivered(self, id: str) -> Sequence[Event]:
        """A range has been sent."""
        self.redeliveries = [each for each in self.redeliveries if each.id != id]
        return []

    def disable(self, reason: str) -> Sequence[Event]:
        """The subscriber is gone, or has failed for too long."""
        if self.status is SubscriptionStatus.ACTIVE:
            self.status, self.reason = SubscriptionStatus.DISABLED, reason
        return []

    def end(self) -> Sequence[Event]:
        """It is never told again."""
        self._require("end")
        self.status, self.secrets = SubscriptionStatus.ENDED, []
        return []

    def signing(self, now: datetime) -> list[str]:
        """The sealed secrets that sign now."""
        rotating = self.rotated_at is not None and now - self.rotated_at < OLD_SECRET_FOR
        return self.secrets if rotating else self.secrets[:1]

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self._refused(
                f"A subscription that is {self.status} can't be moved by {move}.",
                f"订阅状态为 {self.status},不能执行 {move}。",
            )

    def _refused(self, en: str, zh: str) -> Conflict:
        return Conflict(
            Text(en, zh), extra={"state": self.status, "allowed": list(MOVES[self.status])}
        )

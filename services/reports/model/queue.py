"""A queue of a client's own on the broker, which it reads by a broker user of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from services.reports.model.wanted import Begin, Sites, Types
from shared.contracts.base import Command, Event
from shared.errors import Conflict, Text

LENGTH = 10_000  # messages, if the client says nothing
MOST_OF_A_CLIENT = 20
MOST_OF_ALL = 500


class SubscribeQueue(Command):
    """Be told of events by a queue of one's own, over AMQP."""

    types: Types = []
    sites: Sites = []
    begin: Begin = "now"
    length: Annotated[
        int, Field(ge=10, le=50_000, description="Messages it holds; then the oldest are dropped")
    ] = LENGTH


class QueueStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"  # its client has lost a right: nobody can read it
    ENDED = "ended"


MOVES: dict[QueueStatus, tuple[str, ...]] = {
    QueueStatus.ACTIVE: ("pause", "rotate", "end"),
    QueueStatus.PAUSED: ("resume", "rotate", "end"),
    QueueStatus.DISABLED: ("resume", "end"),
    QueueStatus.ENDED: (),
}
READABLE = (QueueStatus.ACTIVE, QueueStatus.PAUSED)


@dataclass
class SubscriberQueue:
    """Belongs to one client. How far it has been fed is kept apart: that changes all the time."""

    client: str
    name: str  # of the queue, and of the broker user who may read it
    types: list[str]
    sites: list[str]
    starts: dict[str, int]  # place in each source's feed behind which it begins
    history: dict[str, int]  # up to these places it is fed only as fast as it is read
    length: int  # messages; the broker drops the oldest
    password_hash: str  # as the broker keeps it
    sealed_password: str | None  # until it has been shown
    status: QueueStatus = QueueStatus.ACTIVE
    rotated_at: datetime | None = None
    resumed_at: datetime | None = None  # what failed before no longer counts
    reason: str | None = None  # why it is disabled

    @property
    def readable(self) -> bool:
        """Whether its user is to be on the broker."""
        return self.status in READABLE

    def pause(self) -> Sequence[Event]:
        """Nothing comes in; what is there can be read."""
        self._require("pause")
        self.status = QueueStatus.PAUSED
        return []

    def resume(self, history: dict[str, int], now: datetime) -> Sequence[Event]:
        """Go on where it stands: nothing is left out."""
        self._require("resume")
        self.status, self.reason, self.resumed_at = QueueStatus.ACTIVE, None, now
        self.history = history
        return []

    def rotate(self, password_hash: str, sealed: str, now: datetime) -> Sequence[Event]:
        """A new password; the old one ends at once."""
        self._require("rotate")
        self.password_hash, self.sealed_password, self.rotated_at = password_hash, sealed, now
        return []

    def show_password(self) -> str:
        """The sealed password, which is forgotten with this. Raises Conflict the second time."""
        if self.sealed_password is None:
            raise self._refused(
                "The password was shown already; make a new one by rotate.",
                "密码已显示过,请用 rotate 生成新密码。",
            )
        sealed, self.sealed_password = self.sealed_password, None
        return sealed

    def disable(self, reason: str) -> Sequence[Event]:
        """Its client has lost the right to what is in it."""
        if self.readable:
            self.status, self.reason = QueueStatus.DISABLED, reason
        return []

    def end(self) -> Sequence[Event]:
        """Queue and user are taken away."""
        self._require("end")
        self.status, self.sealed_password = QueueStatus.ENDED, None
        return []

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self._refused(
                f"A queue that is {self.status} can't be moved by {move}.",
                f"队列状态为 {self.status},不能执行 {move}。",
            )

    def _refused(self, en: str, zh: str) -> Conflict:
        return Conflict(
            Text(en, zh), extra={"state": self.status, "allowed": list(MOVES[self.status])}
        )

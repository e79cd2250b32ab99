"""A calendar feed (日历订阅): who is asked for by a secret address that can be revoked.

The secret is made by the client, at random, and sent once. What is kept is its hash, which is the
feed's id: whoever reads the database can't make the address of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.contracts.base import Event
from shared.errors import Conflict, Text


class FeedOf(StrEnum):
    """Whose shifts it shows."""

    VOLUNTEER = "volunteer"
    TEAM = "team"


class FeedStatus(StrEnum):
    OPEN = "open"
    REVOKED = "revoked"


@dataclass
class CalendarFeed:
    """One address. A person or team may have several: a telephone, a computer."""

    of: FeedOf
    owner: str  # volunteer or team
    site: str
    status: FeedStatus = FeedStatus.OPEN

    @classmethod
    def open(cls, of: FeedOf, owner: str, site: str) -> tuple["CalendarFeed", list[Event]]:
        """Nothing is told: it is of no concern to anybody else."""
        return cls(of, owner, site), []

    def revoke(self, now: datetime) -> Sequence[Event]:
        """The address shows nothing any more, for ever."""
        if self.status is FeedStatus.REVOKED:
            raise Conflict(
                Text("It is revoked already.", "该订阅已撤销。"),
                extra={"state": self.status, "allowed": []},
            )
        self.status = FeedStatus.REVOKED
        return []

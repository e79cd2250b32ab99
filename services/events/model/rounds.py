"""A campaign's round, and its result. While it is open it can be made longer, never shorter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.events.model.commands.campaign import ExtendRound, RoundRules
from shared.contracts.events import BallotSheet, Standing
from shared.errors import Conflict, Text, invalid

MOST_EXTENSIONS = 5


@dataclass
class Extension:
    """延期: one decision to leave a round open longer. Who took it stands in the audit."""

    at: datetime
    closed_at: datetime  # when it would have closed
    closes_at: datetime
    reason: str


@dataclass
class Round:
    """One round, and its result once it is counted."""

    rules: RoundRules
    opens_at: datetime
    closes_at: datetime
    candidates: list[str] = field(default_factory=list)  # once it is open
    extensions: list[Extension] = field(default_factory=list)
    voices: int | None = None  # ballots cast, once it is closed and counted
    spoiled: int = 0
    digest: str = ""  # of the ballot list
    parts: int = 0  # of the ballot list
    struck: list[str] = field(default_factory=list)  # when it was counted
    standings: list[Standing] = field(default_factory=list)

    def extend(self, command: ExtendRound, now: datetime) -> timedelta:
        """It closes later, by so much. Raises Conflict once its time is over."""
        if now >= self.closes_at:
            raise Conflict(Text("The round has closed.", "本轮投票已结束。"), extra={"allowed": []})
        if command.closes_at <= self.closes_at:
            raise invalid(
                "closes_at",
                f"a round is never made shorter; should be after {self.closes_at.isoformat()}",
                f"投票只能延长,应晚于 {self.closes_at.isoformat()}",
            )
        if len(self.extensions) >= MOST_EXTENSIONS:
            raise Conflict(
                Text(
                    f"A round is made longer {MOST_EXTENSIONS} times at most.",
                    f"每轮投票最多延长 {MOST_EXTENSIONS} 次。",
                ),
                extra={"allowed": []},
            )
        more = command.closes_at - self.closes_at
        self.extensions.append(Extension(now, self.closes_at, command.closes_at, command.reason))
        self.closes_at = command.closes_at
        return more


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What came out of a round's box."""

    voices: int
    spoiled: int
    sheets: Sequence[BallotSheet]
    parts: int

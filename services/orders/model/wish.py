"""A wish (微心愿): made, vetted, claimed by a volunteer, unit or department, granted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from services.orders.model import states
from services.orders.model.commands.wish import Claimant, ClaimWish, GrantWish, MakeWish, RejectWish
from shared.contracts.base import Event
from shared.contracts.orders import wish as told
from shared.contracts.orders.wish import ClaimEnd, WishKind, WishRefusal
from shared.contracts.vocabulary import Department, Mode, Theme
from shared.errors import Text

E = TypeVar("E", bound=told.WishEvent)

LAPSES_AFTER = timedelta(days=180)
"""A wish that stands open so long without a claim ends; so every wish ends."""
KEPT_CLAIMS = 50
"""Of those that ended, the last so many are kept; all are in the events."""
WISH = Text("wish", "微心愿")


class WishStatus(StrEnum):
    MADE = "made"
    OPEN = "open"  # vetted: may be claimed
    CLAIMED = "claimed"
    GRANTED = "granted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


S = WishStatus
MOVES: states.Moves[WishStatus] = {
    S.MADE: {"vet": (S.OPEN,), "reject": (S.REJECTED,), "withdraw": (S.WITHDRAWN,)},
    S.OPEN: {"claim": (S.CLAIMED,), "reject": (S.REJECTED,), "withdraw": (S.WITHDRAWN,)},
    S.CLAIMED: {"grant": (S.GRANTED,), "release": (S.OPEN,), "withdraw": (S.WITHDRAWN,)},
    S.GRANTED: {},
    S.REJECTED: {},
    S.WITHDRAWN: {},
    S.LAPSED: {},
}
BY_THEMSELVES = (
    (S.CLAIMED, S.OPEN, "not granted in time"),
    (S.OPEN, S.LAPSED, "nobody claims it in time"),
)


@dataclass
class Claim:
    """A promise (认领) to grant the wish."""

    volunteer: str | None
    unit: str | None
    department: Department | None
    since: datetime
    until: datetime  # then the claim ends by itself
    ended: ClaimEnd | None = None

    @classmethod
    def of(cls, who: Claimant, since: datetime, until: datetime) -> "Claim":
        return cls(**who.model_dump(), since=since, until=until)


@dataclass
class Wish:
    """One wish with all its claims. Times are UTC."""

    id: str
    status: WishStatus
    site: str
    resident: str
    title: str
    text: str | None
    kind: WishKind
    theme: Theme
    modes: list[Mode]
    on_behalf: str | None  # channel of who spoke for the resident
    made_by: str  # id of the client
    status_since: datetime
    claim: Claim | None = None  # the one that holds, or that granted it
    earlier_claims: list[Claim] = field(default_factory=list)
    rejection: WishRefusal | None = None
    note: str | None = None  # of rejection or granting
    photographs: list[str] = field(default_factory=list)

    @classmethod
    def make(
        cls, id: str, command: MakeWish, client: str, now: datetime
    ) -> tuple["Wish", list[Event]]:
        """It waits to be vetted."""
        wish = cls(
            **command.model_dump(exclude={"on_behalf"}),
            id=id,
            status=WishStatus.MADE,
            on_behalf=command.on_behalf.channel if command.on_behalf else None,
            made_by=client,
            status_since=now,
        )
        return wish, [
            wish._tell(
                told.WishMade,
                resident=wish.resident,
                kind=wish.kind,
                on_behalf=wish.on_behalf is not None,
            )
        ]

    def vet(self, now: datetime) -> Sequence[Event]:
        """Let it be claimed."""
        self._require("vet")
        self._enter(WishStatus.OPEN, now)
        return [self._tell(told.WishVetted)]

    def reject(self, command: RejectWish, now: datetime) -> Sequence[Event]:
        """Refuse it, with a reason."""
        self._require("reject")
        self._enter(WishStatus.REJECTED, now)
        self.rejection, self.note = command.reason, command.note
        return [self._tell(told.WishRejected, reason=command.reason)]

    def take(self, command: ClaimWish, now: datetime) -> Sequence[Event]:
        """认领: until it is granted, or the claim ends, nobody else can."""
        self._require("claim")
        self.claim = Claim.of(command.claimant, now, now + timedelta(days=command.days))
        self._enter(WishStatus.CLAIMED, now)
        return [self._tell_claim(told.WishClaimed, self.claim, until=self.claim.until)]

    def release(self, now: datetime) -> Sequence[Event]:
        """The claim is given back."""
        self._require("release")
        self._enter(WishStatus.OPEN, now)
        return self._end_claim(ClaimEnd.GIVEN_BACK)

    def grant(self, command: GrantWish, now: datetime) -> Sequence[Event]:
        """It has come true."""
        self._require("grant")
        assert self.claim
        self._enter(WishStatus.GRANTED, now)
        self.note, self.photographs = command.note, list(command.photographs)
        return [
            self._tell_claim(
                told.WishGranted,
                self.claim,
                resident=self.resident,
                photographs=len(self.photographs),
            )
        ]

    def withdraw(self, now: datetime) -> Sequence[Event]:
        """The resident no longer wishes it; a claim is freed."""
        self._require("withdraw")
        self._enter(WishStatus.WITHDRAWN, now)
        return [*self._end_claim(ClaimEnd.WITHDRAWN), self._tell(told.WishWithdrawn)]

    def due_at(self) -> datetime | None:
        """When the claim ends, or the wish lapses."""
        if self.status is WishStatus.CLAIMED and self.claim:
            return self.claim.until
        if self.status is WishStatus.OPEN:
            return self.status_since + LAPSES_AFTER
        return None

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """End a claim that was not kept, or a wish that nobody claims."""
        due = self.due_at()
        if due is None or now < due:
            return []
        if self.status is WishStatus.CLAIMED:
            self._enter(WishStatus.OPEN, now)
            return self._end_claim(ClaimEnd.EXPIRED)
        self._enter(WishStatus.LAPSED, now)
        return [self._tell(told.WishLapsed)]

    # ---- inside ----

    def _end_claim(self, reason: ClaimEnd) -> Sequence[Event]:
        if self.claim is None:
            return []
        ended, self.claim = self.claim, None
        ended.ended = reason
        self.earlier_claims = [*self.earlier_claims, ended][-KEPT_CLAIMS:]
        return [self._tell_claim(told.WishReleased, ended, reason=reason)]

    def _require(self, move: str) -> None:
        states.require(MOVES, self.status, move, WISH)

    def _enter(self, status: WishStatus, now: datetime) -> None:
        self.status, self.status_since = status, now

    def _tell_claim(self, event: type[E], claim: Claim, **facts: Any) -> E:
        who = {name: getattr(claim, name) for name in ("volunteer", "unit", "department")}
        return self._tell(event, **who, **facts)

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(wish=self.id, site=self.site, theme=self.theme, modes=self.modes, **facts)

"""An honour (荣誉): what a campaign awards. It can be revoked, with a reason and an appeal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from services.events.model.commands.honour import AnswerAppeal, AppealRevocation, RevokeHonour
from services.events.model.nomination import Nomination
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.contracts.events import CampaignDecided, Category, RevocationGround
from shared.errors import Conflict, Text

E = TypeVar("E", bound=told.HonourEvent)

APPEAL_WITHIN = timedelta(days=60)
"""As long as the Administrative Reconsideration Law (行政复议法) gives for a request."""


class HonourStatus(StrEnum):
    AWARDED = "awarded"
    REVOKED = "revoked"
    APPEALED = "appealed"
    FINAL = "final"  # revoked, and the appeal dismissed


S = HonourStatus

MOVES: dict[HonourStatus, tuple[str, ...]] = {
    S.AWARDED: ("revoke",),
    S.REVOKED: ("appeal",),
    S.APPEALED: ("answer-appeal",),
    S.FINAL: (),
}


@dataclass
class Revocation:
    """Why and when; with the appeal against it, if there is one."""

    ground: RevocationGround
    reason: str
    at: datetime
    statement: str | None = None
    answer: str | None = None


@dataclass
class Honour:
    """Of one nominee, by one campaign."""

    id: str
    status: HonourStatus
    campaign: str
    nominee: str  # id of the nomination
    site: str  # community of the nominee
    category: Category
    year: int
    holder: str  # derived number of the person or household, in lower case
    display: str
    awarded_at: datetime
    revocations: list[Revocation]

    @classmethod
    def award(
        cls, id: str, decided: CampaignDecided, nomination: Nomination, now: datetime
    ) -> tuple["Honour", list[Event]]:
        """表彰."""
        honour = cls(
            id=id,
            status=S.AWARDED,
            campaign=decided.campaign,
            nominee=nomination.id,
            site=nomination.site,
            category=decided.category,
            year=decided.year,
            holder=nomination.nominee.casefold(),
            display=nomination.display,
            awarded_at=now,
            revocations=[],
        )
        return honour, [honour._tell(told.HonourAwarded)]

    def revoke(self, command: RevokeHonour, now: datetime) -> Sequence[Event]:
        """撤销, with a reason."""
        self._require("revoke")
        self.status = S.REVOKED
        self.revocations = [*self.revocations, Revocation(command.ground, command.reason, now)]
        return [self._tell(told.HonourRevoked, ground=command.ground)]

    def appeal(self, command: AppealRevocation, now: datetime) -> Sequence[Event]:
        """申诉, within 60 days."""
        self._require("appeal")
        until = self.revocations[-1].at + APPEAL_WITHIN
        if now > until:
            raise self._refused(
                f"Appeals were taken until {until.isoformat()}.",
                f"申诉期限已于 {until.isoformat()} 届满。",
            )
        self.status, self.revocations[-1].statement = S.APPEALED, command.statement
        return [self._tell(told.HonourAppealed)]

    def answer_appeal(self, command: AnswerAppeal, now: datetime) -> Sequence[Event]:
        """The honour stands, or the revocation does."""
        self._require("answer-appeal")
        self.revocations[-1].answer = command.answer
        self.status = S.AWARDED if command.upheld else S.FINAL
        return [self._tell(told.HonourRestored if command.upheld else told.HonourAppealDismissed)]

    def hide(self) -> Sequence[Event]:
        """It stands, without a name: the consent to show one is taken back."""
        self.display = ""
        return []

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self._refused(
                f"An honour that is {self.status} can't be moved by {move}.",
                f"荣誉状态为 {self.status},不能执行 {move}。",
            )

    def _refused(self, en: str, zh: str) -> Conflict:
        return Conflict(
            Text(en, zh), extra={"state": self.status, "allowed": list(MOVES[self.status])}
        )

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(
            honour=self.id,
            campaign=self.campaign,
            nominee=self.nominee,
            site=self.site,
            category=self.category,
            year=self.year,
            **facts,
        )

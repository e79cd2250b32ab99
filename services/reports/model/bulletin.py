"""A bulletin (信息报送): draft → checked → sent → used, with points for each level that uses it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Literal

from services.reports.model.article import Written
from services.reports.model.commands import SendBulletin, UseBulletin, WithdrawUse
from services.reports.model.moves import Moves, past_day, refused, require, today
from services.reports.model.scores import ScoreTable, shares
from shared.contracts.base import Event
from shared.contracts.reports import (
    BulletinPoints,
    BulletinScored,
    BulletinSent,
    BulletinUsed,
    BulletinUseWithdrawn,
    MediaLevel,
)
from shared.errors import NotFound, Text, invalid

MOST_USES = 50


class BulletinStatus(StrEnum):
    DRAFT = "draft"
    CHECKED = "checked"
    SENT = "sent"
    USED = "used"
    WITHDRAWN = "withdrawn"


MOVES: Moves = {
    BulletinStatus.DRAFT: ("revise", "check", "send-back", "withdraw"),
    BulletinStatus.CHECKED: ("send", "send-back", "withdraw"),
    BulletinStatus.SENT: ("send", "use"),
    BulletinStatus.USED: ("send", "use", "withdraw-use"),
    BulletinStatus.WITHDRAWN: (),
}


@dataclass
class Use:
    """采用. `worth`: of the score table of its day; `points`: what it adds to the score."""

    level: MediaLevel
    outlet: str
    used_on: str  # a day, ISO 8601
    link: str | None
    worth: int
    uses: Literal["highest", "sum"]
    edition: int
    points: int = 0


@dataclass(kw_only=True)
class Bulletin(Written):
    """A piece of news on its way upward. Who wrote and who checked are references, never names."""

    moves: ClassVar[Moves] = MOVES

    status: BulletinStatus = BulletinStatus.DRAFT
    activities: list[str]
    sent: dict[MediaLevel, datetime] = field(default_factory=dict)
    uses: dict[str, Use] = field(default_factory=dict)
    score: int = 0

    def send(self, command: SendBulletin, now: datetime) -> Sequence[Event]:
        """报送, once to each level."""
        require(MOVES, self.status, "send")
        if command.level in self.sent:
            raise refused(MOVES, self.status, "It was sent to this level.", "已向该级报送。")
        first, self.sent[command.level] = not self.sent, now
        if self.status is BulletinStatus.CHECKED:
            self.status = BulletinStatus.SENT
        return [
            BulletinSent(
                bulletin=self.id,
                site=self.site,
                theme=self.theme,
                level=command.level,
                sent_on=today(now),
                photographs=len(self.photographs),
                first=first,
            )
        ]

    def use(
        self, id: str, command: UseBulletin, table: ScoreTable, now: datetime
    ) -> Sequence[Event]:
        """采用: it counts by the table of now, on the day of the use."""
        require(MOVES, self.status, "use")
        if len(self.uses) >= MOST_USES:
            raise invalid("level", f"at most {MOST_USES} uses", f"最多 {MOST_USES} 次采用")
        day = past_day(command.used_on, now, "used_on")
        if day < min(map(today, self.sent.values())).isoformat():
            raise invalid("used_on", "is before it was sent", "早于报送日期")
        if any(
            (each.level, each.outlet, each.used_on) == (command.level, command.outlet, day)
            for each in self.uses.values()
        ):
            raise refused(MOVES, self.status, "This use is recorded.", "该采用已登记。")
        self.status = BulletinStatus.USED
        self.uses[id] = Use(
            level=command.level,
            outlet=command.outlet,
            used_on=day,
            link=command.link,
            worth=table.points_of(command.level),
            uses=table.uses,
            edition=table.edition,
        )
        return self._count(BulletinUsed, id)

    def withdraw_use(self, id: str, command: WithdrawUse) -> Sequence[Event]:
        """What it had added to the score is taken away, on the day that it had counted."""
        require(MOVES, self.status, "withdraw-use")
        if id not in self.uses:
            raise NotFound(Text(f"There is no use {id}.", f"没有采用记录 {id}。"))
        use = self.uses.pop(id)
        self.score -= use.points
        if not self.uses:
            self.status = BulletinStatus.SENT
        self._remark(command.reason)
        return [self._points(BulletinUseWithdrawn, id, use, -use.points), *self._count()]

    # ---- inside ----

    def _count(self, event: type[BulletinPoints] | None = None, new: str = "") -> list[Event]:
        """Count all uses again, and tell of the new one and of each that counts otherwise now."""
        rule = next(iter(self.uses.values())).uses if self.uses else "sum"  # of the first
        points = shares(((id, each.worth) for id, each in self.uses.items()), rule)
        told: list[Event] = []
        for id, use in self.uses.items():
            change = points[id] - use.points
            use.points = points[id]
            self.score += change
            if event and id == new:
                told.append(self._points(event, id, use, change))
            elif change:
                told.append(self._points(BulletinScored, id, use, change))
        return told

    def _points(self, event: type[BulletinPoints], id: str, use: Use, points: int) -> Event:
        return event(
            bulletin=self.id,
            site=self.site,
            theme=self.theme,
            use=id,
            level=use.level,
            used_on=date.fromisoformat(use.used_on),
            points=points,
            score=self.score,
            edition=use.edition,
        )

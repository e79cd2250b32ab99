"""A rectification order (整改): what a site has to mend by when, its answers, and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from services.reports.model import moves
from services.reports.model.commands.rectification import (
    AnswerRectification,
    ExtendDeadline,
    OrderRectification,
    SendAnswerBack,
)
from services.reports.model.inspection import Inspection, RecordStatus
from shared.contracts import reports as told
from shared.contracts.base import Event
from shared.errors import Conflict, invalid

E = TypeVar("E", bound=told.RectificationEvent)

WARNED_BEFORE = timedelta(days=2)
LONGEST_AHEAD = timedelta(days=2 * 366)
MOST_ROUNDS = 50


class RectificationStatus(StrEnum):
    ORDERED = "ordered"  # the site is to answer
    SENT_BACK = "sent-back"  # the site is to answer again
    ANSWERED = "answered"  # who ordered it is to accept or send back
    ACCEPTED = "accepted"  # a follow-up inspection is to confirm it
    CLOSED = "closed"
    CANCELLED = "cancelled"


S = RectificationStatus
MOVES: moves.Moves = {
    S.ORDERED: ("answer", "extend", "cancel"),
    S.SENT_BACK: ("answer", "extend", "cancel"),
    S.ANSWERED: ("accept", "send-back", "cancel"),
    S.ACCEPTED: ("close", "send-back", "cancel"),
    S.CLOSED: (),
    S.CANCELLED: (),
}
WAITING_FOR_THE_SITE = (S.ORDERED, S.SENT_BACK)


@dataclass
class Round:
    """One answer, and what was said to it."""

    text: str
    files: list[str]
    answered_by: str
    at: datetime
    late: bool
    sent_back: str | None = None  # why
    note: str | None = None  # on accepting


@dataclass
class Rectification:
    """Times are UTC."""

    id: str
    site: str
    title: str
    points: list[str]
    due: datetime
    responsible: str | None
    assessment: str | None
    inspection: str | None
    finding: str | None
    follow_up: bool
    ordered_at: datetime
    status: RectificationStatus = RectificationStatus.ORDERED
    rounds: list[Round] = field(default_factory=list)
    warned: bool = False  # of this deadline
    overdue: bool = False  # this deadline has passed without an answer
    extensions: list[str] = field(default_factory=list)  # reasons
    confirmed_by: str | None = None  # the follow-up inspection
    closed_at: datetime | None = None
    reason: str | None = None  # of its being cancelled

    @classmethod
    def order(
        cls, id: str, command: OrderRectification, now: datetime
    ) -> tuple["Rectification", list[Event]]:
        """下达. Raises Unprocessable for a deadline that is past or far away."""
        _require_future(command.due, now)
        made = cls(id=id, ordered_at=now, **dict(command))
        return made, [
            made._tell(
                told.RectificationOrdered,
                assessment=made.assessment,
                inspection=made.inspection,
                finding=made.finding,
                points=len(made.points),
                follow_up=made.follow_up,
            )
        ]

    def answer(self, command: AnswerRectification, now: datetime) -> Sequence[Event]:
        """The site says what it has done."""
        self._require("answer")
        if len(self.rounds) >= MOST_ROUNDS:
            raise self._refused("It has too many answers.", "答复次数已达上限。")
        late = now > self.due
        self.rounds.append(Round(at=now, late=late, **dict(command)))
        self.status = S.ANSWERED
        return [
            self._tell(
                told.RectificationAnswered,
                round=len(self.rounds),
                files=len(command.files),
                late=late,
            )
        ]

    def accept(self, note: str | None, now: datetime) -> Sequence[Event]:
        """The answer is enough. Without a follow-up it is closed at once."""
        self._require("accept")
        self.rounds[-1].note = note
        accepted = self._tell(
            told.RectificationAccepted, round=len(self.rounds), follow_up=self.follow_up
        )
        if self.follow_up:
            self.status = S.ACCEPTED
            return [accepted]
        return [accepted, self._close(now)]

    def send_back(self, command: SendAnswerBack, now: datetime) -> Sequence[Event]:
        """退回, with a new deadline: the answer, or what an inspection found, is not enough."""
        self._require("send-back")
        _require_future(command.due, now)
        self.rounds[-1].sent_back = command.reason
        self.status = S.SENT_BACK
        self._wait_until(command.due)
        return [self._tell(told.RectificationSentBack, round=len(self.rounds))]

    def extend(self, command: ExtendDeadline, now: datetime) -> Sequence[Event]:
        """延期: later than it was."""
        self._require("extend")
        _require_future(command.due, now)
        if command.due <= self.due:
            raise invalid("due", "should be later than it is", "应晚于现有期限")
        self.extensions.append(command.reason)
        self._wait_until(command.due)
        return [self._tell(told.RectificationExtended)]

    def close(self, inspection: Inspection, now: datetime) -> Sequence[Event]:
        """销号: an inspection after the last answer has found it mended."""
        self._require("close")
        answered = moves.today(self.rounds[-1].at).isoformat()
        if inspection.rectification != self.id:
            raise invalid("inspection", "follows up another one", "该督查记录并非对本整改单的回访")
        if inspection.status is not RecordStatus.RECORDED or not inspection.mended:
            raise invalid("inspection", "did not find it mended", "该督查记录未确认整改到位")
        if inspection.on < answered:
            raise invalid(
                "inspection",
                f"should be of {answered}, when it was answered, or later",
                f"督查日期不应早于答复日期 {answered}",
            )
        self.confirmed_by = inspection.id
        return [self._close(now)]

    def cancel(self, reason: str) -> Sequence[Event]:
        """It was ordered in error."""
        self._require("cancel")
        self.status, self.reason = S.CANCELLED, reason
        return [self._tell(told.RectificationCancelled)]

    # ---- time ----

    def due_at(self) -> datetime | None:
        """When the site is to be warned, or is late."""
        if self.status not in WAITING_FOR_THE_SITE or self.overdue:
            return None
        return self.due if self.warned else self.due - WARNED_BEFORE

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """One warning and one call for each deadline; both at once where nobody looked."""
        events: list[Event] = []
        if self.status not in WAITING_FOR_THE_SITE:
            return events
        if not self.warned and now >= self.due - WARNED_BEFORE:
            self.warned = True
            if now < self.due:
                events.append(self._tell(told.RectificationDue))
        if not self.overdue and now >= self.due:
            self.overdue = True
            events.append(self._tell(told.RectificationOverdue))
        return events

    # ---- inside ----

    def _wait_until(self, due: datetime) -> None:
        self.due, self.warned, self.overdue = due, False, False

    def _close(self, now: datetime) -> told.RectificationClosed:
        self.status, self.closed_at = S.CLOSED, now
        return self._tell(
            told.RectificationClosed,
            rounds=len(self.rounds),
            inspection=self.confirmed_by,
            late=any(each.late for each in self.rounds),
        )

    def _require(self, move: str) -> None:
        moves.require(MOVES, self.status, move)

    def _refused(self, en: str, zh: str) -> Conflict:
        return moves.refused(MOVES, self.status, en, zh)

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(rectification=self.id, site=self.site, due=self.due, **facts)


def _require_future(due: datetime, now: datetime) -> None:
    if not now < due <= now + LONGEST_AHEAD:
        raise invalid(
            "due",
            f"should be in the future, within {LONGEST_AHEAD.days} days",
            f"应为将来的时间,且在 {LONGEST_AHEAD.days} 天之内",
        )

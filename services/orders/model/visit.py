"""A visit to a recipient: who was there, how it was, and the way to a 强制报告."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from services.orders.model import states
from services.orders.model.commands.recipient import (
    RecordVisit,
    ReportVisit,
    VisitOutcome,
)
from services.orders.model.order.helped import ADULTS_WITH_A_CHILD
from services.orders.model.recipient import MOVES as RECIPIENT_MOVES
from services.orders.model.recipient import RECIPIENT, Recipient
from shared.contracts.base import Event
from shared.contracts.orders import recipient as told
from shared.contracts.orders.recipient import ReportedTo
from shared.errors import Text, invalid

E = TypeVar("E", bound=told.VisitEvent)

CONCERN_WITHIN = timedelta(hours=24)
"""Until a concern must be reported or settled (强制报告: at once; a day is the outermost)."""
ENTERED_WITHIN = timedelta(days=90)
"""A visit is entered at most so long afterwards."""
VISIT = Text("visit", "探访")


class VisitStatus(StrEnum):
    RECORDED = "recorded"
    CONCERN = "concern"  # to be reported or settled
    REPORTED = "reported"
    SETTLED = "settled"
    ERASED = "erased"


S = VisitStatus
MOVES: states.Moves[VisitStatus] = {
    S.RECORDED: {"report": (S.REPORTED,), "erase": (S.ERASED,)},
    S.CONCERN: {"report": (S.REPORTED,), "settle": (S.SETTLED,)},
    S.REPORTED: {},
    S.SETTLED: {"report": (S.REPORTED,), "erase": (S.ERASED,)},
    S.ERASED: {},
}
"""What was reported, or is to be, is kept though the recipient is erased: the law wants it."""
STARTS = (S.RECORDED, S.CONCERN)


@dataclass
class Came:
    """One who was there."""

    volunteer: str
    adult: bool  # known to have been, by the volunteers service


@dataclass
class Visit:
    """One visit. The words of its notes are sealed."""

    id: str
    status: VisitStatus
    recipient: str
    site: str
    visited_at: datetime
    visitors: list[Came]
    outcome: VisitOutcome
    order: str | None
    pairing: str | None
    sealed_note: str | None
    recorded_by: str  # id of the client
    person: str  # who recorded it, in the client's system
    answer_by: datetime | None = None  # of a concern
    overdue: bool = False
    reported_to: ReportedTo | None = None
    reported_at: datetime | None = None
    reference: str | None = None
    sealed_settlement: str | None = None

    @classmethod
    def record(
        cls,
        id: str,
        recipient: Recipient,
        command: RecordVisit,
        sealed_note: str | None,
        by: tuple[str, str],
        adults: Collection[str],
        now: datetime,
    ) -> tuple["Visit", list[Event]]:
        """Raises Unprocessable where a child was visited by fewer than two adults. `by`: ids of
        the client, and of who acts there. `adults`: volunteers known to have been of age then;
        what the recorder saw doesn't count."""
        states.require(RECIPIENT_MOVES, recipient.status, "visit", RECIPIENT)
        if not now - ENTERED_WITHIN <= command.visited_at <= now:
            raise invalid(
                "visited_at",
                f"should be within the last {ENTERED_WITHIN.days} days",
                f"应在过去 {ENTERED_WITHIN.days} 天之内",
            )
        came = [Came(each.volunteer, each.volunteer in adults) for each in command.visitors]
        if recipient.minor and sum(each.adult for each in came) < ADULTS_WITH_A_CHILD:
            raise invalid(
                "visitors",
                "a child is visited by two adults at least, registered with their documents",
                "探访未成年人须至少有两名登记为成年人的志愿者在场",
            )
        concern = command.outcome is VisitOutcome.CONCERN
        visit = cls(
            id=id,
            status=VisitStatus.CONCERN if concern else VisitStatus.RECORDED,
            recipient=recipient.id,
            site=recipient.site,
            visited_at=command.visited_at,
            visitors=came,
            outcome=command.outcome,
            order=command.order,
            pairing=command.pairing,
            sealed_note=sealed_note,
            recorded_by=by[0],
            person=by[1],
            answer_by=now + CONCERN_WITHIN if concern else None,
        )
        return visit, visit._tell_recorded(command.next_visit, now)

    def _tell_recorded(self, next_visit: date | None, now: datetime) -> list[Event]:
        events: list[Event] = [
            self._tell(
                told.RecipientVisited,
                order=self.order,
                pairing=self.pairing,
                volunteers=[each.volunteer for each in self.visitors],
                visited_at=self.visited_at,
                next_visit=_end_of(next_visit, now) if next_visit else None,
            )
        ]
        if self.answer_by:
            events.append(self._tell(told.VisitConcern, answer_by=self.answer_by))
        return events

    def report(self, command: ReportVisit, now: datetime) -> Sequence[Event]:
        """强制报告: to whom, and under which number there."""
        states.require(MOVES, self.status, "report", VISIT)
        self.status, self.reported_at = VisitStatus.REPORTED, now
        self.reported_to, self.reference = command.to, command.reference
        return [self._tell(told.VisitReported, to=command.to)]

    def settle(self, sealed: str, now: datetime) -> Sequence[Event]:
        """It was looked into, and nothing need be reported."""
        states.require(MOVES, self.status, "settle", VISIT)
        self.status, self.sealed_settlement = VisitStatus.SETTLED, sealed
        return [self._tell(told.VisitSettled)]

    def erase(self) -> Sequence[Event]:
        """The recipient's data is gone: so are these notes, unless the law wants them kept."""
        if "erase" in MOVES[self.status]:
            self.status = VisitStatus.ERASED
            self.sealed_note = self.sealed_settlement = None
        return []

    def due_at(self) -> datetime | None:
        """When a concern is overdue."""
        return self.answer_by if self.status is VisitStatus.CONCERN and not self.overdue else None

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """Tell once of a concern that nobody takes up."""
        due = self.due_at()
        if due is None or now < due:
            return []
        self.overdue = True
        return [self._tell(told.VisitConcernOverdue, answer_by=due)]

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(visit=self.id, recipient=self.recipient, site=self.site, **facts)


def _end_of(day: date, now: datetime) -> datetime:
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo("Asia/Shanghai"))
    if end <= now:
        raise invalid("next_visit", "should not be past", "不应为过去的日期")
    return end.astimezone(now.tzinfo)

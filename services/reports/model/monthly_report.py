"""A station's own monthly report (月报): due → submitted → accepted, or returned and again.

Its figures are filled in by the system; the station adds words, photographs, and the numbers that
it counts otherwise. Who submits and who accepts are two people, named by references.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from services.reports.model.commands import FillMonthlyReport, ReturnMonthlyReport
from services.reports.model.measures import MEASURES
from services.reports.model.moves import consented, refused, require
from services.reports.model.people import another, named
from services.reports.model.period import Period
from services.reports.model.reporting import Rules
from shared import working_days
from shared.contracts import reports as told
from shared.contracts.base import Event
from shared.contracts.reports import MonthlyReportEvent, ReturnReason
from shared.errors import invalid

E = TypeVar("E", bound=MonthlyReportEvent)
MOST_RETURNS = 20
URGED_AGAIN_AFTER = timedelta(hours=1)  # by a person: a second press of the button is a mistake


class MonthlyStatus(StrEnum):
    DUE = "due"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


OPEN = (MonthlyStatus.DUE, MonthlyStatus.RETURNED)
"""The station has yet to hand it in."""

MOVES: dict[str, tuple[str, ...]] = {
    MonthlyStatus.DUE: ("fill", "refill", "submit", "urge"),
    MonthlyStatus.SUBMITTED: ("return", "accept"),
    MonthlyStatus.RETURNED: ("fill", "refill", "submit", "urge"),
    MonthlyStatus.ACCEPTED: ("return",),
}


@dataclass(frozen=True)
class Stated:
    """A number that the station counts otherwise."""

    measure: str
    number: int
    why: str


@dataclass(frozen=True)
class Returned:
    """退回, once."""

    reason: ReturnReason
    note: str
    at: datetime
    by: str
    checksum: str  # of what was returned


@dataclass(frozen=True)
class MonthFigures:
    """What the system has counted, as of these places in the feeds."""

    figures: dict[str, Any]
    as_of: dict[str, int]
    at: datetime


@dataclass
class MonthlyReport:
    """Of one site and month."""

    id: str
    site: str
    month: str
    deadline: datetime
    counted: MonthFigures
    status: MonthlyStatus = MonthlyStatus.DUE
    remind_at: datetime | None = None
    urge_at: datetime | None = None  # once overdue: the clock's next urging
    urge_days: int = 1
    most_urges: int = 0  # by the clock, each time that it is overdue
    urges_left: int = 0
    again_days: int = 2
    urged: int = 0
    urged_at: datetime | None = None
    overdue: bool = False
    work: str = ""
    highlights: str | None = None
    difficulties: str | None = None
    plans: str | None = None
    photographs: list[str] = field(default_factory=list)
    consent: bool = False
    stated: list[Stated] = field(default_factory=list)
    submitted: int = 0  # times
    submitted_at: datetime | None = None
    submitted_by: str = ""
    checksum: str = ""  # of what was handed in
    returns: list[Returned] = field(default_factory=list)
    accepted_at: datetime | None = None
    accepted_by: str = ""

    @classmethod
    def ask(
        cls, id: str, site: str, month: Period, rules: Rules, counted: MonthFigures
    ) -> tuple["MonthlyReport", list[Event]]:
        """The month is over."""
        deadline = rules.due_at(month)
        report = cls(
            id=id,
            site=site,
            month=month.code,
            deadline=deadline,
            counted=counted,
            remind_at=(
                working_days.before(deadline, rules.remind_days) if rules.remind_days else None
            ),
            urge_days=rules.urge_days,
            most_urges=rules.most_urges,
            urges_left=rules.most_urges,
            again_days=rules.again_days,
        )
        return report, [report._tell(told.MonthlyReportDue, deadline=deadline)]

    # ---- the station ----

    def fill(self, command: FillMonthlyReport) -> Sequence[Event]:
        """The whole content anew."""
        require(MOVES, self.status, "fill")
        consented(command.photographs, command.consent)
        stated = [Stated(each.measure, each.number, each.why) for each in command.stated]
        for place, each in enumerate(stated):
            if each.measure not in MEASURES:
                raise invalid(
                    f"stated.{place}.measure",
                    "is none; GET /v1/measures lists them",
                    "没有该指标;可查询 GET /v1/measures",
                )
        vars(self).update(dict(command), stated=stated)
        return []

    def refill(self, counted: MonthFigures) -> Sequence[Event]:
        """The figures as they are known now."""
        require(MOVES, self.status, "refill")
        self.counted = counted
        return []

    def submit(self, person: str, now: datetime) -> Sequence[Event]:
        """上报. Raises Conflict where nothing was written."""
        require(MOVES, self.status, "submit")
        if not self.work:
            raise refused(
                MOVES, self.status, "Write what was done first: …/content.", "请先填写工作情况。"
            )
        self.status, self.submitted_by = MonthlyStatus.SUBMITTED, named(person)
        self.submitted, self.submitted_at = self.submitted + 1, now
        self.checksum = self._checksum()
        return [
            self._tell(
                told.MonthlyReportSubmitted,
                times=self.submitted,
                on_time=now <= self.deadline,
                photographs=len(self.photographs),
                checksum=self.checksum,
            )
        ]

    # ---- the office ----

    def send_back(
        self, command: ReturnMonthlyReport, person: str, now: datetime
    ) -> Sequence[Event]:
        """退回: a new deadline; what was accepted by mistake too."""
        require(MOVES, self.status, "return")
        if len(self.returns) >= MOST_RETURNS:
            raise refused(MOVES, self.status, "It was returned too often.", "退回次数过多。")
        by = another(person, self.submitted_by)
        self.returns = [
            *self.returns,
            Returned(command.reason, command.note, now, by, self.checksum),
        ]
        self.status, self.accepted_at, self.accepted_by = MonthlyStatus.RETURNED, None, ""
        self.deadline = working_days.after(now, self.again_days)
        self.overdue, self.remind_at, self.urge_at = False, None, None
        self.urges_left = self.most_urges
        return [
            self._tell(told.MonthlyReportReturned, reason=command.reason, deadline=self.deadline)
        ]

    def accept(self, person: str, now: datetime) -> Sequence[Event]:
        """By another person than who handed it in."""
        require(MOVES, self.status, "accept")
        self.accepted_by = another(person, self.submitted_by)
        self.status, self.accepted_at = MonthlyStatus.ACCEPTED, now
        return [self._tell(told.MonthlyReportAccepted, checksum=self.checksum)]

    def urge(self, now: datetime) -> Sequence[Event]:
        """催报 by a person."""
        require(MOVES, self.status, "urge")
        if self.urged_at and now - self.urged_at < URGED_AGAIN_AFTER:
            raise refused(MOVES, self.status, "It was urged just now.", "刚刚已催报。")
        return [self._urged(now, automatic=False)]

    # ---- time ----

    def due_at(self) -> datetime | None:
        """When it is to be reminded of, is overdue, or is urged again."""
        if self.status not in OPEN:
            return None
        moments = [self.remind_at, self.urge_at, None if self.overdue else self.deadline]
        return min((each for each in moments if each), default=None)

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """A reminder before the deadline; overdue; urgings behind it."""
        if self.status not in OPEN:
            return []
        events: list[Event] = []
        if not self.overdue and now >= self.deadline:
            self.overdue, self.remind_at = True, None
            self.urge_at = self._urge_after(self.deadline)
            events.append(self._tell(told.MonthlyReportOverdue, deadline=self.deadline))
        if self.remind_at and now >= self.remind_at:
            self.remind_at = None
            events.append(self._urged(now, automatic=True))
        if self.urge_at and now >= self.urge_at:
            self.urges_left -= 1
            self.urge_at = self._urge_after(now)
            events.append(self._urged(now, automatic=True))
        return events

    # ---- inside ----

    def _urge_after(self, moment: datetime) -> datetime | None:
        if self.urges_left <= 0:
            return None
        return working_days.after(moment, self.urge_days)

    def _urged(self, now: datetime, *, automatic: bool) -> Event:
        self.urged, self.urged_at = self.urged + 1, now
        return self._tell(
            told.MonthlyReportUrged,
            deadline=self.deadline,
            times=self.urged,
            automatic=automatic,
        )

    def _checksum(self) -> str:
        content = {
            "figures": self.counted.figures,
            "as_of": self.counted.as_of,
            "words": [self.work, self.highlights, self.difficulties, self.plans],
            "photographs": self.photographs,
            "stated": [vars(each) for each in self.stated],
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(monthly_report=self.id, site=self.site, month=self.month, **facts)

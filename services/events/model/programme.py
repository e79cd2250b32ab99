"""A programme (培训课程): several sessions, enrolment, attendance, and completion by its rule.

Its enrolments are in its own document, so that no place is given twice. What is decided about the
times of its sessions is in `timetable`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from services.events.model.commands.programme import (
    AttendProgramme,
    CancelProgramme,
    HoldProgrammeSession,
    OpenProgramme,
)
from services.events.model.programme_session import ProgrammeMeeting, meetings_of
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.contracts.events import ProgrammeAudience
from shared.contracts.vocabulary import Mode, Theme
from shared.errors import Conflict, NotFound, Text, invalid

E = TypeVar("E", bound=told.ProgrammeEvent)

EARLY_ATTENDANCE = timedelta(hours=1)
MOST_ENROLMENTS = 3000  # cancelled ones too: they are in one document


class ProgrammeStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class EnrolmentStatus(StrEnum):
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    COMPLETED = "completed"  # 结业
    INCOMPLETE = "incomplete"  # it ended, and too few sessions were attended


LIVE = frozenset({EnrolmentStatus.CONFIRMED, EnrolmentStatus.WAITLISTED})

MOVES: dict[ProgrammeStatus, tuple[str, ...]] = {
    ProgrammeStatus.OPEN: (
        "enrol",
        "cancel-enrolment",
        "move",
        "cancel-session",
        "attend",
        "hold",
        "complete",
        "cancel",
    ),
    ProgrammeStatus.COMPLETED: (),
    ProgrammeStatus.CANCELLED: (),
}


@dataclass
class Enrolment:
    """One resident's place, or place in the waiting list."""

    resident: str
    status: EnrolmentStatus
    at: datetime
    attended: list[int] = field(default_factory=list)  # numbers of sessions


@dataclass
class Programme:
    """Times are UTC; sessions count from 1."""

    id: str
    status: ProgrammeStatus
    site: str
    title: str
    about: str | None
    audience: ProgrammeAudience
    theme: Theme
    modes: list[Mode]
    sessions: list[ProgrammeMeeting]
    capacity: int
    enrol_until: datetime
    completes_with: int
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)  # first in, first served
    reason: str | None = None  # of a cancellation
    public: bool = True
    outside_hours: str | None = None  # why it is held then
    revision: int = 0  # of its times, as calendars count them

    @classmethod
    def open(
        cls, id: str, command: OpenProgramme, now: datetime
    ) -> tuple["Programme", list[Event]]:
        """One may enrol from now on."""
        facts = dict(command)
        facts["sessions"] = meetings_of(command, now)
        facts["enrol_until"] = command.enrol_until or command.sessions[0].starts_at
        if not now < facts["enrol_until"] <= command.sessions[-1].starts_at:
            raise invalid(
                "enrol_until",
                "should be in the future, no later than the last session",
                "应为将来的时间且不晚于最后一次课",
            )
        if command.completes_with > len(command.sessions):
            raise invalid("completes_with", "no more than there are sessions", "不应多于课程次数")
        programme = cls(id=id, status=ProgrammeStatus.OPEN, **facts)
        return programme, [
            programme.tell(
                told.ProgrammeOpened,
                sessions=len(programme.sessions),
                starts_at=programme.sessions[0].starts_at,
                ends_at=programme.sessions[-1].ends_at,
                capacity=programme.capacity,
                title=programme.title,
                meetings=[each.told(n) for n, each in enumerate(programme.sessions, 1)],
                public=programme.public,
            )
        ]

    def enrol(self, enrolment: str, resident: str, now: datetime) -> Sequence[Event]:
        """A place, or a place in the waiting list; one for each resident."""
        self.require("enrol")
        if now >= self.enrol_until:
            raise self.refused("Enrolment has ended.", "报名已截止。")
        if len(self.enrolments) >= MOST_ENROLMENTS:
            raise self.refused("No more enrolments are taken.", "报名数量已达上限。")
        same = resident.casefold()
        if any(
            each.resident.casefold() == same and each.status in LIVE
            for each in self.enrolments.values()
        ):
            raise self.refused("This resident is enrolled already.", "该居民已报名。")
        free = self._taken() < self.capacity
        status = EnrolmentStatus.CONFIRMED if free else EnrolmentStatus.WAITLISTED
        self.enrolments[enrolment] = Enrolment(resident, status, now)
        if free:
            return [self._tell_of(told.EnrolmentConfirmed, enrolment)]
        self.waiting.append(enrolment)
        return [self._tell_of(told.EnrolmentWaitlisted, enrolment)]

    def cancel_enrolment(self, enrolment: str, now: datetime) -> Sequence[Event]:
        """A free place goes to the first in the list, until enrolment ends."""
        self.require("cancel-enrolment")
        held = self._enrolment(enrolment)
        if held.status not in LIVE:
            raise self.refused(
                f"This enrolment is {held.status}.", f"该报名当前状态为 {held.status}。"
            )
        if held.attended:
            raise self.refused("The resident has come already.", "该居民已签到,不能取消。")
        if enrolment in self.waiting:
            self.waiting.remove(enrolment)
        held.status = EnrolmentStatus.CANCELLED
        return [self._tell_of(told.EnrolmentCancelled, enrolment), *self.promote(now)]

    def attend(self, enrolment: str, command: AttendProgramme, now: datetime) -> Sequence[Event]:
        """签到 for one session, at most an hour early: one attendance (人次). Again: nothing."""
        self.require("attend")
        held, session = self._enrolment(enrolment), self.session(command.session)
        if held.status is not EnrolmentStatus.CONFIRMED:
            raise self.refused(
                f"This enrolment is {held.status}.", f"该报名当前状态为 {held.status}。"
            )
        if command.session in held.attended:
            return []
        self.require_planned(session)
        if now < session.starts_at - EARLY_ATTENDANCE:
            raise self.refused(
                "Check-in opens an hour before the session.", "课程开始前一小时方可签到。"
            )
        held.attended = sorted([*held.attended, command.session])
        attended = self._tell_of(
            told.EnrolmentAttended,
            enrolment,
            session=command.session,
            starts_at=session.starts_at,
        )
        return [attended]

    def hold(self, command: HoldProgrammeSession, now: datetime) -> Sequence[Event]:
        """A session was held (场次): its attendances are fixed."""
        self.require("hold")
        session = self.session(command.session)
        if session.attendances is not None:
            return []
        self.require_planned(session)
        if now < session.starts_at:
            raise self.refused("It has not begun.", "课程尚未开始。")
        session.attendances = self.came(command.session)
        return [
            self.tell(
                told.ProgrammeSessionHeld,
                session=command.session,
                starts_at=session.starts_at,
                attendances=session.attendances,
            )
        ]

    def complete(self, now: datetime) -> Sequence[Event]:
        """It is over: who has attended enough of the sessions that were held has completed it.
        A session that was planned and not held asks no less of anybody; one that was cancelled may
        (`timetable`)."""
        self.require("complete")
        held = {n for n, each in enumerate(self.sessions, 1) if each.attendances is not None}
        to_come = [n for n, e in enumerate(self.sessions, 1) if e.planned and now < e.ends_at]
        if to_come:
            numbers = ", ".join(map(str, to_come))
            raise self.refused(
                f"Sessions {numbers} are yet to come.", f"第 {numbers} 次课尚未结束。"
            )
        if len(held) < self.completes_with:
            raise self.refused(
                f"Only {len(held)} sessions were held; {self.completes_with} are needed.",
                f"仅举办 {len(held)} 次课,至少应为 {self.completes_with} 次。",
            )
        events: list[Event] = []
        people = attendances = completions = 0
        for id, each in self.enrolments.items():
            came = len(held & set(each.attended))
            people, attendances = people + bool(came), attendances + came
            if each.status not in LIVE:
                continue
            if came >= self.completes_with:
                each.status = EnrolmentStatus.COMPLETED
                completions += 1
                events.append(self._tell_of(told.EnrolmentCompleted, id))
            else:
                each.status = EnrolmentStatus.INCOMPLETE
        self.status, self.waiting = ProgrammeStatus.COMPLETED, []
        completed = self.tell(
            told.ProgrammeCompleted,
            sessions=len(held),
            attendances=attendances,
            people=people,
            completions=completions,
            starts_at=self.sessions[0].starts_at,
        )
        return [*events, completed]

    def cancel(self, command: CancelProgramme, now: datetime) -> Sequence[Event]:
        """Before a session was attended; every enrolment is cancelled with it."""
        self.require("cancel")
        if any(each.attended for each in self.enrolments.values()):
            raise self.refused("Residents have come already.", "已有居民签到,不能取消。")
        events: list[Event] = []
        for id, each in self.enrolments.items():
            if each.status in LIVE:
                each.status = EnrolmentStatus.CANCELLED
                events.append(self._tell_of(told.EnrolmentCancelled, id))
        self.status, self.waiting = ProgrammeStatus.CANCELLED, []
        self.reason = command.reason
        self.revision += 1
        return [*events, self.tell(told.ProgrammeCancelled, revision=self.revision)]

    # ---- for the other module of this aggregate ----

    def came(self, session: int) -> int:
        """How many have come to a session."""
        return sum(session in each.attended for each in self.enrolments.values())

    def require_planned(self, session: ProgrammeMeeting) -> None:
        """Raises Conflict for one that was held or will not be."""
        if session.cancelled is not None:
            raise self.refused("This session is cancelled.", "该次课已取消。")
        if session.attendances is not None:
            raise self.refused("This session's attendances are fixed.", "该次课签到已截止。")

    def promote(self, now: datetime) -> Sequence[Event]:
        events: list[Event] = []
        while now < self.enrol_until and self.waiting and self._taken() < self.capacity:
            first = self.waiting.pop(0)
            self.enrolments[first].status = EnrolmentStatus.CONFIRMED
            events.append(self._tell_of(told.EnrolmentPromoted, first))
        return events

    def _taken(self) -> int:
        return sum(e.status is EnrolmentStatus.CONFIRMED for e in self.enrolments.values())

    def session(self, number: int) -> ProgrammeMeeting:
        if number > len(self.sessions):
            raise invalid(
                "session", f"should be 1 to {len(self.sessions)}", f"应为 1 至 {len(self.sessions)}"
            )
        return self.sessions[number - 1]

    def _enrolment(self, id: str) -> Enrolment:
        held = self.enrolments.get(id)
        if held is None:
            raise NotFound(Text(f"This programme has no enrolment {id}.", f"该课程没有报名 {id}。"))
        return held

    def require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self.refused(
                f"A programme that is {self.status} can't be moved by {move}.",
                f"课程状态为 {self.status},不能执行 {move}。",
            )

    def refused(self, en: str, zh: str) -> Conflict:
        return Conflict(
            Text(en, zh), extra={"state": self.status, "allowed": list(MOVES[self.status])}
        )

    def _tell_of(self, event: type[E], enrolment: str, **facts: Any) -> E:
        resident = self.enrolments[enrolment].resident
        return self.tell(event, enrolment=enrolment, resident=resident, **facts)

    def tell(self, event: type[E], **facts: Any) -> E:
        return event(
            programme=self.id,
            site=self.site,
            theme=self.theme,
            modes=self.modes,
            audience=self.audience,
            **facts,
        )

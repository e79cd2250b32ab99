"""A policy question: asked, routed to a department, answered, with the time that took."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from services.orders.model import states
from services.orders.model.commands.question import AnswerQuestion, AskQuestion, RouteQuestion
from shared.contracts.base import Event
from shared.contracts.orders import question as told
from shared.contracts.orders.question import PolicyTopic
from shared.contracts.vocabulary import Department, Mode, Theme
from shared.errors import Text, invalid

E = TypeVar("E", bound=told.QuestionEvent)

WORKING_DAY_MINUTES = 7 * 60
ROUTE_WITHIN_MINUTES = WORKING_DAY_MINUTES
"""Working minutes (one day) until somebody must have said whose it is."""
ANSWER_WITHIN_MINUTES = 3 * WORKING_DAY_MINUTES
"""Working minutes (three days) that a department has, from when it was routed there."""
QUESTION = Text("question", "政策咨询")

DEPARTMENTS: dict[PolicyTopic, Department] = {
    PolicyTopic.CIVILITY: Department.PARTY_OFFICE,
    PolicyTopic.CIVIL_AFFAIRS: Department.CIVIL_AFFAIRS,
    PolicyTopic.SOCIAL_SECURITY: Department.LABOUR_OFFICE,
    PolicyTopic.FAMILY_PLANNING: Department.FAMILY_PLANNING,
    PolicyTopic.LAW: Department.JUSTICE_OFFICE,
    PolicyTopic.SCIENCE: Department.SCIENCE_ASSOCIATION,
    PolicyTopic.HEALTH: Department.HEALTH_OFFICE,
    PolicyTopic.EMPLOYMENT: Department.LABOUR_OFFICE,
    PolicyTopic.EDUCATION: Department.EDUCATION_OFFICE,
    PolicyTopic.OTHER: Department.SERVICE_CENTRE,
}
"""Who answers what, where nobody says otherwise."""


class WorkingTime(Protocol):
    """The office's hours, by the Chinese calendar of working days."""

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole working minutes."""
        ...

    def after(self, start: datetime, minutes: int) -> datetime:
        """When so many working minutes have passed."""
        ...


class QuestionStatus(StrEnum):
    ASKED = "asked"
    ROUTED = "routed"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


S = QuestionStatus
MOVES: states.Moves[QuestionStatus] = {
    S.ASKED: {"route": (S.ROUTED,), "withdraw": (S.WITHDRAWN,)},
    S.ROUTED: {"route": (), "answer": (S.ANSWERED,), "withdraw": (S.WITHDRAWN,)},
    S.ANSWERED: {},
    S.WITHDRAWN: {},
}


@dataclass
class Question:
    """One question with its answer. Times are UTC."""

    id: str
    status: QuestionStatus
    site: str
    resident: str
    topic: PolicyTopic
    text: str
    channel: str
    on_behalf: str | None
    asked_by: str  # id of the client
    asked_at: datetime
    due: datetime  # to be routed, or to be answered
    department: Department | None = None
    routings: int = 0
    overdue: bool = False  # told for the present stage
    answer: str | None = None
    basis: str | None = None
    files: list[str] = field(default_factory=list)
    answered_at: datetime | None = None
    minutes: int | None = None  # from asked to answered
    working_minutes: int | None = None

    @classmethod
    def ask(
        cls, id: str, command: AskQuestion, client: str, now: datetime, time: WorkingTime
    ) -> tuple["Question", list[Event]]:
        """It waits to be routed, unless the asker knows whose it is."""
        question = cls(
            id=id,
            status=QuestionStatus.ASKED,
            site=command.site,
            resident=command.resident,
            topic=command.topic,
            text=command.text,
            channel=command.channel,
            on_behalf=command.on_behalf.channel if command.on_behalf else None,
            asked_by=client,
            asked_at=now,
            due=time.after(now, ROUTE_WITHIN_MINUTES),
        )
        asked = question._tell(
            told.QuestionAsked,
            resident=question.resident,
            channel=question.channel,
            on_behalf=question.on_behalf is not None,
        )
        if command.department is None:
            return question, [asked]
        routed = question.route(RouteQuestion(department=command.department), now, time)
        return question, [asked, *routed]

    def route(self, command: RouteQuestion, now: datetime, time: WorkingTime) -> Sequence[Event]:
        """To a department; again where it was the wrong one, which has its time anew."""
        states.require(MOVES, self.status, "route", QUESTION)
        department = command.department or DEPARTMENTS[self.topic]
        if department is self.department:
            raise invalid("department", "it is there already", "已转至该部门")
        before, self.department = self.department, department
        self.status, self.overdue = QuestionStatus.ROUTED, False
        self.due = time.after(now, ANSWER_WITHIN_MINUTES)
        self.routings += 1
        return [
            self._tell(
                told.QuestionRouted, department=department, before=before, answer_by=self.due
            )
        ]

    def reply(self, command: AnswerQuestion, now: datetime, time: WorkingTime) -> Sequence[Event]:
        """The department answers."""
        states.require(MOVES, self.status, "answer", QUESTION)
        self.status, self.answered_at = QuestionStatus.ANSWERED, now
        self.answer, self.basis, self.files = command.text, command.basis, list(command.files)
        self.minutes = int((now - self.asked_at).total_seconds() // 60)
        self.working_minutes = time.minutes_between(self.asked_at, now)
        return [
            self._tell(
                told.QuestionAnswered,
                resident=self.resident,
                department=self.department,
                minutes=self.minutes,
                working_minutes=self.working_minutes,
                routings=self.routings,
            )
        ]

    def withdraw(self, now: datetime) -> Sequence[Event]:
        """It need not be answered any more."""
        states.require(MOVES, self.status, "withdraw", QUESTION)
        self.status = QuestionStatus.WITHDRAWN
        return [self._tell(told.QuestionWithdrawn)]

    def due_at(self) -> datetime | None:
        """When it is overdue; None where that was told, or nothing is to be done."""
        return self.due if MOVES[self.status] and not self.overdue else None

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """Tell once in each stage that it takes too long."""
        due = self.due_at()
        if due is None or now < due:
            return []
        self.overdue = True
        return [self._tell(told.QuestionOverdue, department=self.department, since=due)]

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(
            question=self.id,
            site=self.site,
            topic=self.topic,
            theme=Theme.POLICY,
            modes=[Mode.LECTURE],
            **facts,
        )

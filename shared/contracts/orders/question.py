"""What is told of a policy question (plan, 三.2: answering residents' questions)."""

from enum import StrEnum

from shared.contracts.base import Id, Moment, PersonRef, SiteEvent
from shared.contracts.vocabulary import Department, Mode, Theme


class PolicyTopic(StrEnum):
    """What policy it is about (plan, 三.2: 文明、民政、社保、计生、普法, and what is 送)."""

    CIVILITY = "civility"
    CIVIL_AFFAIRS = "civil-affairs"
    SOCIAL_SECURITY = "social-security"
    FAMILY_PLANNING = "family-planning"
    LAW = "law"
    SCIENCE = "science"
    HEALTH = "health"
    EMPLOYMENT = "employment"
    EDUCATION = "education"
    OTHER = "other"


class QuestionEvent(SiteEvent):
    """What every event of a question carries."""

    question: Id
    topic: PolicyTopic
    theme: Theme
    modes: list[Mode]


class QuestionAsked(QuestionEvent, name="orders.question.asked", version=1):
    """A resident wants to know."""

    resident: PersonRef
    channel: str
    on_behalf: bool


class QuestionRouted(QuestionEvent, name="orders.question.routed", version=1):
    """It is for this department to answer, by then."""

    department: Department
    before: Department | None
    answer_by: Moment


class QuestionAnswered(QuestionEvent, name="orders.question.answered", version=1):
    """It was answered; how long that took since it was asked."""

    resident: PersonRef
    department: Department
    minutes: int
    working_minutes: int
    routings: int


class QuestionOverdue(QuestionEvent, name="orders.question.overdue", version=1):
    """Nobody has routed it, or the department has not answered, in time."""

    department: Department | None
    since: Moment


class QuestionWithdrawn(QuestionEvent, name="orders.question.withdrawn", version=1):
    """It need not be answered any more."""

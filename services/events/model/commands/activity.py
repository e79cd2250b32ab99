"""What can be asked of activities (活动)."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.events.model.commands.series import SeriesCode
from shared.contracts.base import OR_IN_CHINESE, Command, Id, Line, Moment, SiteCode
from shared.contracts.events import RoomCode, SessionCode
from shared.contracts.texts import PlainLine
from shared.contracts.vocabulary import ActivityKind, Audience, Department, Mode, Theme

MOST_SESSIONS = 60  # a course of a year, weekly
MOST_SEATS = 2000
T = TypeVar("T", "SessionFacts", "ActivityTerms")
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
OutsideHours = Annotated[
    Line | None,
    Field(description="Why it is held outside of the site's opening hours; else that is refused"),
]
Seats = Annotated[int, Field(ge=1, le=MOST_SEATS)]


class SessionFacts(Command):
    """One session (场次); `capacity` where it has fewer seats than the activity."""

    code: SessionCode
    starts_at: Moment
    ends_at: Moment
    room: RoomCode | None = None
    capacity: Seats | None = None

    @model_validator(mode="after")
    def _forward(self) -> "SessionFacts":
        return _require_forward(self)


class Question(BaseModel):
    """Asked of who registers. No name, telephone or address may be asked: see the handbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    text: Line
    choices: Annotated[list[Line], Field(max_length=30)] = []
    required: bool = False


class Post(BaseModel):
    """A post (岗位) that helpers fill: a shift of volunteers for each session it is in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    title: PlainLine
    hands: Annotated[int, Field(ge=1, le=500)]
    sessions: Annotated[
        list[SessionCode], Field(max_length=MOST_SESSIONS, description="Empty: each of them")
    ] = []
    minutes_before: Annotated[
        int, Field(ge=0, le=480, description="Helpers begin so long before the session")
    ] = 0
    minutes_after: Annotated[
        int, Field(ge=0, le=480, description="Helpers end so long after the session")
    ] = 0
    by_hand: Annotated[bool, Field(description="No shifts are planned of it by themselves")] = False


class ActivityTerms(Command):
    """What may still change once it is announced."""

    title: Line
    starts_at: Moment
    ends_at: Moment
    capacity: Annotated[Seats, Field(description="People, over all sessions together")]
    room: Annotated[RoomCode | None, Field(description="Of the only session")] = None
    sessions: Annotated[
        list[SessionFacts],
        Field(max_length=MOST_SESSIONS, description="Empty: one, from starts_at to ends_at"),
    ] = []
    audience: Annotated[list[Audience], Field(max_length=len(Audience))] = []
    departments: Annotated[
        list[Department], Field(max_length=len(Department), description="To co-organise it")
    ] = []
    posts: Annotated[list[Post], Field(max_length=30)] = []
    questions: Annotated[list[Question], Field(max_length=10)] = []
    approval: Annotated[bool, Field(description="The hosts approve each registration")] = False
    party_max: Annotated[int, Field(ge=1, le=50, description="People a registration")] = 1
    offer_minutes: Annotated[
        int | None,
        Field(ge=5, le=7 * 24 * 60, description="How long a seat waits for who moves up"),
    ] = None
    registration_opens_at: Moment | None = None
    registration_closes_at: Moment | None = None
    notice_hours: Annotated[
        int, Field(ge=0, le=14 * 24, description="Residents cancel until so long before")
    ] = 0
    public: Annotated[bool, Field(description="In the public lists and calendars")] = True
    outside_hours: OutsideHours = None

    @model_validator(mode="after")
    def _sessions_fit(self) -> "ActivityTerms":
        _require_forward(self)
        codes = {each.code for each in self.sessions}
        if len(codes) < len(self.sessions):
            raise ValueError(
                f"sessions should have different codes{OR_IN_CHINESE}sessions 的 code 不得重复"
            )
        inside = all(
            self.starts_at <= each.starts_at and each.ends_at <= self.ends_at
            for each in self.sessions
        )
        if not inside or (self.room and self.sessions):
            raise ValueError(
                "sessions should lie between starts_at and ends_at, and name their own rooms"
                f"{OR_IN_CHINESE}sessions 须在 starts_at 与 ends_at 之间,并各自指定 room"
            )
        return self


class AnnounceActivity(ActivityTerms):
    """Any organised gathering: lecture, party-day, performance, service."""

    site: SiteCode
    theme: Theme
    modes: Annotated[list[Mode], Field(min_length=1, max_length=6)]
    series: SeriesCode | None = None
    kind: ActivityKind = ActivityKind.OTHER
    organiser: Annotated[Department | None, Field(description="None: the site itself")] = None
    project: Annotated[Code | None, Field(description="Of the project library (项目库)")] = None
    plan: Annotated[Id | None, Field(description="The year's plan it comes from")] = None
    entry: Annotated[Code | None, Field(description="The entry of that plan")] = None


class ChangeActivity(ActivityTerms):
    """The whole of the terms, as they are to be."""


class CancelActivity(Command):
    """It will not be held."""

    reason: Line


class CancelSession(Command):
    """One session will not be held."""

    reason: Line


class HoldActivity(Command):
    """A session was held: its attendances are fixed."""

    session: Annotated[SessionCode | None, Field(description="None: the only one left")] = None


class AcceptPart(Command):
    """The department co-organises it."""


class DeclinePart(Command):
    """The department does not."""

    reason: Line | None = None


def _require_forward(facts: T) -> T:
    if facts.ends_at <= facts.starts_at:
        raise ValueError(
            f"ends_at should be after starts_at{OR_IN_CHINESE}ends_at 应晚于 starts_at"
        )
    return facts

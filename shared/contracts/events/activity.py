"""What is told of activities (活动), their sessions (场次) and their departments."""

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Id, Moment, SiteEvent
from shared.contracts.events.room import RoomCode, SessionCode
from shared.contracts.vocabulary import ActivityKind, Audience, Department, Mode, Theme


class ActivityEvent(SiteEvent):
    """What every event of an activity carries."""

    activity: Id
    theme: Theme
    modes: list[Mode]
    series: str | None
    kind: ActivityKind = ActivityKind.OTHER
    project: str | None = None
    organiser: Department | None = None


class RoomWanted(BaseModel):
    """A room for one session; each asking has a booking of its own."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    room: RoomCode
    booking: Id


class SessionTold(BaseModel):
    """One session of an activity. `capacity` in people; None: as many as the activity has."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    session: SessionCode
    starts_at: Moment
    ends_at: Moment
    capacity: int | None = None
    wanted: RoomWanted | None = None
    cancelled: bool = False


class HelpersWanted(BaseModel):
    """A post (岗位) of one session: volunteers serve a shift of their own for it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    post: str
    session: SessionCode
    title: str
    hands: int
    starts_at: Moment
    ends_at: Moment


class ActivityFactsEvent(ActivityEvent):
    """All of an activity's facts that others may know."""

    title: str
    starts_at: Moment
    ends_at: Moment
    capacity: int
    sessions: list[SessionTold] = []
    audience: list[Audience] = []
    public: bool = True
    revision: int = 0
    departments: list[Department] = []
    posts: dict[str, int] = {}
    helpers: list[HelpersWanted] = []
    plan: Id | None = None
    entry: str | None = None


class ActivityAnnounced(ActivityFactsEvent, name="events.activity.announced", version=1):
    """An activity may be registered for."""


class ActivityChanged(ActivityFactsEvent, name="events.activity.changed", version=1):
    """The whole of its facts, as they are now, and the bookings of rooms that it gives back."""

    released: list[RoomWanted] = []


class ActivityCancelled(ActivityEvent, name="events.activity.cancelled", version=1):
    """It will not be held."""

    reason: str
    released: list[RoomWanted] = []
    revision: int = 0
    plan: Id | None = None
    entry: str | None = None


class SessionCancelled(ActivityEvent, name="events.session.cancelled", version=1):
    """One of its sessions will not be held; the others will."""

    session: SessionCode
    starts_at: Moment
    reason: str
    released: list[RoomWanted] = []
    revision: int = 0


class ActivityHeld(ActivityEvent, name="events.activity.held", version=1):
    """It was held: one session (场次), with its attendances (人次)."""

    starts_at: Moment
    attendances: int
    session: SessionCode | None = None
    plan: Id | None = None
    entry: str | None = None


class AttendanceCounted(ActivityEvent, name="events.attendance.counted", version=1):
    """People came whom nobody knows by a number: attendances (人次), never people (人数)."""

    session: SessionCode
    starts_at: Moment
    people: int


class DepartmentAccepted(ActivityEvent, name="events.department.accepted", version=1):
    """A department co-organises it (联)."""

    department: Department


class DepartmentDeclined(ActivityEvent, name="events.department.declined", version=1):
    """A department that was asked does not."""

    department: Department


class ArchiveChanged(ActivityEvent, name="events.archive.changed", version=1):
    """Its file (活动档案) has changed; what is still missing, by kind of paper."""

    missing: list[str]


class FundsRecorded(ActivityEvent, name="events.funds.recorded", version=1):
    """Money for it, in fen (1/100 yuan), over all sources; the whole, as it is now."""

    planned: int
    spent: int
    sources: int


class FeedbackGiven(ActivityEvent, name="events.feedback.given", version=1):
    """Somebody who came says how it was; the words stay here."""

    registration: Id
    stars: int

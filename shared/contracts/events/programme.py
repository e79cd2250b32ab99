"""What is told of programmes (培训课程)."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Id, Moment, PersonRef, SiteEvent
from shared.contracts.vocabulary import Mode, Theme


class ProgrammeAudience(StrEnum):
    """Whom a programme is for (plan, 四(五))."""

    NEWCOMERS = "newcomers"  # 新新浦人
    MIGRANT_WORKERS = "migrant-workers"  # 外来务工人员
    EVERYBODY = "everybody"


class ProgrammeEvent(SiteEvent):
    """What every event of a programme carries."""

    programme: Id
    theme: Theme
    modes: list[Mode]
    audience: ProgrammeAudience


class MeetingTold(BaseModel):
    """One session of a programme, by its number from 1."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    session: int
    starts_at: Moment
    ends_at: Moment


class ProgrammeOpened(ProgrammeEvent, name="events.programme.opened", version=1):
    """One may enrol."""

    sessions: int
    starts_at: Moment  # the first session
    ends_at: Moment  # the last one
    capacity: int
    title: str = ""
    meetings: list[MeetingTold] = []
    public: bool = True


class ProgrammeSessionMoved(ProgrammeEvent, name="events.programme.session-moved", version=1):
    """A session has another time than was told."""

    session: int  # from 1
    starts_at: Moment
    ends_at: Moment
    revision: int = 0


class ProgrammeSessionCancelled(
    ProgrammeEvent, name="events.programme.session-cancelled", version=1
):
    """One of its sessions will not be held; so many are to be attended now."""

    session: int  # from 1
    starts_at: Moment
    reason: str
    completes_with: int
    revision: int


class ProgrammeSessionHeld(ProgrammeEvent, name="events.programme.session-held", version=1):
    """One session (场次) with its attendances (人次)."""

    session: int  # from 1
    starts_at: Moment
    attendances: int


class ProgrammeCompleted(ProgrammeEvent, name="events.programme.completed", version=1):
    """It is over: sessions held (场次), attendances (人次), people who came (人数), and those of
    them who have completed it by its rule."""

    sessions: int
    attendances: int
    people: int
    completions: int
    starts_at: Moment


class ProgrammeCancelled(ProgrammeEvent, name="events.programme.cancelled", version=1):
    """It will not be held; told after the cancellation of each enrolment."""

    revision: int = 0


class EnrolmentEvent(ProgrammeEvent):
    """What every event of an enrolment carries."""

    enrolment: Id
    resident: PersonRef


class EnrolmentConfirmed(EnrolmentEvent, name="events.enrolment.confirmed", version=1):
    """A place is taken."""


class EnrolmentWaitlisted(EnrolmentEvent, name="events.enrolment.waitlisted", version=1):
    """All places are taken; the first in the list gets the next one."""


class EnrolmentPromoted(EnrolmentEvent, name="events.enrolment.promoted", version=1):
    """A place became free for the first in the list."""


class EnrolmentCancelled(EnrolmentEvent, name="events.enrolment.cancelled", version=1):
    """The place, or the place in the list, is given back."""


class EnrolmentAttended(EnrolmentEvent, name="events.enrolment.attended", version=1):
    """One attendance of one session."""

    session: int
    starts_at: Moment


class EnrolmentCompleted(EnrolmentEvent, name="events.enrolment.completed", version=1):
    """Enough sessions were attended: 结业."""

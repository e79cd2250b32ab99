"""What can be asked of programmes (培训课程)."""

from typing import Annotated

from pydantic import Field

from services.events.model.commands.activity import OutsideHours
from shared.contracts.base import Command, Line, Moment, Note, PersonRef, SiteCode
from shared.contracts.events import ProgrammeAudience
from shared.contracts.vocabulary import Mode, Theme


class ProgrammeSession(Command):
    """One session of a programme."""

    title: Line
    starts_at: Moment
    ends_at: Moment


class OpenProgramme(Command):
    """One may enrol from now on."""

    site: SiteCode
    title: Line
    about: Note | None = None
    audience: ProgrammeAudience
    theme: Theme
    modes: Annotated[list[Mode], Field(min_length=1, max_length=6)] = [Mode.NURTURE]
    sessions: Annotated[list[ProgrammeSession], Field(min_length=1, max_length=60)]
    capacity: Annotated[int, Field(ge=1, le=500)]
    enrol_until: Moment | None = None  # none: until the first session begins
    completes_with: Annotated[int, Field(ge=1, le=60, description="Sessions to attend for 结业")]
    public: Annotated[bool, Field(description="In the public lists and calendars")] = True
    outside_hours: OutsideHours = None


class Enrol(Command):
    """A resident wants a place."""

    resident: PersonRef


class CancelEnrolment(Command):
    """The resident gives the place back."""


class MoveProgrammeSession(Command):
    """A session that was not held yet has another time."""

    session: Annotated[int, Field(ge=1, le=60, description="From 1")]
    starts_at: Moment
    ends_at: Moment
    outside_hours: OutsideHours = None


class CancelProgrammeSession(Command):
    """A session that was not held yet will not be."""

    session: Annotated[int, Field(ge=1, le=60, description="From 1")]
    reason: Line


class AttendProgramme(Command):
    """The resident has come to a session."""

    session: Annotated[int, Field(ge=1, le=60, description="From 1")]


class HoldProgrammeSession(Command):
    """A session was held: its attendances are fixed."""

    session: Annotated[int, Field(ge=1, le=60, description="From 1")]


class CompleteProgramme(Command):
    """It is over; sessions that were not held count for nobody."""


class CancelProgramme(Command):
    """It will not be held."""

    reason: Line

"""What can be asked of drives (专项行动)."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Command, Id, Line, Moment, Note, SiteCode
from shared.contracts.events import DriveKind
from shared.contracts.vocabulary import Theme

Cases = Annotated[int, Field(ge=0, le=10_000)]
Photographs = Annotated[list[Id], Field(max_length=30)]


class DriveTask(Command):
    """One task of the list."""

    site: SiteCode
    title: Line


class OpenDrive(Command):
    """The task list is out; the sites are those that the tasks name."""

    site: Annotated[SiteCode, Field(description="Who leads it")]
    kind: DriveKind
    title: Line
    theme: Theme = Theme.CIVILITY
    starts_at: Moment
    ends_at: Moment
    tasks: Annotated[list[DriveTask], Field(min_length=1, max_length=300)]


class ReportTask(Command):
    """What was done. Photographs are named by the ids of their files."""

    task: Id
    found: Cases = 0
    mended: Cases = 0
    helpers: Annotated[int, Field(ge=0, le=5000)] = 0
    before: Photographs = []
    after: Photographs = []
    note: Note | None = None
    done: bool = False


class CloseDrive(Command):
    """It is over."""

    summary: Note | None = None


class CancelDrive(Command):
    """It is called off."""

    reason: Line

"""What can be asked of a year's plan (全年活动计划)."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.events.model.commands.activity import Code
from services.events.model.commands.series import SeriesCode
from services.events.model.commands.site import Year
from shared.contracts.base import Command, Line, PersonRef, SiteCode
from shared.contracts.events import RoomCode, TimeOfDay
from shared.contracts.vocabulary import ActivityKind, Festival, Mode, Theme

MOST_SITES = 2000
MOST_ENTRIES = 400  # of a site in a year: one a day


class DraftPlans(Command):
    """A draft for each site, of the year's festivals and the series. A plan that is there stays."""

    year: Year
    sites: Annotated[
        list[SiteCode], Field(max_length=MOST_SITES, description="Empty: all that are open")
    ] = []


class PlannedEntry(BaseModel):
    """What a site means to hold on a day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line
    day: date
    theme: Theme
    modes: Annotated[list[Mode], Field(min_length=1, max_length=len(Mode))]
    kind: ActivityKind = ActivityKind.OTHER
    series: SeriesCode | None = None
    festival: Festival | None = None
    starts: Annotated[TimeOfDay | None, Field(description="In Asia/Shanghai")] = None
    minutes: Annotated[int | None, Field(ge=10, le=24 * 60)] = None
    room: RoomCode | None = None
    people: Annotated[list[PersonRef], Field(max_length=30, description="Who organise it")] = []


class AdjustPlan(Command):
    """Entries put in, or in the place of what was; and entries dropped."""

    put: Annotated[dict[Code, PlannedEntry], Field(max_length=MOST_ENTRIES)] = {}
    drop: Annotated[list[Code], Field(max_length=MOST_ENTRIES)] = []


class ConfirmPlan(Command):
    """The site stands by it."""

"""What is told of sites (所, 站, 点): the registry, who leads them, and what they plan."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.contracts.base import OR_IN_CHINESE, PersonRef, SiteCode, SiteEvent
from shared.contracts.vocabulary import SiteLevel

CommunityCode = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
"""Statistical code of a community (区划代码)."""

TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""`HH:MM` in Asia/Shanghai."""


class Position(BaseModel):
    """Degrees in WGS 84, never in GCJ-02 (火星坐标): maps of Chinese services shift it first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class OpeningHours(BaseModel):
    """One stretch of one weekday in which a site is open (开放时间)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekday: Annotated[int, Field(ge=1, le=7, description="1 is Monday")]
    opens: TimeOfDay
    closes: TimeOfDay

    @model_validator(mode="after")
    def _forward(self) -> "OpeningHours":
        if self.closes <= self.opens:
            raise ValueError(f"closes should be after opens{OR_IN_CHINESE}closes 应晚于 opens")
        return self


class SiteFactsEvent(SiteEvent):
    """All that others may know of a site. Its street address stays in the registry."""

    level: SiteLevel
    title: str
    title_en: str
    communities: list[CommunityCode]
    demonstration: bool
    position: Position | None
    hours: list[OpeningHours] = []
    drawn_at: Annotated[
        Position | None,
        Field(
            description="Where a map draws it while `position` is unknown: a schematic place,"
            " to be marked as such, and no ground for a distance"
        ),
    ] = None


class SiteOpened(SiteFactsEvent, name="events.site.opened", version=1):
    """An institute, station or point (所, 站, 点) exists."""


class SiteChanged(SiteFactsEvent, name="events.site.changed", version=1):
    """The whole of what `opened` told, as it is now; also after a move."""


class SiteClosed(SiteEvent, name="events.site.closed", version=1):
    """Nothing new may be held or ordered here."""

    successor: SiteCode | None = None


class SiteLed(SiteEvent, name="events.site.led", version=1):
    """A leading group (领导小组) is in office from a day on (plan, 六(一))."""

    head: PersonRef
    members: int
    since: date


class SiteResponsible(SiteEvent, name="events.site.responsible", version=1):
    """Somebody is the responsible person (责任人) from a day on."""

    person: PersonRef
    since: date


class SiteWorkPlanned(SiteEvent, name="events.site.work-planned", version=1):
    """A work plan (工作方案) of a year is laid down, or laid down anew."""

    year: int
    revision: int

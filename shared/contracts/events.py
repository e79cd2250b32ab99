"""What the events service tells: sites, series, activities."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import Event, Id, Moment, PersonRef, SiteEvent
from shared.contracts.vocabulary import Mode, SiteLevel, Theme

CommunityCode = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
"""Statistical code of a community (区划代码)."""


class Position(BaseModel):
    """WGS 84, degrees."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class SiteOpened(SiteEvent, name="events.site.opened", version=1):
    """An institute, station or point (所, 站, 点) exists."""

    level: SiteLevel
    title: str
    title_en: str
    communities: list[CommunityCode]
    demonstration: bool
    position: Position | None


class SiteChanged(SiteEvent, name="events.site.changed", version=1):
    """The whole of what `opened` told, as it is now."""

    level: SiteLevel
    title: str
    title_en: str
    communities: list[CommunityCode]
    demonstration: bool
    position: Position | None


class SiteClosed(SiteEvent, name="events.site.closed", version=1):
    """Nothing new may be held or ordered here."""


class SeriesPlanned(Event, name="events.series.planned", version=1):
    """A brand or series (品牌活动, 系列活动)."""

    series: Id
    code: str
    title: str
    title_en: str
    theme: Theme


class ActivityEvent(SiteEvent):
    """What every event of an activity carries."""

    activity: Id
    theme: Theme
    modes: list[Mode]
    series: str | None


class ActivityAnnounced(ActivityEvent, name="events.activity.announced", version=1):
    """An activity may be registered for."""

    title: str
    starts_at: Moment
    ends_at: Moment
    capacity: int


class ActivityCancelled(ActivityEvent, name="events.activity.cancelled", version=1):
    """It will not be held."""

    reason: str


class ActivityHeld(ActivityEvent, name="events.activity.held", version=1):
    """It was held: one session (场次), with its attendances (人次)."""

    starts_at: Moment
    attendances: int


class RegistrationEvent(ActivityEvent):
    """What every event of a registration carries."""

    registration: Id
    resident: PersonRef


class RegistrationConfirmed(RegistrationEvent, name="events.registration.confirmed", version=1):
    """A seat is taken."""


class RegistrationWaitlisted(RegistrationEvent, name="events.registration.waitlisted", version=1):
    """All seats are taken; the first in the list gets the next one."""


class RegistrationPromoted(RegistrationEvent, name="events.registration.promoted", version=1):
    """A seat became free for the first in the list."""


class RegistrationCancelled(RegistrationEvent, name="events.registration.cancelled", version=1):
    """The resident gives the seat, or the place in the list, back."""


class RegistrationAttended(RegistrationEvent, name="events.registration.attended", version=1):
    """The resident has come: one attendance."""

    starts_at: Moment

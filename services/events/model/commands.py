"""What can be asked of the events service."""

from typing import Annotated

from pydantic import Field, model_validator

from shared.contracts.base import OR_IN_CHINESE, Command, Line, Moment, PersonRef, SiteCode
from shared.contracts.events import CommunityCode, Position
from shared.contracts.vocabulary import Mode, SiteLevel, Theme

SeriesCode = Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]


class SiteFacts(Command):
    """What is known of a site."""

    level: SiteLevel
    title: Line
    title_en: Line
    communities: Annotated[list[CommunityCode], Field(max_length=50)] = []
    demonstration: Annotated[bool, Field(description="示范点")] = False
    position: Position | None = None


class OpenSite(SiteFacts):
    """A new institute, station or point. The code is its station code (站点编码)."""

    code: SiteCode


class ChangeSite(SiteFacts):
    """The whole of the facts, as they are to be."""


class CloseSite(Command):
    """Nothing new may be held or ordered here."""


class PlanSeries(Command):
    """A brand or series (品牌活动, 系列活动)."""

    code: SeriesCode
    title: Line
    title_en: Line
    theme: Theme


class AnnounceActivity(Command):
    """Any organised gathering: lecture, party-day, performance, service."""

    site: SiteCode
    title: Line
    theme: Theme
    modes: Annotated[list[Mode], Field(min_length=1, max_length=6)]
    starts_at: Moment
    ends_at: Moment
    capacity: Annotated[int, Field(ge=1, le=2000)]
    series: SeriesCode | None = None

    @model_validator(mode="after")
    def _forward(self) -> "AnnounceActivity":
        if self.ends_at <= self.starts_at:
            raise ValueError(
                f"ends_at should be after starts_at{OR_IN_CHINESE}ends_at 应晚于 starts_at"
            )
        return self


class CancelActivity(Command):
    """It will not be held."""

    reason: Line


class HoldActivity(Command):
    """It was held: its attendances are fixed."""


class Register(Command):
    """A resident wants a seat."""

    resident: PersonRef


class CancelRegistration(Command):
    """The resident gives the seat, or the place in the list, back."""


class Attend(Command):
    """The resident has come."""

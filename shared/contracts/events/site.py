"""What is told of sites (所, 站, 点)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import SiteEvent
from shared.contracts.vocabulary import SiteLevel

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

"""For everybody, without a key: what is on, as a list and as a calendar; where the sites are."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.events.listing import Listings
from services.events.model.commands import SeriesCode
from services.events.model.site import SiteStatus
from services.events.store import Store, series_id
from shared.contracts.base import SiteCode
from shared.contracts.vocabulary import Audience, SiteLevel, Theme
from shared.errors import NotFound
from shared.storage.mongo import Document
from shared.web.api import Api, Call, File
from shared.web.icalendar_feed import CACHED_SECONDS, MEDIA_TYPE, calendar

api: Api[Store] = Api()

MOST_SITES = 2000


class ListingQuery(BaseModel):
    """Which activities; all of them where nothing is said."""

    model_config = ConfigDict(extra="forbid")

    site: SiteCode | None = None
    series: SeriesCode | None = None
    audience: Annotated[Audience | None, Field(description="And what is for everybody")] = None

    @property
    def wanted(self) -> Document:
        found: Document = self.model_dump(include={"site", "series"}, exclude_none=True)
        if self.audience:
            # what names no audience is for everybody
            meant = [{"audience": self.audience}, {"audience": Audience.EVERYONE}]
            found["$or"] = [*meant, {"audience": []}]
        return found


class PublicSession(BaseModel):
    session: str
    starts_at: datetime
    ends_at: datetime
    place: str


class PublicActivity(BaseModel):
    """An activity, or a programme (培训课程). Nothing of who comes."""

    activity: str = Field(description="Its id; of a programme, `prg_…`")
    site: str
    title: str
    theme: Theme
    kind: str = Field(description="Kind of activity, or `programme`")
    series: str | None
    audience: list[str]
    capacity: int
    sessions: list[PublicSession]


class PublicActivities(BaseModel):
    items: list[PublicActivity]


class SiteFeature(BaseModel):
    """A GeoJSON feature (RFC 7946, so WGS 84). Where the position is not known, `geometry` is a
    schematic place with `schematic` true, or null."""

    type: str = "Feature"
    id: str
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class SiteMap(BaseModel):
    """A GeoJSON feature collection."""

    type: str = "FeatureCollection"
    features: list[SiteFeature]


class MapQuery(BaseModel):
    """Which sites."""

    model_config = ConfigDict(extra="forbid")

    level: SiteLevel | None = None


@api.query("/v1/public/activities", public=True)
def list_activities(call: Call[Store], query: ListingQuery) -> PublicActivities:
    """What is on, soonest first."""
    found = _listings(call).coming(query.wanted, call.clock.now())
    return PublicActivities.model_validate({"items": found})


@api.query("/v1/public/activities.ics", public=True, media=[MEDIA_TYPE])
def subscribe(call: Call[Store], query: ListingQuery) -> File:
    """The same as a calendar to subscribe to (RFC 5545)."""
    now = call.clock.now()
    content = calendar(_name(call, query), _listings(call).entries(query.wanted, now), now)
    return File(content, MEDIA_TYPE, cache=f"public, max-age={CACHED_SECONDS}")


@api.query("/v1/public/sites.geojson", public=True)
def map_of_sites(call: Call[Store], query: MapQuery) -> SiteMap:
    """Where the open sites are, for a map."""
    wanted = {"status": SiteStatus.OPEN} | query.model_dump(exclude_none=True)
    features = []
    for each in call.app.sites.find(wanted, limit=MOST_SITES):
        site = each.state
        at = site.position or site.drawn_at
        point = {"type": "Point", "coordinates": [at.longitude, at.latitude]} if at else None
        properties: dict[str, Any] = {
            "level": site.level,
            "title": site.title,
            "title_en": site.title_en,
            "address": site.address,
            "demonstration": site.demonstration,
            "schematic": site.position is None and at is not None,
            "hours": [hours.model_dump() for hours in site.hours],
        }
        features.append(SiteFeature(id=site.code, geometry=point, properties=properties))
    return SiteMap(features=features)


def _listings(call: Call[Store]) -> Listings:
    return Listings(call.app, call.app.listing_rows())


def _name(call: Call[Store], query: ListingQuery) -> str:
    """Of the calendar, as programs show it."""
    try:
        if query.series:
            return call.app.series.load(series_id(query.series)).state.title
        if query.site:
            return f"{call.app.site(query.site).title} 活动"
    except NotFound:
        pass
    return "新时代文明实践活动"

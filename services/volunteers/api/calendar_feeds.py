"""Calendar feeds over HTTP: opened and revoked by clients, read by whoever knows the address."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from services.volunteers.model import commands as asked
from services.volunteers.model.calendar_feed import CalendarFeed, FeedOf, FeedStatus
from services.volunteers.model.shift import ShiftStatus
from services.volunteers.model.sign_up import LISTED, SignUpStatus
from services.volunteers.rosters import Rosters
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.errors import NotFound, Text
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, File, Page
from shared.web.icalendar_feed import CACHED_SECONDS, MEDIA_TYPE, Entry, Standing, calendar
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()

UID_DOMAIN = "volunteers.shijian"
BEHIND, AHEAD = timedelta(days=60), timedelta(days=400)
"""What a feed shows. A calendar takes out what is no longer in it."""


class FeedsQuery(PageQuery):
    """Whose."""

    owner: Annotated[str | None, Field(max_length=64, description="Volunteer or team")] = None


@api.command("/v1/calendar-feeds", scope="feeds:write", made="id")
def open_feed(call: Call[Store], body: asked.OpenFeed) -> Receipt:
    """An address for the shifts and orders of a volunteer, or the shifts of a team. The feed's id
    is the hash of the secret."""
    id = Rosters.feed_id(body.secret)

    def build(now: datetime) -> tuple[CalendarFeed, list[Event]]:
        if body.volunteer:
            site = call.read(call.app.volunteers, body.volunteer).state.site
            return CalendarFeed.open(FeedOf.VOLUNTEER, body.volunteer, site)
        site = call.read(call.app.teams, body.team or "").state.site
        return CalendarFeed.open(FeedOf.TEAM, body.team or "", site)

    return call.app.rosters.feeds.make(id, call.origin, build)


@api.command("/v1/calendar-feeds/{id}/revoke", scope="feeds:write")
def revoke(call: Call[Store], id: str, body: asked.RevokeFeed) -> Receipt:
    """The address shows nothing any more."""
    return call.change(call.app.rosters.feeds, id, lambda feed, now: feed.revoke(now))


@api.query("/v1/calendar-feeds/{id}", scope="feeds:write")
def read_feed(call: Call[Store], id: str) -> Loaded[CalendarFeed]:
    """Whose it is, and whether it is open."""
    return call.read(call.app.rosters.feeds, id)


@api.query("/v1/calendar-feeds", scope="feeds:write")
def list_feeds(call: Call[Store], query: FeedsQuery) -> Page[CalendarFeed]:
    """Addresses, without their secrets, which nobody keeps."""
    criteria: Document = query.model_dump(include={"owner"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.rosters.feeds, criteria, query)


@api.query("/v1/calendars/{secret}.ics", public=True, media=[MEDIA_TYPE])
def read_calendar(call: Call[Store], secret: str) -> File:
    """The calendar behind a secret address, as iCalendar (RFC 5545)."""
    feed = _feed(call.app.rosters, secret)
    now = call.clock.now()
    if feed.of is FeedOf.VOLUNTEER:
        title, entries = "志愿服务", list(_of_volunteer(call.app, feed.owner, now))
    else:
        title = call.app.teams.load(feed.owner).state.title
        entries = list(_of_team(call.app, feed.owner, now))
    content = calendar(title, entries, now)
    return File(
        content,
        MEDIA_TYPE + "; charset=utf-8",
        name="shijian.ics",
        cache=f"private, max-age={CACHED_SECONDS}",
    )


def _feed(rosters: Rosters, secret: str) -> CalendarFeed:
    """Unknown and revoked are one: whoever tries addresses learns nothing."""
    try:
        feed = rosters.feeds.load(Rosters.feed_id(secret)).state
    except NotFound:
        feed = None
    if feed is None or feed.status is FeedStatus.REVOKED:
        raise NotFound(Text("There is no such calendar.", "没有该日历。"))
    return feed


def _of_volunteer(store: Store, volunteer: str, now: datetime) -> Iterator[Entry]:
    """Shifts of whichever time, and what the calendar holds for orders."""
    site = partial(_title, {each["_id"]: each for each in store.sites.all()})
    for each in store.rosters.between({"volunteers": volunteer}, now - BEHIND, now + AHEAD):
        shift = each.state
        statuses = {h.status for h in shift.sign_ups.values() if h.volunteer == volunteer}
        yield Entry(
            uid=f"{each.id}@{UID_DOMAIN}",
            sequence=each.version,
            title=shift.post,
            place=site(shift.site),
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            standing=_standing(not statuses & {SignUpStatus.REQUESTED, SignUpStatus.PENDING}),
            remind_minutes_before=tuple(shift.remind_minutes_before),
        )
    for id, booking in store.calendar(volunteer).bookings.items():
        if booking.order:
            yield Entry(
                uid=f"{id}@{UID_DOMAIN}",
                sequence=0,
                title="点单服务",
                place=site(booking.site or ""),
                starts_at=booking.starts_at,
                ends_at=booking.ends_at,
                remind_minutes_before=(60,),
            )


def _of_team(store: Store, team: str, now: datetime) -> Iterator[Entry]:
    """Its own shifts, with how many are in, and not who."""
    site = partial(_title, {each["_id"]: each for each in store.sites.all()})
    standing = {"team": team, "status": {"$ne": ShiftStatus.CANCELLED}}
    for each in store.rosters.between(standing, now - BEHIND, now + AHEAD):
        shift = each.state
        inside = sum(
            held.status in LISTED - {SignUpStatus.REQUESTED} for held in shift.sign_ups.values()
        )
        yield Entry(
            uid=f"{each.id}@{UID_DOMAIN}",
            sequence=each.version,
            title=f"{shift.post} {inside}/{shift.hands}",
            place=site(shift.site),
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            standing=_standing(inside >= shift.hands),
        )


def _standing(firm: bool) -> Standing:
    return Standing.CONFIRMED if firm else Standing.TENTATIVE


def _title(sites: dict[str, dict[str, str]], code: str) -> str:
    return sites[code]["title"] if code in sites else code

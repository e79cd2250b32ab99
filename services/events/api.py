"""The events service over HTTP: parse, check the site, call, answer. It decides nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.events.model import commands as asked
from services.events.model.activity import Activity, ActivityStatus
from services.events.model.series import Series
from services.events.model.site import Site
from services.events.store import Store, series_id, site_id
from shared.contracts.base import Event, SiteCode
from shared.contracts.vocabulary import SiteLevel, Theme
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.ids import derived_id
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


# ---- sites ----


class SitesQuery(PageQuery):
    """Filters of the registry of sites."""

    level: SiteLevel | None = None


@api.command("/v1/sites", scope="sites:write", made=True)
def open_site(call: Call[Store], body: asked.OpenSite) -> Receipt:
    """A new institute, station or point."""
    return call.app.sites.make(site_id(body.code), call.origin, lambda now: Site.open(body))


@api.query("/v1/sites/{code}", scope="sites:read")
def read_site(call: Call[Store], code: str) -> Loaded[Site]:
    """One site, by its code."""
    return call.app.sites.load(site_id(code))


@api.query("/v1/sites", scope="sites:read")
def list_sites(call: Call[Store], query: SitesQuery) -> Page[Site]:
    """The registry of sites."""
    criteria = query.model_dump(include={"level"}, exclude_none=True)
    return page_of(call.app.sites, criteria, query)


@api.command("/v1/sites/{code}", scope="sites:write", method="PUT", edits=True)
def change_site(call: Call[Store], code: str, body: asked.ChangeSite) -> Receipt:
    """New facts for old."""
    return call.app.sites.change(
        site_id(code), call.origin, lambda site, now: site.change(body, now), call.expected
    )


@api.command("/v1/sites/{code}/close", scope="sites:write")
def close_site(call: Call[Store], code: str, body: asked.CloseSite) -> Receipt:
    """Nothing new may be held or ordered here."""
    return call.app.sites.change(
        site_id(code), call.origin, lambda site, now: site.close(now), call.expected
    )


# ---- brands and series ----


@api.command("/v1/series", scope="series:write", made=True)
def plan_series(call: Call[Store], body: asked.PlanSeries) -> Receipt:
    """A brand or series (品牌活动, 系列活动)."""
    id = series_id(body.code)
    return call.app.series.make(id, call.origin, lambda now: Series.plan(id, body))


@api.query("/v1/series", scope="activities:read")
def list_series(call: Call[Store], query: PageQuery) -> Page[Series]:
    """All brands and series."""
    return page_of(call.app.series, {}, query)


# ---- activities ----


class ActivitiesQuery(PageQuery):
    """Filters of the list of activities."""

    site: SiteCode | None = None
    status: ActivityStatus | None = None
    theme: Theme | None = None


@api.command("/v1/activities", scope="activities:write", made=True)
def announce(call: Call[Store], body: asked.AnnounceActivity) -> Receipt:
    """An activity may be registered for."""
    call.client.require_site(body.site)
    call.app.require_open(body.site)
    if body.series:
        call.app.require_series(body.series)
    id = call.new_id("act")
    return call.app.activities.make(id, call.origin, lambda now: Activity.announce(id, body, now))


@api.query("/v1/activities/{id}", scope="activities:read")
def read_activity(call: Call[Store], id: str) -> Loaded[Activity]:
    """One activity with its registrations."""
    loaded = call.app.activities.load(id)
    call.client.require_site(loaded.state.site)
    return loaded


@api.query("/v1/activities", scope="activities:read")
def list_activities(call: Call[Store], query: ActivitiesQuery) -> Page[Activity]:
    """Activities of the sites this client may act for."""
    criteria = query.model_dump(include={"site", "status", "theme"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.activities, criteria, query)


@api.command("/v1/activities/{id}/registrations", scope="activities:register")
def register(call: Call[Store], id: str, body: asked.Register) -> Receipt:
    """报名: a seat, or a place in the waiting list."""
    key = call.idempotency_key or call.request_id
    registration = derived_id("reg", call.client.id, call.path, key, body.resident)
    return _change(
        call, id, lambda activity, now: activity.register(registration, body.resident, now)
    )


@api.command("/v1/activities/{id}/registrations/{registration}/cancel", scope="activities:register")
def cancel_registration(
    call: Call[Store], id: str, registration: str, body: asked.CancelRegistration
) -> Receipt:
    """The seat, or the place in the list, is given back."""
    return _change(call, id, lambda activity, now: activity.cancel_registration(registration, now))


@api.command("/v1/activities/{id}/registrations/{registration}/attend", scope="activities:write")
def attend(call: Call[Store], id: str, registration: str, body: asked.Attend) -> Receipt:
    """签到."""
    return _change(call, id, lambda activity, now: activity.attend(registration, now))


@api.command("/v1/activities/{id}/hold", scope="activities:write")
def hold(call: Call[Store], id: str, body: asked.HoldActivity) -> Receipt:
    """It was held: its attendances are fixed."""
    return _change(call, id, lambda activity, now: activity.hold(now))


@api.command("/v1/activities/{id}/cancel", scope="activities:write")
def cancel(call: Call[Store], id: str, body: asked.CancelActivity) -> Receipt:
    """It will not be held."""
    return _change(call, id, lambda activity, now: activity.cancel(body, now))


def _change(
    call: Call[Store], id: str, decide: Callable[[Activity, datetime], Sequence[Event]]
) -> Receipt:
    def checked(activity: Activity, now: datetime) -> Sequence[Event]:
        call.client.require_site(activity.site)
        return decide(activity, now)

    return call.app.activities.change(id, call.origin, checked, call.expected)

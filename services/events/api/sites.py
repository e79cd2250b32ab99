"""The registry of sites over HTTP."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.events.closing import still_to_come
from services.events.model import commands as asked
from services.events.model.site import Site
from services.events.store import Store, site_id
from shared.contracts.base import Event
from shared.contracts.vocabulary import SiteLevel
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class SitesQuery(PageQuery):
    """Filters of the registry of sites."""

    level: SiteLevel | None = None


@api.command("/v1/sites", scope="sites:write", made="code")
def open_site(call: Call[Store], body: asked.OpenSite) -> Receipt:
    """A new institute, station or point."""
    return call.app.sites.make(site_id(body.code), call.origin, lambda now: Site.open(body))


@api.query("/v1/sites/{code}", scope="sites:read")
def read_site(call: Call[Store], code: str) -> Loaded[Site]:
    """One site, by its code, with its rooms and who leads it."""
    return call.app.sites.load(site_id(code))


@api.query("/v1/sites", scope="sites:read")
def list_sites(call: Call[Store], query: SitesQuery) -> Page[Site]:
    """The registry of sites."""
    criteria = query.model_dump(include={"level"}, exclude_none=True)
    return page_of(call.app.sites, criteria, query)


@api.command("/v1/sites/{code}", scope="sites:write", method="PUT", edits=True)
def change_site(call: Call[Store], code: str, body: asked.ChangeSite) -> Receipt:
    """New facts for old."""
    return _change(call, code, lambda site, now: site.change(body, now))


@api.command("/v1/sites/{code}/move", scope="sites:write")
def move_site(call: Call[Store], code: str, body: asked.MoveSite) -> Receipt:
    """It is at another place from a day on."""
    return _change(call, code, lambda site, now: site.move(body, now))


@api.command("/v1/sites/{code}/close", scope="sites:write")
def close_site(call: Call[Store], code: str, body: asked.CloseSite) -> Receipt:
    """Nothing new may be held or ordered here. Refused while activities, programmes or bookings of
    rooms are to come, which the answer names in `to_come`; with `call_off` they are cancelled."""

    def decide(site: Site, now: datetime) -> Sequence[Event]:
        return site.close(now, body, still_to_come(call.app, code, now))

    return _change(call, code, decide)


# ---- what the site's own people keep ----


@api.command("/v1/sites/{code}/rooms", scope="rooms:write")
def add_room(call: Call[Store], code: str, body: asked.AddRoom) -> Receipt:
    """A room (场所) can be used."""
    return _change_own(call, code, lambda site, now: site.add_room(body, now))


@api.command("/v1/sites/{code}/rooms/{room}", scope="rooms:write", method="PUT", edits=True)
def change_room(call: Call[Store], code: str, room: str, body: asked.ChangeRoom) -> Receipt:
    """New facts of a room for old."""
    return _change_own(call, code, lambda site, now: site.change_room(room, body, now))


@api.command("/v1/sites/{code}/rooms/{room}/close", scope="rooms:write")
def close_room(call: Call[Store], code: str, room: str, body: asked.CloseRoom) -> Receipt:
    """Nothing new may be held in it."""
    return _change_own(call, code, lambda site, now: site.close_room(room, now))


@api.command("/v1/sites/{code}/leading-group", scope="sites:lead")
def appoint(call: Call[Store], code: str, body: asked.AppointLeadingGroup) -> Receipt:
    """领导小组: in place of the one before, which stays on record."""
    return _change_own(call, code, lambda site, now: site.appoint(body, now))


@api.command("/v1/sites/{code}/responsible", scope="sites:lead")
def name_responsible(call: Call[Store], code: str, body: asked.NameResponsible) -> Receipt:
    """责任人: in place of the one before, who stays on record."""
    return _change_own(call, code, lambda site, now: site.name_responsible(body, now))


@api.command("/v1/sites/{code}/work-plans", scope="sites:lead")
def lay_down_plan(call: Call[Store], code: str, body: asked.LayDownWorkPlan) -> Receipt:
    """工作方案 of a year; laid down again, it is the next revision."""
    return _change_own(call, code, lambda site, now: site.lay_down_plan(body, now))


def _change(
    call: Call[Store], code: str, decide: Callable[[Site, datetime], Sequence[Event]]
) -> Receipt:
    return call.app.sites.change(site_id(code), call.origin, decide, call.expected)


def _change_own(
    call: Call[Store], code: str, decide: Callable[[Site, datetime], Sequence[Event]]
) -> Receipt:
    """As the site's own people may."""

    def checked(site: Site, now: datetime) -> Sequence[Event]:
        call.client.require_site(site.code)
        return decide(site, now)

    return _change(call, code, checked)

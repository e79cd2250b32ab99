"""The registry of sites over HTTP."""

from services.events.model import commands as asked
from services.events.model.site import Site
from services.events.store import Store, site_id
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

"""Pairings (结对) over HTTP."""

from datetime import datetime

from services.orders.model.commands import pairing as asked
from services.orders.model.pairing import Pairing, PairingStatus
from services.orders.store import Store
from shared.contracts.base import Event, Id, SiteCode
from shared.contracts.orders.pairing import PairingKind
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class PairingsQuery(PageQuery):
    """Filters of the list of pairings."""

    site: SiteCode | None = None
    status: PairingStatus | None = None
    kind: PairingKind | None = None
    volunteer: Id | None = None
    recipient: Id | None = None


@api.command("/v1/pairings", scope="pairings:write", made="id")
def make_pairing(call: Call[Store], body: asked.MakePairing) -> Receipt:
    """A helper stands by a recipient, or a unit by the community of a site."""
    call.client.require_site(body.site)
    id = call.new_id("par")

    def build(now: datetime) -> tuple[Pairing, list[Event]]:
        call.app.sites.require_open(body.site)
        if body.recipient:
            call.app.care.active(body.recipient, body.site)
        return Pairing.make(id, body, now)

    return call.app.care.pairings.make(id, call.origin, build)


@api.query("/v1/pairings", scope="pairings:read")
def list_pairings(call: Call[Store], query: PairingsQuery) -> Page[Pairing]:
    """Pairings of the sites this client may act for, oldest first."""
    criteria = query.model_dump(exclude={"limit", "cursor"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.care.pairings, criteria, query)


@api.query("/v1/pairings/{id}", scope="pairings:read")
def read_pairing(call: Call[Store], id: str) -> Loaded[Pairing]:
    """One pairing."""
    return call.read(call.app.care.pairings, id)


@api.command("/v1/pairings/{id}/end", scope="pairings:write")
def end_pairing(call: Call[Store], id: str, body: asked.EndPairing) -> Receipt:
    """It is over, and why."""
    return call.change(call.app.care.pairings, id, lambda each, now: each.end(body))

"""Wishes (微心愿) over HTTP."""

from collections.abc import Sequence
from datetime import datetime

from services.orders.model.commands import wish as asked
from services.orders.model.wish import Wish, WishStatus
from services.orders.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.vocabulary import Theme
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class WishesQuery(PageQuery):
    """Filters of the list of wishes."""

    site: SiteCode | None = None
    status: WishStatus | None = None
    theme: Theme | None = None


@api.command("/v1/wishes", scope="wishes:make", made="id")
def make_wish(call: Call[Store], body: asked.MakeWish) -> Receipt:
    """A wish off the menu, also on behalf of somebody."""
    call.client.require_site(body.site)
    id = call.new_id("wsh")

    def build(now: datetime) -> tuple[Wish, list[Event]]:
        call.app.sites.require_open(body.site)
        return Wish.make(id, body, call.client.id, now)

    return call.app.wishes.make(id, call.origin, build)


@api.query("/v1/wishes", scope="wishes:read")
def list_wishes(call: Call[Store], query: WishesQuery) -> Page[Wish]:
    """Wishes of the sites this client may act for, oldest first."""
    criteria = query.model_dump(include={"site", "status", "theme"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.wishes, criteria, query)


@api.query("/v1/wishes/{id}", scope="wishes:read")
def read_wish(call: Call[Store], id: str) -> Loaded[Wish]:
    """One wish, with its claims."""
    return call.read(call.app.wishes, id)


@api.command("/v1/wishes/{id}/vet", scope="wishes:vet")
def vet_wish(call: Call[Store], id: str, body: asked.VetWish) -> Receipt:
    """Let it be claimed."""
    return call.change(call.app.wishes, id, lambda wish, now: wish.vet(now))


@api.command("/v1/wishes/{id}/reject", scope="wishes:vet")
def reject_wish(call: Call[Store], id: str, body: asked.RejectWish) -> Receipt:
    """Refuse it, with a reason."""
    return call.change(call.app.wishes, id, lambda wish, now: wish.reject(body, now))


@api.command("/v1/wishes/{id}/claim", scope="wishes:claim")
def claim_wish(call: Call[Store], id: str, body: asked.ClaimWish) -> Receipt:
    """认领, by a volunteer, a unit or a department; of many at once, one has it."""
    return call.change(call.app.wishes, id, lambda wish, now: wish.take(body, now))


@api.command("/v1/wishes/{id}/release", scope="wishes:claim")
def release_wish(call: Call[Store], id: str, body: asked.ReleaseWish) -> Receipt:
    """Give the claim back; others may claim it."""
    return call.change(call.app.wishes, id, lambda wish, now: wish.release(now))


@api.command("/v1/wishes/{id}/grant", scope="wishes:claim")
def grant_wish(call: Call[Store], id: str, body: asked.GrantWish) -> Receipt:
    """It has come true."""

    def grant(wish: Wish, now: datetime) -> Sequence[Event]:
        events = wish.grant(body, now)
        call.app.claim_files(body.photographs, wish.site, "wish", "photographs")
        return events

    return call.change(call.app.wishes, id, grant)


@api.command("/v1/wishes/{id}/withdraw", scope="wishes:make")
def withdraw_wish(call: Call[Store], id: str, body: asked.WithdrawWish) -> Receipt:
    """The resident no longer wishes it."""
    return call.change(call.app.wishes, id, lambda wish, now: wish.withdraw(now))

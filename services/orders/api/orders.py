"""Orders over HTTP: parse, check the site, call, answer. It decides nothing."""

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.orders.api.moving import move
from services.orders.model import commands as asked
from services.orders.model.moves import ENDED, OrderStatus
from services.orders.model.order import Order
from services.orders.store import Store
from shared.contracts.base import Id, Moment, PersonRef, SiteCode
from shared.contracts.orders import ReleaseReason
from shared.contracts.vocabulary import Department
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()

NEAR = timedelta(days=3)
"""Two orders of one resident for the same thing, so near in time, may be one order twice."""
PRIVATE = "orders:private"


# ---- 点单 审单 ----


class OrdersQuery(PageQuery):
    """Filters of the list of orders."""

    site: SiteCode | None = None
    status: OrderStatus | None = None
    item: Annotated[str | None, Field(max_length=64)] = None
    resident: Annotated[str | None, Field(max_length=64)] = None
    grid: Annotated[str | None, Field(max_length=30)] = None
    department: Department | None = None


class SimilarQuery(BaseModel):
    """What somebody is about to order."""

    model_config = ConfigDict(extra="forbid")

    resident: PersonRef
    item: Id
    starts_at: Moment


@api.command("/v1/orders", scope="orders:place", made="id")
def place_order(call: Call[Store], body: asked.PlaceOrder) -> Receipt:
    """点单, also on behalf of somebody (代点单)."""
    call.client.require_site(body.site)
    return call.app.place_order(call.new_id("ord"), body, call.client.id, call.origin)


@api.query("/v1/orders", scope="orders:read", also=(PRIVATE,))
def list_orders(call: Call[Store], query: OrdersQuery) -> Page[Order]:
    """Orders of the sites this client may act for, oldest first."""
    criteria: Document = query.model_dump(
        include={"site", "status", "item", "resident", "grid", "department"}, exclude_none=True
    )
    call.client.limit(criteria)
    if not call.client.may(PRIVATE):
        criteria["private"] = {"$ne": True}
    return page_of(call.app.orders, criteria, query)


@api.query("/v1/similar-orders", scope="orders:read", also=(PRIVATE,))
def list_similar_orders(call: Call[Store], query: SimilarQuery) -> Page[Order]:
    """A hint at intake: what this resident has ordered already of this item, near this time. It
    may well be meant; placing it is never refused for that."""
    criteria: Document = {
        "resident": query.resident,
        "item": query.item,
        "starts_at": {"$gte": query.starts_at - NEAR, "$lte": query.starts_at + NEAR},
        "status": {"$nin": [each for each in ENDED if each is not OrderStatus.CLOSED]},
    }
    call.client.limit(criteria)
    if not call.client.may(PRIVATE):
        criteria["private"] = {"$ne": True}
    return page_of(call.app.orders, criteria, PageQuery(limit=20))


@api.query("/v1/orders/{id}", scope="orders:read", also=(PRIVATE,))
def read_order(call: Call[Store], id: str) -> Loaded[Order]:
    """One order, with its acceptances."""
    return _readable(call, id)


@api.query("/v1/orders/{id}/audit", scope="orders:audit", also=(PRIVATE,))
def read_audit(call: Call[Store], id: str) -> dict[str, list[Document]]:
    """Who did what with it, and when."""
    hidden = {"key", "fingerprint"}
    return {
        "entries": [
            {name: value for name, value in entry.items() if name not in hidden}
            for entry in _readable(call, id).audit
        ]
    }


def _readable(call: Call[Store], id: str) -> Loaded[Order]:
    found = call.read(call.app.orders, id)
    if found.state.private:
        call.client.require_scope(PRIVATE)
    return found


@api.command("/v1/orders/{id}/vet", scope="orders:vet")
def vet(call: Call[Store], id: str, body: asked.VetOrder) -> Receipt:
    """审单: let it pass. An order for a recipient who is a child needs a guardian's consent, and
    two adults from then on."""
    helped = call.app.care.helped
    return move(call, id, lambda order, now: order.vet(now, helped(order.resident)))


@api.command("/v1/orders/{id}/reject", scope="orders:vet")
def reject(call: Call[Store], id: str, body: asked.RejectOrder) -> Receipt:
    """审单: refuse it, with a reason."""
    return move(call, id, lambda order, now: order.reject(call.app.in_words(body, "reject"), now))


# ---- 派单 接单 抢单 ----


@api.command("/v1/orders/{id}/dispatch", scope="orders:dispatch")
def dispatch(call: Call[Store], id: str, body: asked.DispatchOrder) -> Receipt:
    """派单: ask volunteers by name."""
    return move(call, id, lambda order, now: order.dispatch(body, now))


@api.command("/v1/orders/{id}/redispatch", scope="orders:dispatch")
def redispatch(call: Call[Store], id: str, body: asked.RedispatchOrder) -> Receipt:
    """Ask others instead; who accepted and is not named is released."""
    return move(call, id, lambda order, now: order.redispatch(body, now))


@api.command("/v1/orders/{id}/accept", scope="orders:accept")
def accept(call: Call[Store], id: str, body: asked.AcceptOrder) -> Receipt:
    """接单, or 抢单; the volunteer's time is then reserved."""
    acceptance = call.new_id("acc")
    return move(call, id, lambda order, now: order.accept(acceptance, body, now), part=acceptance)


@api.command("/v1/orders/{id}/decline", scope="orders:accept")
def decline(call: Call[Store], id: str, body: asked.DeclineOrder) -> Receipt:
    """A volunteer who was asked says no."""
    return move(call, id, lambda order, now: order.decline(body, now))


@api.command("/v1/orders/{id}/acceptances/{acceptance}/release", scope="orders:accept")
def release(call: Call[Store], id: str, acceptance: str, body: asked.ReleaseAcceptance) -> Receipt:
    """A volunteer gives it back; the hand and the time are free again."""
    return move(call, id, lambda order, now: order.release(acceptance, ReleaseReason.DECLINED, now))


# ---- 服务 办结 评单 ----


@api.command("/v1/orders/{id}/acceptances/{acceptance}/check-in", scope="orders:serve")
def check_in(call: Call[Store], id: str, acceptance: str, body: asked.CheckIn) -> Receipt:
    """签到."""
    return move(call, id, lambda order, now: order.check_in(acceptance, now))


@api.command("/v1/orders/{id}/acceptances/{acceptance}/check-out", scope="orders:serve")
def check_out(call: Call[Store], id: str, acceptance: str, body: asked.CheckOut) -> Receipt:
    """签退: the evidence of the minutes."""
    return move(call, id, lambda order, now: order.check_out(acceptance, now))


@api.command("/v1/orders/{id}/acceptances/{acceptance}/no-show", scope="orders:serve")
def no_show(call: Call[Store], id: str, acceptance: str, body: asked.NoShow) -> Receipt:
    """The volunteer did not come; the hand is free."""
    return move(call, id, lambda order, now: order.no_show(acceptance, now))


@api.command("/v1/orders/{id}/complete", scope="orders:serve")
def complete(call: Call[Store], id: str, body: asked.CompleteOrder) -> Receipt:
    """办结, whole or in part."""
    return move(call, id, lambda order, now: order.complete(now, body))


@api.command("/v1/orders/{id}/rate", scope="orders:rate")
def rate(call: Call[Store], id: str, body: asked.RateOrder) -> Receipt:
    """评单, also on behalf of somebody (代评单)."""
    return move(call, id, lambda order, now: order.rate(body, now))


@api.command("/v1/orders/{id}/reopen", scope="orders:vet")
def reopen(call: Call[Store], id: str, body: asked.ReopenOrder) -> Receipt:
    """It was not well after all: to be served again."""
    return move(call, id, lambda order, now: order.reopen(call.app.in_words(body, "reopen"), now))

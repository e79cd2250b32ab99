"""Orders over HTTP: parse, check the site, call, answer. It decides nothing."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.orders.model import commands as asked
from services.orders.model.moves import OrderStatus
from services.orders.model.order import Order
from services.orders.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.orders import ReleaseReason
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


# ---- 点单 审单 ----


class OrdersQuery(PageQuery):
    """Filters of the list of orders."""

    site: SiteCode | None = None
    status: OrderStatus | None = None
    item: Annotated[str | None, Field(max_length=64)] = None
    resident: Annotated[str | None, Field(max_length=64)] = None


@api.command("/v1/orders", scope="orders:place", made="id")
def place_order(call: Call[Store], body: asked.PlaceOrder) -> Receipt:
    """点单, also on behalf of somebody (代点单)."""
    call.client.require_site(body.site)
    id = call.new_id("ord")

    def build(now: datetime) -> tuple[Order, list[Event]]:
        call.app.sites.require_open(body.site)
        return Order.place(id, body, call.app.menu_item(body.item), call.client.id, now)

    return call.app.orders.make(id, call.origin, build)


@api.query("/v1/orders", scope="orders:read")
def list_orders(call: Call[Store], query: OrdersQuery) -> Page[Order]:
    """Orders of the sites this client may act for, oldest first."""
    criteria: Document = query.model_dump(
        include={"site", "status", "item", "resident"}, exclude_none=True
    )
    call.client.limit(criteria)
    return page_of(call.app.orders, criteria, query)


@api.query("/v1/orders/{id}", scope="orders:read")
def read_order(call: Call[Store], id: str) -> Loaded[Order]:
    """One order, with its acceptances."""
    return call.read(call.app.orders, id)


@api.query("/v1/orders/{id}/audit", scope="orders:audit")
def read_audit(call: Call[Store], id: str) -> dict[str, list[Document]]:
    """Who did what with it, and when."""
    hidden = {"key", "fingerprint"}
    return {
        "entries": [
            {name: value for name, value in entry.items() if name not in hidden}
            for entry in call.read(call.app.orders, id).audit
        ]
    }


@api.command("/v1/orders/{id}/vet", scope="orders:vet")
def vet(call: Call[Store], id: str, body: asked.VetOrder) -> Receipt:
    """审单: let it pass."""
    return call.change(call.app.orders, id, lambda order, now: order.vet(now))


@api.command("/v1/orders/{id}/reject", scope="orders:vet")
def reject(call: Call[Store], id: str, body: asked.RejectOrder) -> Receipt:
    """审单: refuse it, with a reason."""
    return call.change(call.app.orders, id, lambda order, now: order.reject(body, now))


# ---- 派单 接单 抢单 ----


@api.command("/v1/orders/{id}/dispatch", scope="orders:dispatch")
def dispatch(call: Call[Store], id: str, body: asked.DispatchOrder) -> Receipt:
    """派单: ask volunteers by name."""
    return call.change(call.app.orders, id, lambda order, now: order.dispatch(body, now))


@api.command("/v1/orders/{id}/accept", scope="orders:accept")
def accept(call: Call[Store], id: str, body: asked.AcceptOrder) -> Receipt:
    """接单, or 抢单; the volunteer's time is then reserved."""
    acceptance = call.new_id("acc")
    return call.change(
        call.app.orders, id, lambda order, now: order.accept(acceptance, body, now), part=acceptance
    )


@api.command("/v1/orders/{id}/decline", scope="orders:accept")
def decline(call: Call[Store], id: str, body: asked.DeclineOrder) -> Receipt:
    """A volunteer who was asked says no."""
    return call.change(call.app.orders, id, lambda order, now: order.decline(body, now))


@api.command("/v1/orders/{id}/acceptances/{acceptance}/release", scope="orders:accept")
def release(call: Call[Store], id: str, acceptance: str, body: asked.ReleaseAcceptance) -> Receipt:
    """A volunteer gives it back; the hand and the time are free again."""
    return call.change(
        call.app.orders,
        id,
        lambda order, now: order.release(acceptance, ReleaseReason.DECLINED, now),
    )


# ---- 服务 办结 评单 ----


@api.command("/v1/orders/{id}/acceptances/{acceptance}/check-in", scope="orders:serve")
def check_in(call: Call[Store], id: str, acceptance: str, body: asked.CheckIn) -> Receipt:
    """签到."""
    return call.change(call.app.orders, id, lambda order, now: order.check_in(acceptance, now))


@api.command("/v1/orders/{id}/acceptances/{acceptance}/check-out", scope="orders:serve")
def check_out(call: Call[Store], id: str, acceptance: str, body: asked.CheckOut) -> Receipt:
    """签退: the evidence of the minutes."""
    return call.change(call.app.orders, id, lambda order, now: order.check_out(acceptance, now))


@api.command("/v1/orders/{id}/complete", scope="orders:serve")
def complete(call: Call[Store], id: str, body: asked.CompleteOrder) -> Receipt:
    """办结."""
    return call.change(call.app.orders, id, lambda order, now: order.complete(now))


@api.command("/v1/orders/{id}/rate", scope="orders:rate")
def rate(call: Call[Store], id: str, body: asked.RateOrder) -> Receipt:
    """评单, also on behalf of somebody (代评单)."""
    return call.change(call.app.orders, id, lambda order, now: order.rate(body, now))


@api.command("/v1/orders/{id}/cancel", scope="orders:place")
def cancel(call: Call[Store], id: str, body: asked.CancelOrder) -> Receipt:
    """Cancel it before it has begun."""
    return call.change(call.app.orders, id, lambda order, now: order.cancel(body, now))

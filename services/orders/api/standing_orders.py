"""Standing orders over HTTP: orders that make themselves, weekly, monthly, at festivals."""

from datetime import datetime

from services.orders.care import festival_days
from services.orders.model.commands import standing_order as asked
from services.orders.model.order.helped import ADULTS_WITH_A_CHILD
from services.orders.model.standing_order import StandingOrder, StandingStatus
from services.orders.store import Store
from shared.contracts.base import Event, Id, SiteCode
from shared.errors import invalid
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()
PATH = "/v1/standing-orders"


class StandingOrdersQuery(PageQuery):
    """Filters of the list of standing orders."""

    site: SiteCode | None = None
    status: StandingStatus | None = None
    recipient: Id | None = None


@api.command(PATH, scope="standing-orders:write", made="id")
def set_standing_order(call: Call[Store], body: asked.SetStandingOrder) -> Receipt:
    """Orders of an item, again and again, for a resident or a recipient."""
    call.client.require_site(body.site)
    id = call.new_id("sto")

    def build(now: datetime) -> tuple[StandingOrder, list[Event]]:
        call.app.sites.require_open(body.site)
        item = call.app.menu_item(body.item)
        if not item.offered_at(body.site):
            raise invalid("item", f"is not offered at {body.site}", f"站点 {body.site} 不提供")
        resident, hands = body.resident or "", body.hands or item.hands
        if body.recipient:
            recipient = call.app.care.active(body.recipient, body.site)
            resident = recipient.person
            if recipient.minor and hands < ADULTS_WITH_A_CHILD:
                raise invalid(
                    "hands",
                    "a child is visited by two adults at least",
                    "探访未成年人须至少有两名成年人",
                )
        kind = (item.theme, item.modes)
        return StandingOrder.set(id, body, resident, kind, call.client.id, now, festival_days)

    return call.app.care.standing_orders.make(id, call.origin, build)


@api.query(PATH, scope="standing-orders:read")
def list_standing_orders(call: Call[Store], query: StandingOrdersQuery) -> Page[StandingOrder]:
    """Standing orders of the sites this client may act for, oldest first."""
    criteria = query.model_dump(exclude={"limit", "cursor"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.care.standing_orders, criteria, query)


@api.query(f"{PATH}/{{id}}", scope="standing-orders:read")
def read_standing_order(call: Call[Store], id: str) -> Loaded[StandingOrder]:
    """One standing order, with its next time."""
    return call.read(call.app.care.standing_orders, id)


@api.command(f"{PATH}/{{id}}/pause", scope="standing-orders:write")
def pause(call: Call[Store], id: str, body: asked.PauseStandingOrder) -> Receipt:
    """No orders for a time; what has been ordered stays ordered."""
    return call.change(call.app.care.standing_orders, id, lambda each, now: each.pause())


@api.command(f"{PATH}/{{id}}/resume", scope="standing-orders:write")
def resume(call: Call[Store], id: str, body: asked.ResumeStandingOrder) -> Receipt:
    """Orders again; the times in between are left out."""
    return call.change(
        call.app.care.standing_orders, id, lambda each, now: each.resume(now, festival_days)
    )


@api.command(f"{PATH}/{{id}}/skip", scope="standing-orders:write")
def skip(call: Call[Store], id: str, body: asked.SkipTime) -> Receipt:
    """Leave the next time out."""
    return call.change(
        call.app.care.standing_orders, id, lambda each, now: each.skip(festival_days)
    )


@api.command(f"{PATH}/{{id}}/end", scope="standing-orders:write")
def end(call: Call[Store], id: str, body: asked.EndStandingOrder) -> Receipt:
    """No more orders."""
    return call.change(call.app.care.standing_orders, id, lambda each, now: each.end())

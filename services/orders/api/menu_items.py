"""The menu over HTTP: what can be ordered."""

from datetime import datetime

from services.orders.model import commands as asked
from services.orders.model.menu_item import MenuItem, MenuItemStatus
from services.orders.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.vocabulary import Theme
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class MenuQuery(PageQuery):
    """Filters of the menu."""

    theme: Theme | None = None
    site: SiteCode | None = None


@api.command("/v1/menu-items", scope="menu:write", made="id")
def publish_menu_item(call: Call[Store], body: asked.PublishMenuItem) -> Receipt:
    """Put a service on the menu."""
    id = call.new_id("itm")

    def build(now: datetime) -> tuple[MenuItem, list[Event]]:
        for site in body.sites:
            call.app.sites.require_open(site, "sites")
        return MenuItem.publish(id, body)

    return call.app.menu_items.make(id, call.origin, build)


@api.command("/v1/menu-items/{id}/withdraw", scope="menu:write")
def withdraw_menu_item(call: Call[Store], id: str, body: asked.WithdrawMenuItem) -> Receipt:
    """Take a service off the menu."""
    receipt = call.app.menu_items.change(
        id, call.origin, lambda item, now: item.withdraw(id, now), call.expected
    )
    call.app.forget_menu_item(id)
    return receipt


@api.query("/v1/menu-items/{id}", scope="menu:read")
def read_menu_item(call: Call[Store], id: str) -> Loaded[MenuItem]:
    """One service of the menu."""
    return call.app.menu_items.load(id)


@api.query("/v1/menu-items", scope="menu:read")
def list_menu_items(call: Call[Store], query: MenuQuery) -> Page[MenuItem]:
    """What can be ordered."""
    criteria: Document = {"status": MenuItemStatus.PUBLISHED}
    if query.theme:
        criteria["theme"] = query.theme
    if query.site:
        criteria["sites"] = {"$in": [query.site, []]}
    return page_of(call.app.menu_items, criteria, query)

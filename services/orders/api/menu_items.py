"""The menu over HTTP: what can be ordered."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.orders.model import commands as asked
from services.orders.model.menu_item import ItemFacts, MenuItem, MenuItemStatus
from services.orders.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.orders import ItemKind
from shared.contracts.vocabulary import Department, Theme
from shared.errors import NotFound, Text
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class MenuQuery(PageQuery):
    """Filters of the menu."""

    theme: Theme | None = None
    site: SiteCode | None = None
    kind: ItemKind | None = None
    provider: Department | None = None
    co_organiser: Annotated[Department | None, Field(description="Asked to co-organise")] = None
    status: MenuItemStatus = MenuItemStatus.PUBLISHED


def _change(
    call: Call[Store], id: str, decide: Callable[[MenuItem, datetime], Sequence[Event]]
) -> Receipt:
    receipt = call.app.menu_items.change(id, call.origin, decide, call.expected)
    call.app.forget_menu_item(id)
    return receipt


def _look_up(call: Call[Store], facts: asked.MenuItemFacts) -> None:
    """What the facts name is there."""
    for site in facts.sites:
        call.app.sites.require_open(site, "sites")
    if facts.file:
        call.app.files.claim(facts.file, None, "menu", "file")


@api.command("/v1/menu-items", scope="menu:write", made="id")
def publish_menu_item(call: Call[Store], body: asked.PublishMenuItem) -> Receipt:
    """Put a service on the menu, or draft it."""
    id = call.new_id("itm")

    def build(now: datetime) -> tuple[MenuItem, list[Event]]:
        _look_up(call, body)
        return MenuItem.publish(id, body)

    return call.app.menu_items.make(id, call.origin, build)


@api.command("/v1/menu-items/{id}", scope="menu:write", method="PUT", edits=True)
def change_menu_item(call: Call[Store], id: str, body: asked.ChangeMenuItem) -> Receipt:
    """All that is said of a service, anew: another edition, which later orders are placed by."""

    def decide(item: MenuItem, now: datetime) -> Sequence[Event]:
        _look_up(call, body)
        return item.change(id, body, now)

    return _change(call, id, decide)


@api.command("/v1/menu-items/{id}/publish", scope="menu:write")
def publish_draft(call: Call[Store], id: str, body: asked.PublishDraft) -> Receipt:
    """Put what was drafted, or withdrawn, on the menu."""
    return _change(call, id, lambda item, now: item.publish_again(id, now))


@api.command("/v1/menu-items/{id}/withdraw", scope="menu:write")
def withdraw_menu_item(call: Call[Store], id: str, body: asked.WithdrawMenuItem) -> Receipt:
    """Take a service off the menu."""
    return _change(call, id, lambda item, now: item.withdraw(id, now))


@api.command("/v1/menu-items/{id}/co-organising", scope="menu:co-organise")
def answer_co_organising(call: Call[Store], id: str, body: asked.AnswerCoOrganising) -> Receipt:
    """协办: a department that was asked accepts, or declines."""
    return _change(call, id, lambda item, now: item.answer(id, body, now))


@api.command("/v1/menu-items/{id}/stock", scope="menu:write")
def stock_material(call: Call[Store], id: str, body: asked.StockMaterial) -> Receipt:
    """Copies of a material came in, or fewer were counted."""
    return _change(call, id, lambda item, now: item.stock_up(id, body, now))


@api.command("/v1/menu-items/{id}/hand-out", scope="orders:serve")
def hand_out(call: Call[Store], id: str, body: asked.HandOut) -> Receipt:
    """Copies of a material were given to people without an order."""
    call.client.require_site(body.site)
    return _change(call, id, lambda item, now: item.hand_out(id, body, now))


@api.query("/v1/menu-items/{id}", scope="menu:read")
def read_menu_item(call: Call[Store], id: str) -> Loaded[MenuItem]:
    """One service of the menu."""
    return call.app.menu_items.load(id)


@api.query("/v1/menu-items/{id}/editions/{edition}", scope="menu:read")
def read_edition(call: Call[Store], id: str, edition: str) -> ItemFacts:
    """A service as it was when an order of this edition was placed."""
    item = call.app.menu_items.load(id).state
    if edition == str(item.edition):
        return ItemFacts(**item.facts())
    if edition not in item.earlier:
        raise NotFound(Text(f"{id} has no edition {edition}.", f"{id} 没有版本 {edition}。"))
    return item.earlier[edition]


@api.query("/v1/menu-items", scope="menu:read")
def list_menu_items(call: Call[Store], query: MenuQuery) -> Page[MenuItem]:
    """What can be ordered."""
    criteria: Document = query.model_dump(
        include={"status", "theme", "kind", "provider"}, exclude_none=True
    )
    if query.site:
        criteria["sites"] = {"$in": [query.site, []]}
    if query.co_organiser:
        criteria["co_organisers"] = query.co_organiser
    return page_of(call.app.menu_items, criteria, query)

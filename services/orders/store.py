"""The orders service's own database: its aggregates, their indexes, and what it looks up."""

import time

from services.orders.model.menu_item import MenuItem
from services.orders.model.order import Order
from shared.errors import NotFound, Unprocessable, invalid
from shared.service import Kit
from shared.sites import SiteDirectory
from shared.storage import files
from shared.storage.aggregates import Aggregates
from shared.storage.mongo import Index

MENU_SECONDS = 1.0  # how long another process's withdrawal of an item may go unseen

INDEXES = [
    Index("orders", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("orders", [("made", 1), ("_id", 1)]),
    Index("menu_items", [("made", 1), ("_id", 1)]),
    *files.INDEXES,
]


class Store:
    """What views, reactions and clocks of this service work on."""

    def __init__(self, kit: Kit) -> None:
        self.orders = Aggregates(kit.database, "orders", Order, kit.clock)
        self.menu_items = Aggregates(kit.database, "menu_items", MenuItem, kit.clock)
        self.files = files.Files(kit.database, kit.clock)
        self.sites = SiteDirectory(kit.generations)
        self._menu: dict[str, tuple[float, MenuItem]] = {}  # id: until when it is fresh, item

    def menu_item(self, id: str) -> MenuItem:
        """The item for an order. Raises Unprocessable naming the field."""
        until, item = self._menu.get(id, (0.0, None))
        if item is None or until < time.monotonic():
            try:
                item = self.menu_items.load(id).state
            except NotFound:
                raise unknown_item(id) from None
            self._menu[id] = (time.monotonic() + MENU_SECONDS, item)
        return item

    def forget_menu_item(self, id: str) -> None:
        """It has changed."""
        self._menu.pop(id, None)


def unknown_item(id: str) -> Unprocessable:
    return invalid(
        "item",
        f"there is no menu item {id}; GET /v1/menu-items lists them",
        f"没有服务项目 {id};可查询 GET /v1/menu-items",
    )

"""The orders service over HTTP, a module for each aggregate."""

from services.orders.api import menu_items, orders
from services.orders.store import Store
from shared.web.api import Api
from shared.web.files import Purpose, file_operations

FILES = {
    "menu": Purpose(upload="menu:write", read="menu:read"),  # a booklet, a leaflet
    "order": Purpose(upload="orders:place", read="orders:read"),
    "private-order": Purpose(upload="orders:place", read="orders:private"),
    "service": Purpose(upload="orders:serve", read="orders:read"),  # what was done
}

api: Api[Store] = Api.of(menu_items.api, orders.api, file_operations(FILES))

"""The orders service over HTTP, a module for each aggregate."""

from services.orders.api import menu_items, orders
from services.orders.store import Store
from shared.web.api import Api

api: Api[Store] = Api.of(menu_items.api, orders.api)

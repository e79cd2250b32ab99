"""The orders service over HTTP, a module for each aggregate."""

from services.orders.api import (
    dispatching,
    menu_items,
    order_routing,
    orders,
    questions,
    rules,
    snapshots,
    surveys,
    templates,
    todo,
    wishes,
)
from services.orders.store import Store
from shared.web.api import Api
from shared.web.files import Purpose, file_operations

FILES = {
    "menu": Purpose(upload="menu:write", read="menu:read", read_anywhere=True),  # a booklet
    "order": Purpose(upload="orders:place", read="orders:read"),
    "private-order": Purpose(upload="orders:place", read="orders:private"),
    "service": Purpose(upload="orders:serve", read="orders:read"),  # what was done
    "wish": Purpose(upload="wishes:claim", read="wishes:read"),  # that it was granted
    "answer": Purpose(upload="questions:answer", read="questions:read"),
    "snapshot": Purpose(upload="snapshots:take", read="snapshots:read"),
}

api: Api[Store] = Api.of(
    menu_items.api,
    orders.api,
    wishes.api,
    questions.api,
    snapshots.api,
    surveys.api,
    order_routing.api,
    rules.api,
    templates.api,
    todo.api,
    dispatching.api,
    file_operations(FILES),
)

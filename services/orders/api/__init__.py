"""The orders service over HTTP, a module for each aggregate."""

from services.orders.api import (
    dispatching,
    menu_items,
    order_routing,
    orders,
    pairings,
    questions,
    recipients,
    rules,
    snapshots,
    standing_orders,
    surveys,
    templates,
    todo,
    visits,
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
    "consent": Purpose(upload="recipients:write", read="recipients:personal"),
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
    recipients.api,
    visits.api,
    pairings.api,
    standing_orders.api,
    file_operations(FILES),
)

"""The orders service, wired: `api()` for gunicorn, `main()` for the worker and the operator."""

from services.orders.api import api as operations
from services.orders.api import open311
from services.orders.clocks import CLOCKS
from services.orders.projections import VolunteerCards
from services.orders.reactions import REACTIONS
from services.orders.store import INDEXES, Store
from shared.main import entry_points
from shared.service import Kit, Service
from shared.sites import Sites


def build(kit: Kit) -> Service[Store]:
    """The parts of this service."""
    store = Store(kit)
    return Service(
        kit=kit,
        app=store,
        aggregates=[
            store.orders,
            store.menu_items,
            store.wishes,
            store.questions,
            store.snapshots,
            store.surveys,
            store.survey_answers,
            store.rules,
            store.templates,
            store.quotas,
            store.care.recipients,
            store.care.visits,
            store.care.pairings,
            store.care.standing_orders,
        ],
        reactions=REACTIONS,
        projections=[Sites(), VolunteerCards()],
        clocks=CLOCKS,
        indexes=INDEXES,
    )


api, main = entry_points("orders", build, operations, adapters=[open311.add])

if __name__ == "__main__":
    main()

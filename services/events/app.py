"""The events service, wired: `api()` for gunicorn, `main()` for the worker and the operator."""

from services.events.api import api as operations
from services.events.clocks import CLOCKS
from services.events.projections import PROJECTIONS
from services.events.reactions import REACTIONS
from services.events.store import INDEXES, MIGRATIONS, Store
from shared.main import entry_points
from shared.service import Kit, Service


def build(kit: Kit) -> Service[Store]:
    """The parts of this service. It hears itself: what one of its parts decides, another hears."""
    store = Store(kit)
    return Service(
        kit=kit,
        app=store,
        aggregates=[
            *(store.sites, store.series, store.activities, store.rooms),
            *(store.draftings, store.plans, store.archives, store.feedback),
            *(store.drives, store.programmes),
            *store.selections.aggregates,
        ],
        reactions=REACTIONS,
        projections=PROJECTIONS,
        clocks=CLOCKS,
        indexes=INDEXES,
        migrations=MIGRATIONS,
    )


api, main = entry_points("events", build, operations)

if __name__ == "__main__":
    main()

"""The volunteers service, wired: `api()` for gunicorn, `main()` for the worker and the operator."""

from services.volunteers.api import api as operations
from services.volunteers.reactions import REACTIONS
from services.volunteers.store import INDEXES, Store
from shared.main import entry_points
from shared.service import Kit, Service
from shared.sites import Sites


def build(kit: Kit) -> Service[Store]:
    """The parts of this service."""
    store = Store(kit)
    return Service(
        kit=kit,
        app=store,
        aggregates=[store.volunteers, store.teams, store.calendars, store.hours],
        reactions=REACTIONS,
        projections=[Sites()],
        indexes=INDEXES,
    )


api, main = entry_points("volunteers", build, operations)

if __name__ == "__main__":
    main()

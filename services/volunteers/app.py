"""The volunteers service, wired: `api()` for gunicorn, `main()` for the worker and the operator."""

from services.volunteers import rosters
from services.volunteers.api import api as operations
from services.volunteers.clocks import CLOCKS
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
        aggregates=[
            store.volunteers,
            store.teams,
            store.calendars,
            store.hours,
            *store.rosters.aggregates(),
        ],
        reactions=REACTIONS,
        projections=[Sites()],
        clocks=CLOCKS,
        indexes=[*INDEXES, *rosters.INDEXES],
    )


api, main = entry_points("volunteers", build, operations)

if __name__ == "__main__":
    main()

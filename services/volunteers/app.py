"""The volunteers service, wired: `api()` for gunicorn, `main()` for the worker and the operator."""

from services.volunteers import chain_check, imports, rosters
from services.volunteers.api import api as operations
from services.volunteers.clocks import CLOCKS
from services.volunteers.reactions import REACTIONS
from services.volunteers.store import INDEXES, Store
from shared.main import entry_points
from shared.service import Kit, OperatorCommand, Service
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
            *store.hours.aggregates,
            store.certificates.all,
            store.catalogue,
            store.imports,
            store.column_sets,
            *store.rosters.aggregates(),
        ],
        reactions=REACTIONS,
        projections=[Sites()],
        clocks=CLOCKS,
        indexes=[*INDEXES, *imports.INDEXES, *rosters.INDEXES],
    )


COMMANDS = {
    "check-chains": OperatorCommand(
        "walk the ledger's chains and the event log; status 1 where one was tampered with",
        chain_check.run,
        chain_check.add_arguments,
    ),
}

api, main = entry_points("volunteers", build, operations, COMMANDS)

if __name__ == "__main__":
    main()

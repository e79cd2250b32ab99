"""The reports service, wired: `api()` for gunicorn, `main()` for the worker and the operator."""

from services.reports.api import api as operations
from services.reports.clocks import CLOCKS
from services.reports.dashboard import accounts, pages, sessions
from services.reports.projections import PROJECTIONS
from services.reports.store import INDEXES, MIGRATIONS, Store
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
            *(store.reports, store.subscriptions, store.queues),
            *store.publicity.aggregates,
            *store.assessing.aggregates,
            *store.reporting.aggregates,
            *(store.constructions, store.inspection_files),
        ],
        clocks=CLOCKS,
        projections=[*PROJECTIONS, Sites()],
        indexes=[*INDEXES, *sessions.INDEXES, *accounts.INDEXES],
        migrations=MIGRATIONS,
    )


api, main = entry_points("reports", build, operations, adapters=[pages.add])

if __name__ == "__main__":
    main()

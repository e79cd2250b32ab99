"""How a report comes to be published: by hand and by the clock, in the same way.

Its figures are fixed with the places in the feeds that they are as of. Reports of one period and
scope are numbered (`revision`, unique), so that of two that are published at once the second
supersedes the first, and neither is lost from the chain.
"""

from datetime import datetime

from services.reports.model.period import Period
from services.reports.model.report import Report, Scope
from services.reports.store import Store
from shared.contracts.base import Event
from shared.errors import Conflict
from shared.storage.aggregates import Origin, Receipt

ATTEMPTS = 20  # each of them, another report of the same period and scope was first


def publish(
    store: Store,
    id: str,
    origin: Origin,
    period: Period,
    scope: Scope,
    *,
    scheduled: bool = False,
    reason: str | None = None,
) -> Receipt:
    """Publish a report; the same id and origin again give the first receipt. Raises Unprocessable
    for a site that is not open, and Unavailable where too much happens at this moment."""

    def build(now: datetime) -> tuple[Report, list[Event]]:
        if scope.site:
            store.sites.require_open(scope.site)
        as_of, figures = store.settled(period, scope.site, scope.theme, scope.department)
        before = store.last_published(period, scope)
        return Report.publish(
            id, period, scope, as_of, figures, before, now, scheduled=scheduled, reason=reason
        )

    for _ in range(ATTEMPTS - 1):
        try:
            return store.reports.make(id, origin, build)
        except Conflict as conflict:
            if "existing" in conflict.extra:
                raise
    return store.reports.make(id, origin, build)

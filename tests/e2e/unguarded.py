"""The volunteers worker with its guards taken out: what a race must show where they are missing.

It is run in the place of the real one by controls; no setting of the system can choose it.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime

from services.volunteers import app
from services.volunteers.model.calendar import Booking, Calendar, Gaps
from services.volunteers.model.shift import Shift, ShiftStatus
from services.volunteers.reactions import REACTIONS
from services.volunteers.store import Store
from shared.contracts.base import Event
from shared.contracts.volunteers import PlanUndone
from shared.messaging.reactions import Heard

WAIT_SECONDS = 20.0

log = logging.getLogger(__name__)


def takes_every_time_for_free(
    calendar: Calendar, wanted: Booking, gaps: Gaps = Gaps()
) -> list[str]:
    return []


def looks_first_and_cancels_then(store: Store, event: PlanUndone, heard: Heard) -> None:
    """Whether somebody is in is asked for all shifts before the first one is cancelled."""
    rosters = store.rosters
    count = len(rosters.plans.load(event.plan).state.shifts)
    ids = [rosters.shift_id(event.plan, number) for number in range(count)]
    empty = [id for id in ids if not rosters.shifts.load(id).state.volunteers]
    log.warning("looked at %s", event.plan)
    until = time.monotonic() + WAIT_SECONDS  # as long as it may take on a busy machine
    while empty and time.monotonic() < until:
        if any(rosters.shifts.load(id).state.volunteers for id in empty):
            break
    for id in empty:
        rosters.shifts.change(id, heard.origin("control"), _strike)


def _strike(shift: Shift, now: datetime) -> Sequence[Event]:
    shift.status = ShiftStatus.CANCELLED
    return []


if __name__ == "__main__":
    Calendar.in_the_way = takes_every_time_for_free  # type: ignore[method-assign, assignment]
    REACTIONS[PlanUndone] = looks_first_and_cancels_then  # type: ignore[index]
    app.main()

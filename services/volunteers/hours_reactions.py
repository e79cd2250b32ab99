"""Machine evidence becomes hours: what was checked in and out at an order or a shift.

Minutes whose end a person stated afterwards are no machine evidence: a second person checks them.
"""

from services.volunteers.model.service import Service
from services.volunteers.store import Store
from shared.contracts.orders import OrderCheckedOut
from shared.contracts.volunteers import HoursSource, ShiftCheckedOut
from shared.messaging.reactions import Heard
from shared.storage.ids import derived_id

STATED_BY_COMMAND = "shifts.check_out"


def credit_order(store: Store, event: OrderCheckedOut, heard: Heard) -> None:
    """The minutes of an acceptance are credited once."""
    service = Service(
        entry=derived_id("hrs", event.acceptance),
        volunteer=event.volunteer,
        team=event.team,
        site=event.site,
        theme=event.theme,
        modes=list(event.modes),
        started_at=event.started_at,
        ended_at=event.ended_at,
        minutes=event.minutes,
        source=HoursSource.ORDER,
        evidence=[heard.envelope.id],
        order=event.order,
        acceptance=event.acceptance,
        department=event.department,
    )
    store.hours.record(service, heard.origin("reactions.credit"))


def credit_shift(store: Store, event: ShiftCheckedOut, heard: Heard) -> None:
    """The minutes of a sign-up are credited once."""
    service = Service(
        entry=derived_id("hrs", event.sign_up),
        volunteer=event.volunteer,
        team=event.team,
        site=event.site,
        theme=event.theme,
        modes=list(event.modes),
        started_at=event.started_at,
        ended_at=event.ended_at,
        minutes=event.minutes,
        source=HoursSource.SHIFT,
        evidence=[heard.envelope.id],
        shift=event.shift,
        entered_by=_who_stated(store, event, heard) if event.stated else "",
    )
    origin = heard.origin("reactions.credit-shift")
    if event.stated:
        store.hours.enter_stated(service, origin)
    else:
        store.hours.record(service, origin)


def _who_stated(store: Store, event: ShiftCheckedOut, heard: Heard) -> str:
    """The person of the command that said it; its client where it named none."""
    for entry in reversed(store.rosters.shifts.load(event.shift).audit):
        if entry["command"] == STATED_BY_COMMAND and entry["at"] == heard.envelope.time:
            return str(entry["person"] or f"client:{entry['client']}")
    return "client:unknown"

"""What a year's plan hears: that a draft is wanted, and what becomes of its entries."""

from datetime import datetime
from functools import partial

from services.events.model.plan import Plan
from services.events.store import Store, plan_id
from shared.contracts.base import Event
from shared.contracts.events import (
    ActivityAnnounced,
    ActivityCancelled,
    ActivityHeld,
    PlansAsked,
)
from shared.errors import Conflict
from shared.messaging.reactions import Heard


def draft_plans(store: Store, event: PlansAsked, heard: Heard) -> None:
    """A plan for each site. One that is there, drafted or confirmed, stays as it is."""
    for site in event.sites:
        id = plan_id(site, event.year)
        build = partial(_draft, id, site, event)
        try:
            store.plans.make(id, heard.origin("reactions.draft-plans"), build)
        except Conflict as conflict:
            if "existing" not in conflict.extra:
                raise


def note_fact(
    store: Store, event: ActivityAnnounced | ActivityHeld | ActivityCancelled, heard: Heard
) -> None:
    """Plan against fact."""
    if event.plan is None:
        return
    code, activity = event.entry, event.activity
    match event:
        case ActivityAnnounced():
            note = partial(Plan.announced, code=code, activity=activity)
        case ActivityHeld():
            note = partial(Plan.held, code=code)
        case _:
            note = partial(Plan.called_off, code=code, activity=activity)
    origin = heard.origin("reactions.note-fact")
    store.plans.change(event.plan, origin, lambda plan, now: note(plan))


def _draft(id: str, site: str, event: PlansAsked, now: datetime) -> tuple[Plan, list[Event]]:
    return Plan.draft(id, site, event.year, event.entries)

"""What the events service does when time passes: offers of seats run out."""

from services.events.model import registering
from services.events.store import Store
from shared.storage.aggregates import Origin


def move_activities(store: Store) -> None:
    """Each activity knows when the first of its offers runs out."""
    origin = Origin(client="events.clocks", command="pass-time")
    store.activities.pass_time(origin, registering.pass_time)


CLOCKS = (move_activities,)

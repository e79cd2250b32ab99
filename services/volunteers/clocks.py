"""What the volunteers service does when time passes."""

from services.volunteers.model.no_shows import NoShows
from services.volunteers.model.shift import Shift
from services.volunteers.store import Store
from shared.storage.aggregates import Origin


def move_shifts(store: Store) -> None:
    """Reminders, sign-ups that no calendar answered, shifts that are over and who missed them."""
    origin = Origin(client="volunteers.clocks", command="pass-time")
    store.rosters.shifts.pass_time(origin, Shift.pass_time)


def move_no_shows(store: Store) -> None:
    """Bars that have ended."""
    origin = Origin(client="volunteers.clocks", command="pass-time")
    store.rosters.no_shows.pass_time(origin, NoShows.pass_time)


CLOCKS = (move_shifts, move_no_shows)

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


def credit_announced(store: Store) -> None:
    """入账: the announcement of a sheet is over."""
    origin = Origin(client="volunteers.clocks", command="credit-announced")
    store.hours.sheets.pass_time(origin, store.hours.settle_sheet)


def apply_corrections(store: Store) -> None:
    """A correction that a second person approved goes into the ledger."""
    origin = Origin(client="volunteers.clocks", command="apply-correction")
    store.hours.corrections.pass_time(origin, store.hours.settle_correction)


CLOCKS = (move_shifts, move_no_shows, credit_announced, apply_corrections)

"""What the volunteers service does when time passes."""

from services.volunteers.imports import Imports
from services.volunteers.model.certificate import Certificate
from services.volunteers.model.exchange import Import
from services.volunteers.model.no_shows import NoShows
from services.volunteers.model.shift import Shift
from services.volunteers.model.swap import Swap
from services.volunteers.model.volunteer import Volunteer
from services.volunteers.store import Store
from shared.storage.aggregates import Origin

ORIGIN = Origin(client="volunteers.clocks", command="pass-time")


def move_shifts(store: Store) -> None:
    """Reminders, sign-ups that no calendar answered, shifts that are over and who missed them."""
    store.rosters.shifts.pass_time(ORIGIN, Shift.pass_time)


def move_swaps(store: Store) -> None:
    """Swaps that nobody agreed to in time, or that a calendar did not answer."""
    store.rosters.swaps.pass_time(ORIGIN, Swap.pass_time)


def move_no_shows(store: Store) -> None:
    """Bars that have ended."""
    store.rosters.no_shows.pass_time(ORIGIN, NoShows.pass_time)


def move_volunteers(store: Store) -> None:
    """Qualifications that expire, erasures that fall due."""
    store.volunteers.pass_time(ORIGIN, Volunteer.pass_time)


def credit_announced(store: Store) -> None:
    """入账: the announcement of a sheet is over."""
    origin = Origin(client="volunteers.clocks", command="credit-announced")
    store.hours.sheets.pass_time(origin, store.hours.settle_sheet)


def apply_corrections(store: Store) -> None:
    """A correction that a second person approved goes into the ledger."""
    origin = Origin(client="volunteers.clocks", command="apply-correction")
    store.hours.corrections.pass_time(origin, store.hours.settle_correction)


def move_imports(store: Store) -> None:
    """Rows that came in are checked and applied, a while at a time; those of nobody's are given
    up."""
    store.imports.pass_time(ORIGIN, Import.pass_time)
    imports = Imports(store)
    imports.work()
    imports.sweep()


def end_notices(store: Store) -> None:
    """Certificates whose notice is over without an objection."""
    store.certificates.all.pass_time(ORIGIN, Certificate.pass_time)


CLOCKS = (
    move_shifts,
    move_no_shows,
    credit_announced,
    apply_corrections,
    end_notices,
    move_volunteers,
    move_imports,
    move_swaps,
)

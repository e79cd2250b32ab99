"""What rosters do when they hear events: shifts and calendars agree as orders and calendars do.

A sign-up holds a hand (`shift.signed-up`), the calendar reserves or refuses, and the shift answers
every reservation: nobody is in a shift without a reservation, and none stays without a sign-up.
"""

from functools import partial

from services.volunteers.hours_reactions import credit_shift
from services.volunteers.model.calendar import Calendar
from services.volunteers.model.no_shows import NoShows
from services.volunteers.model.shift import Shift
from services.volunteers.store import Store
from services.volunteers.swap_reactions import note_released
from shared.contracts.orders import OrderMissed
from shared.contracts.volunteers import (
    PlanMade,
    PlanUndone,
    ShiftBookingRefused,
    ShiftBookingReserved,
    ShiftCheckedOut,
    ShiftExcused,
    ShiftMissed,
    ShiftReleased,
    ShiftSignedUp,
)
from shared.errors import Conflict, Unprocessable
from shared.messaging.reactions import Heard

# ---- a sign-up and its time ----


def reserve_shift(store: Store, event: ShiftSignedUp, heard: Heard) -> None:
    """Reserve the volunteer's time, or say why not."""
    refusal = store.refusal(
        event.volunteer, event.team, event.qualifications, event.ends_at, event.starts_at
    )
    gaps = store.rosters.rules().gaps
    store.calendars.change(
        store.calendar_id(event.volunteer),
        heard.origin("reactions.reserve-shift"),
        lambda calendar, now: calendar.reserve(event, refusal, now, gaps),
        initial=lambda: Calendar(event.volunteer),
    )


def confirm(store: Store, event: ShiftBookingReserved, heard: Heard) -> None:
    """Every reservation is answered: confirmed where its sign-up is live, else released."""
    store.rosters.shifts.change(
        event.shift,
        heard.origin("reactions.confirm"),
        lambda shift, now: shift.reserved(event.sign_up, event.volunteer, now),
    )


def give_back(store: Store, event: ShiftBookingRefused, heard: Heard) -> None:
    """The time could not be had, or was given to something else: the hand is free again."""
    store.rosters.shifts.change(
        event.shift,
        heard.origin("reactions.give-back"),
        lambda shift, now: shift.refused(event.sign_up, event.reason, now),
    )


def free_shift(store: Store, event: ShiftReleased, heard: Heard) -> None:
    """The sign-up is over: its time is free again, also where it is yet to be reserved."""
    store.calendars.change(
        store.calendar_id(event.volunteer),
        heard.origin("reactions.free-shift"),
        lambda calendar, now: calendar.release(event.sign_up, now),
        initial=lambda: Calendar(event.volunteer),
    )
    note_released(store, event, heard)


def finish_shift(store: Store, event: ShiftCheckedOut, heard: Heard) -> None:
    """Served, perhaps sooner than planned: the rest of the time is free again, and the minutes
    go to the ledger of hours."""
    store.calendars.change(
        store.calendar_id(event.volunteer),
        heard.origin("reactions.finish-shift"),
        lambda calendar, now: calendar.finish(event.sign_up, event.ended_at, now),
        initial=lambda: Calendar(event.volunteer),
    )
    credit_shift(store, event, heard)


# ---- who did not come ----


def count_miss(store: Store, event: ShiftMissed, heard: Heard) -> None:
    """By the rules, enough of them bar the volunteer for a time."""
    rules = store.rosters.rules()
    store.rosters.no_shows.change(
        store.rosters.no_shows_id(event.volunteer),
        heard.origin("reactions.count-miss"),
        lambda known, now: known.miss(event.sign_up, event.starts_at, rules, now),
        initial=lambda: NoShows(event.volunteer),
    )


def count_order_missed(store: Store, event: OrderMissed, heard: Heard) -> None:
    """An order that was accepted and not served counts as a shift does."""
    rules = store.rosters.rules()
    store.rosters.no_shows.change(
        store.rosters.no_shows_id(event.volunteer),
        heard.origin("reactions.count-miss"),
        lambda known, now: known.miss(event.acceptance, heard.envelope.time, rules, now),
        initial=lambda: NoShows(event.volunteer),
    )


def forget_miss(store: Store, event: ShiftExcused, heard: Heard) -> None:
    """It does not count."""
    rules = store.rosters.rules()
    store.rosters.no_shows.change(
        store.rosters.no_shows_id(event.volunteer),
        heard.origin("reactions.forget-miss"),
        lambda known, now: known.excuse(event.sign_up, rules, now),
    )


# ---- bulk plans ----


def lay_out(store: Store, event: PlanMade, heard: Heard) -> None:
    """Make the plan's shifts; those that are there already, or taken back, are left alone."""
    rules, plan = store.rosters.rules(), store.rosters.plans.load(event.plan).state
    for number, wanted in enumerate(plan.shifts):
        id = store.rosters.shift_id(event.plan, number)
        build = partial(Shift.planned, id, wanted, rules, plan=event.plan)
        try:
            store.rosters.shifts.make(id, heard.origin("reactions.lay-out"), build)
        except Conflict as conflict:
            if "existing" not in conflict.extra:
                raise
        except Unprocessable:
            continue  # its time has come while this waited: nobody can sign up any more


def take_back(store: Store, event: PlanUndone, heard: Heard) -> None:
    """Each shift decides for itself whether somebody is in. One that is yet to be made never is."""
    rules, plan = store.rosters.rules(), store.rosters.plans.load(event.plan).state
    for number, wanted in enumerate(plan.shifts):
        id = store.rosters.shift_id(event.plan, number)
        store.rosters.shifts.change(
            id,
            heard.origin("reactions.take-back"),
            lambda shift, now: shift.undo(event.signed_up, now),
            initial=partial(Shift.never, id, wanted, rules, event.plan),
        )

"""What the volunteers service does when it hears others' events. The saga: PROTOCOL 4."""

from services.volunteers import occasion_reactions as occasions
from services.volunteers import roster_reactions as roster
from services.volunteers import swap_reactions as swaps
from services.volunteers.hours_reactions import credit_order
from services.volunteers.model.calendar import Calendar
from services.volunteers.store import Store
from shared.contracts.events import (
    ActivityAnnounced,
    ActivityCancelled,
    ActivityChanged,
    SessionCancelled,
)
from shared.contracts.orders import (
    OrderAccepted,
    OrderCancelled,
    OrderCheckedOut,
    OrderMissed,
    OrderReleased,
)
from shared.contracts.volunteers import (
    MembershipLeft,
    PlanMade,
    PlanUndone,
    ShiftBookingRefused,
    ShiftBookingReserved,
    ShiftCheckedOut,
    ShiftExcused,
    ShiftMissed,
    ShiftPlanned,
    ShiftReleased,
    ShiftSignedUp,
    ShiftSwapReady,
    SwapAgreed,
    SwapDone,
    SwapFailed,
)
from shared.messaging.reactions import Heard, ReactionTable


def reserve(store: Store, event: OrderAccepted, heard: Heard) -> None:
    """Reserve the volunteer's time, or say why not."""
    refusal = store.refusal(
        event.volunteer, event.team, event.qualifications, event.ends_at, event.starts_at
    )
    gaps = store.rosters.rules().gaps
    store.calendars.change(
        store.calendar_id(event.volunteer),
        heard.origin("reactions.reserve"),
        lambda calendar, now: calendar.reserve(event, refusal, now, gaps),
        initial=lambda: Calendar(event.volunteer),
    )


def free(store: Store, event: OrderReleased, heard: Heard) -> None:
    """The acceptance is over: its time is free again, also where it is yet to be reserved."""
    store.calendars.change(
        store.calendar_id(event.volunteer),
        heard.origin("reactions.free"),
        lambda calendar, now: calendar.release(event.acceptance, now),
        initial=lambda: Calendar(event.volunteer),
    )


def credit(store: Store, event: OrderCheckedOut, heard: Heard) -> None:
    """Check-in and check-out are the evidence of the minutes; an acceptance is credited once."""
    store.calendars.change(
        store.calendar_id(event.volunteer),
        heard.origin("reactions.finish"),
        lambda calendar, now: calendar.finish(event.acceptance, event.ended_at, now),
        initial=lambda: Calendar(event.volunteer),
    )
    credit_order(store, event, heard)


def stand_down(store: Store, event: MembershipLeft, heard: Heard) -> None:
    """Who has left the team leads it no longer."""
    store.teams.change(
        event.team,
        heard.origin("reactions.stand_down"),
        lambda team, now: team.dismiss(event.team, event.volunteer),
    )


REACTIONS: ReactionTable = {
    OrderAccepted: reserve,
    OrderReleased: free,
    OrderCheckedOut: credit,
    OrderCancelled: occasions.drop_order,
    ShiftSignedUp: roster.reserve_shift,
    ShiftReleased: roster.free_shift,
    ShiftBookingReserved: roster.confirm,
    ShiftBookingRefused: roster.give_back,
    SwapAgreed: swaps.begin_swap,
    ShiftSwapReady: swaps.note_ready,
    SwapDone: swaps.end_swap,
    SwapFailed: swaps.drop_swap,
    ShiftCheckedOut: roster.finish_shift,
    ShiftMissed: roster.count_miss,
    OrderMissed: roster.count_order_missed,
    ShiftExcused: roster.forget_miss,
    ShiftPlanned: occasions.check_occasion,
    PlanMade: roster.lay_out,
    PlanUndone: roster.take_back,
    ActivityAnnounced: occasions.note_activity,
    ActivityChanged: occasions.follow_activity,
    ActivityCancelled: occasions.drop_activity,
    SessionCancelled: occasions.drop_session,
    MembershipLeft: stand_down,
}

"""What is told of shifts (班次) and of those who sign up for them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.base import Event, Id, Moment, SiteEvent
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers.booking import RefusalReason

QualificationCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
"""Code of a skill or qualification, `first-aid`."""


class ShiftPurpose(StrEnum):
    """What a shift is served for."""

    DUTY = "duty"  # standing duty (值班) at a site
    ORDER = "order"
    ACTIVITY = "activity"


class SignUpMode(StrEnum):
    """How a volunteer comes into a shift."""

    INSTANT = "instant"  # whoever signs up is in, while a hand is free
    REQUEST = "request"  # the leader approves or declines
    LEADER = "leader"  # only the leader puts volunteers in


class CancelledBecause(StrEnum):
    """Why a shift is cancelled."""

    BY_HAND = "by-hand"
    PLAN_UNDONE = "plan-undone"
    ACTIVITY_CANCELLED = "activity-cancelled"
    ORDER_CANCELLED = "order-cancelled"
    POST_DROPPED = "post-dropped"  # the activity wants no helpers for it any more


class SignUpOver(StrEnum):
    """Why a sign-up no longer holds a hand of its shift."""

    WITHDRAWN = "withdrawn"  # by the volunteer, before the cut-off
    DECLINED = "declined"  # the leader did not approve
    REMOVED = "removed"  # by the leader
    REFUSED = "refused"  # the calendar or a rule did not allow it
    OVERRIDDEN = "overridden"  # the time was given to something else, by an administrator
    EXPIRED = "expired"  # the time was not reserved in time, or nobody decided
    FULL = "full"  # no hand was free any more
    CANCELLED = "cancelled"  # with its shift
    MOVED = "moved"  # the shift has another time: it is reserved anew, under another id
    SUBSTITUTED = "substituted"  # another serves in this one's place
    SWAPPED = "swapped"
    UNKNOWN = "unknown"  # a reservation came for a sign-up that is not (or no longer) live


class ShiftEvent(SiteEvent):
    """What every event of a shift carries."""

    shift: Id
    theme: Theme
    modes: list[Mode]


class ShiftFacts(ShiftEvent):
    """A shift as it is planned."""

    purpose: ShiftPurpose
    order: Id | None
    activity: Id | None
    plan: Annotated[Id | None, Field(description="The bulk plan (batch) that made it")]
    team: Id | None
    hands: int
    sign_up_mode: SignUpMode
    qualifications: list[str]
    starts_at: Moment
    ends_at: Moment


class ShiftPlanned(ShiftFacts, name="volunteers.shift.planned", version=1):
    """A shift is in the roster (排班)."""


class ShiftChanged(ShiftFacts, name="volunteers.shift.changed", version=1):
    """The whole of what `planned` told, as it is now."""


class ShiftCancelled(ShiftEvent, name="volunteers.shift.cancelled", version=1):
    """It will not be served; whoever was in it is released by an event of their own."""

    reason: CancelledBecause
    starts_at: Moment


class ShiftFilled(ShiftEvent, name="volunteers.shift.filled", version=1):
    """Every hand is confirmed."""

    hands: int


class SignUpEvent(ShiftEvent):
    """What every event of a sign-up carries."""

    sign_up: Id
    volunteer: Id


class ShiftRequested(SignUpEvent, name="volunteers.shift.requested", version=1):
    """A volunteer asks to be in; the leader has to decide. No hand and no time is held."""

    team: Id


class ShiftSignedUp(SignUpEvent, name="volunteers.shift.signed-up", version=1):
    """报名: a hand is held; the time must still be reserved."""

    team: Id
    purpose: ShiftPurpose
    qualifications: list[str]
    starts_at: Moment
    ends_at: Moment
    by_leader: bool
    override: Annotated[bool, Field(description="Release what is in the way")] = False
    replaces: Annotated[
        Id | None, Field(description="The volunteer's other sign-up that this is swapped for")
    ] = None


class ShiftConfirmed(SignUpEvent, name="volunteers.shift.confirmed", version=1):
    """The volunteer's time is reserved: the sign-up holds."""

    team: Id
    starts_at: Moment
    ends_at: Moment


class ShiftReleased(SignUpEvent, name="volunteers.shift.released", version=1):
    """A sign-up is over; whatever time was reserved for it is free again."""

    reason: SignUpOver
    starts_at: Moment
    swap: Annotated[Id | None, Field(description="It was to bring the volunteer in")] = None


class ShiftSubstituteWanted(SignUpEvent, name="volunteers.shift.substitute-wanted", version=1):
    """Who is in asks for somebody to take their place (顶班)."""

    starts_at: Moment
    asked: Annotated[Id | None, Field(description="One volunteer, or anybody")]


class ShiftSwapReady(SignUpEvent, name="volunteers.shift.swap-ready", version=1):
    """The time of a place that a swap brings is reserved; it waits for the other one."""

    swap: Id


class ShiftReminder(SignUpEvent, name="volunteers.shift.reminder", version=1):
    """It begins soon: to be passed on to the volunteer."""

    starts_at: Moment
    minutes_before: int


class ShiftCheckedIn(SignUpEvent, name="volunteers.shift.checked-in", version=1):
    """上岗: the volunteer is there."""

    team: Id
    started_at: Moment


class ShiftCheckedOut(SignUpEvent, name="volunteers.shift.checked-out", version=1):
    """The volunteer has ended serving: the evidence of the minutes."""

    team: Id
    started_at: Moment
    ended_at: Moment
    minutes: int
    stated: Annotated[
        bool, Field(description="The end was stated by a person later, not taken by the machine")
    ] = False


class ShiftMissed(SignUpEvent, name="volunteers.shift.missed", version=1):
    """Confirmed, and never came (缺勤)."""

    team: Id
    starts_at: Moment


class ShiftExcused(SignUpEvent, name="volunteers.shift.excused", version=1):
    """A missed shift does not count against the volunteer."""


class ShiftBookingEvent(Event):
    """What is told of the time that a calendar keeps for a sign-up."""

    shift: Id
    sign_up: Id
    volunteer: Id


class ShiftBookingReserved(ShiftBookingEvent, name="volunteers.shift-booking.reserved", version=1):
    """A volunteer's time is reserved for a sign-up."""

    starts_at: Moment
    ends_at: Moment


class ShiftBookingRefused(ShiftBookingEvent, name="volunteers.shift-booking.refused", version=1):
    """A volunteer's time could not be reserved, or was given to something else."""

    reason: RefusalReason


class ShiftBookingReleased(ShiftBookingEvent, name="volunteers.shift-booking.released", version=1):
    """A reserved time is free again."""

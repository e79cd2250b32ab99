"""What is told of the time reserved in a volunteer's calendar."""

from enum import StrEnum

from shared.contracts.base import Event, Id, Moment


class RefusalReason(StrEnum):
    """Why a volunteer's time could not be reserved."""

    OVERLAP = "overlap"  # the calendar holds another booking at that time
    UNKNOWN_VOLUNTEER = "unknown-volunteer"
    NOT_VERIFIED = "not-verified"  # registered, but not verified by name (实名认证)
    NOT_IN_TEAM = "not-in-team"  # each minute belongs to a team the volunteer is a member of
    SUSPENDED = "suspended"
    LEFT = "left"  # no longer a volunteer, or erased
    NOT_ADULT = "not-adult"  # the post is for adults
    NOT_QUALIFIED = "not-qualified"  # a qualification that the post needs is not held
    NOT_INSURED = "not-insured"  # no insurance on record over the time of service
    NOT_BRIEFED = "not-briefed"  # the notice of risk is not acknowledged
    RELEASED = "released"  # its release was heard before it
    BARRED = "barred"  # for a time, after shifts missed
    OVERRIDDEN = "overridden"  # an administrator gave the time to something else


class BookingReserved(Event, name="volunteers.booking.reserved", version=1):
    """A volunteer's time is reserved for an acceptance."""

    acceptance: Id
    order: Id
    volunteer: Id
    starts_at: Moment
    ends_at: Moment


class BookingRefused(Event, name="volunteers.booking.refused", version=1):
    """A volunteer's time could not be reserved."""

    acceptance: Id
    order: Id
    volunteer: Id
    reason: RefusalReason


class BookingReleased(Event, name="volunteers.booking.released", version=1):
    """A reserved time is free again."""

    acceptance: Id
    volunteer: Id

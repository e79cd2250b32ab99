"""What the volunteers service tells."""

from datetime import date
from enum import StrEnum

from shared.contracts.base import Event, Id, Moment, SiteEvent
from shared.contracts.vocabulary import Mode, Theme


class RefusalReason(StrEnum):
    """Why a volunteer's time could not be reserved."""

    OVERLAP = "overlap"  # the calendar holds another booking at that time
    UNKNOWN_VOLUNTEER = "unknown-volunteer"
    NOT_VERIFIED = "not-verified"  # registered, but not verified by name (实名认证)
    NOT_IN_TEAM = "not-in-team"  # each minute belongs to a team the volunteer is a member of
    SUSPENDED = "suspended"
    RELEASED = "released"  # its release was heard before it


class VolunteerRegistered(SiteEvent, name="volunteers.volunteer.registered", version=1):
    """注册."""

    volunteer: Id
    number: str


class VolunteerVerified(SiteEvent, name="volunteers.volunteer.verified", version=1):
    """实名认证."""

    volunteer: Id


class VolunteerSuspended(SiteEvent, name="volunteers.volunteer.suspended", version=1):
    """May not serve until reinstated."""

    volunteer: Id
    reason: str


class VolunteerReinstated(SiteEvent, name="volunteers.volunteer.reinstated", version=1):
    """May serve again."""

    volunteer: Id


class TeamFormed(SiteEvent, name="volunteers.team.formed", version=1):
    """A volunteer team (志愿服务队) exists."""

    team: Id
    title: str


class MembershipJoined(SiteEvent, name="volunteers.membership.joined", version=1):
    """入队."""

    team: Id
    volunteer: Id


class MembershipLeft(SiteEvent, name="volunteers.membership.left", version=1):
    """No longer a member of the team."""

    team: Id
    volunteer: Id


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


class HoursCredited(SiteEvent, name="volunteers.hours.credited", version=1):
    """入账: minutes really served, with their evidence; each belongs to one team."""

    entry: Id
    volunteer: Id
    team: Id
    theme: Theme
    modes: list[Mode]
    minutes: int
    service_date: date
    order: Id
    acceptance: Id
    evidence: str

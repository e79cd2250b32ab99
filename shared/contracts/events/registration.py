"""What is told of registrations (报名) for activities."""

from enum import StrEnum

from shared.contracts.base import Id, Moment, PersonRef
from shared.contracts.events.activity import ActivityEvent
from shared.contracts.events.room import SessionCode


class CancelledBy(StrEnum):
    """Whose doing it is that a registration ends."""

    RESIDENT = "resident"
    HOST = "host"
    ACTIVITY = "activity"  # it, or the session, is cancelled
    EXPIRY = "expiry"  # a seat that was offered was not taken in time


class RegistrationEvent(ActivityEvent):
    """What every event of a registration carries. `people`: the resident and those who come along;
    `sessions`: for which, all where empty."""

    registration: Id
    resident: PersonRef
    people: int = 1
    sessions: list[SessionCode] = []


class RegistrationConfirmed(RegistrationEvent, name="events.registration.confirmed", version=1):
    """Its seats are taken."""


class RegistrationWaitlisted(RegistrationEvent, name="events.registration.waitlisted", version=1):
    """There are not enough seats; the first in the list gets the next ones."""


class RegistrationPromoted(RegistrationEvent, name="events.registration.promoted", version=1):
    """Seats became free for the first in the list, and are theirs."""


class RegistrationOffered(RegistrationEvent, name="events.registration.offered", version=1):
    """Seats became free for the first in the list, and are kept for them until then."""

    until: Moment


class RegistrationRequested(RegistrationEvent, name="events.registration.requested", version=1):
    """The hosts are to approve it; it holds no seat."""


class RegistrationRefused(RegistrationEvent, name="events.registration.refused", version=1):
    """The hosts did not approve it."""


class RegistrationCancelled(RegistrationEvent, name="events.registration.cancelled", version=1):
    """The seats, or the place in the list, are given back."""

    by: CancelledBy = CancelledBy.RESIDENT


class RegistrationAttended(RegistrationEvent, name="events.registration.attended", version=1):
    """They have come to a session: `people` attendances, and the resident is one person."""

    starts_at: Moment
    session: SessionCode | None = None


class RegistrationLeft(RegistrationEvent, name="events.registration.left", version=1):
    """签退: they have left a session, after so many minutes."""

    session: SessionCode
    minutes: int

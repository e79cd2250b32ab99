"""What is told of activities (活动) and registrations for them."""

from shared.contracts.base import Id, Moment, PersonRef, SiteEvent
from shared.contracts.vocabulary import Mode, Theme


class ActivityEvent(SiteEvent):
    """What every event of an activity carries."""

    activity: Id
    theme: Theme
    modes: list[Mode]
    series: str | None


class ActivityAnnounced(ActivityEvent, name="events.activity.announced", version=1):
    """An activity may be registered for."""

    title: str
    starts_at: Moment
    ends_at: Moment
    capacity: int


class ActivityCancelled(ActivityEvent, name="events.activity.cancelled", version=1):
    """It will not be held."""

    reason: str


class ActivityHeld(ActivityEvent, name="events.activity.held", version=1):
    """It was held: one session (场次), with its attendances (人次)."""

    starts_at: Moment
    attendances: int


class RegistrationEvent(ActivityEvent):
    """What every event of a registration carries."""

    registration: Id
    resident: PersonRef


class RegistrationConfirmed(RegistrationEvent, name="events.registration.confirmed", version=1):
    """A seat is taken."""


class RegistrationWaitlisted(RegistrationEvent, name="events.registration.waitlisted", version=1):
    """All seats are taken; the first in the list gets the next one."""


class RegistrationPromoted(RegistrationEvent, name="events.registration.promoted", version=1):
    """A seat became free for the first in the list."""


class RegistrationCancelled(RegistrationEvent, name="events.registration.cancelled", version=1):
    """The resident gives the seat, or the place in the list, back."""


class RegistrationAttended(RegistrationEvent, name="events.registration.attended", version=1):
    """The resident has come: one attendance."""

    starts_at: Moment

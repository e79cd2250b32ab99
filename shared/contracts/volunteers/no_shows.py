"""What is told of shifts missed, and of what follows."""

from shared.contracts.base import Event, Id, Moment


class VolunteerBarred(Event, name="volunteers.volunteer.barred", version=1):
    """Missed too often: no sign-up and no order until then."""

    volunteer: Id
    missed: int
    until: Moment


class VolunteerUnbarred(Event, name="volunteers.volunteer.unbarred", version=1):
    """May sign up again: the time is over, or a missed shift was excused."""

    volunteer: Id

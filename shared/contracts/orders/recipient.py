"""What is told of recipients (重点服务对象) and of visits to them.

Never why somebody is a recipient, how old, or how they are: ids, days and codes of what is to do.
"""

from enum import StrEnum

from shared.contracts.base import Id, Moment, SiteEvent


class RecipientEnd(StrEnum):
    """Why somebody is no longer a recipient."""

    NO_LONGER_NEEDED = "no-longer-needed"
    MOVED = "moved"
    DIED = "died"
    CONSENT_WITHDRAWN = "consent-withdrawn"


class ReportedTo(StrEnum):
    """Who is told under the duty to report (强制报告; 未成年人保护法 第十一条)."""

    POLICE = "police"
    CIVIL_AFFAIRS = "civil-affairs"
    PROCURATORATE = "procuratorate"
    EDUCATION = "education"
    HEALTH = "health"


class RecipientEvent(SiteEvent):
    """What every event of a recipient carries."""

    recipient: Id


class RecipientRegistered(RecipientEvent, name="orders.recipient.registered", version=1):
    """Somebody is helped from now on, with consent on record."""

    next_visit: Moment | None


class RecipientChanged(RecipientEvent, name="orders.recipient.changed", version=1):
    """What is kept of somebody was corrected; nothing of it is told."""


class RecipientVisitPlanned(RecipientEvent, name="orders.recipient.visit-planned", version=1):
    """When somebody is to be visited next, at the latest."""

    next_visit: Moment


class RecipientVisitOverdue(RecipientEvent, name="orders.recipient.visit-overdue", version=1):
    """Nobody came in time: told to the station, then the institute, then the office."""

    next_visit: Moment
    level: int


class RecipientClosed(RecipientEvent, name="orders.recipient.closed", version=1):
    """Somebody is no longer helped; pairings and standing orders end."""

    reason: RecipientEnd


class RecipientErased(RecipientEvent, name="orders.recipient.erased", version=1):
    """The personal data is gone, and the notes of visits with it."""


class VisitEvent(RecipientEvent):
    """What every event of a visit carries."""

    visit: Id


class RecipientVisited(VisitEvent, name="orders.recipient.visited", version=1):
    """Somebody was there."""

    order: Id | None
    pairing: Id | None
    volunteers: list[Id]
    visited_at: Moment
    next_visit: Moment | None


class VisitConcern(VisitEvent, name="orders.visit.concern", version=1):
    """Something must be looked into, or reported, by then."""

    answer_by: Moment


class VisitConcernOverdue(VisitEvent, name="orders.visit.concern-overdue", version=1):
    """A concern was neither reported nor settled in time."""

    answer_by: Moment


class VisitReported(VisitEvent, name="orders.visit.reported", version=1):
    """强制报告: it was reported, and to whom."""

    to: ReportedTo


class VisitSettled(VisitEvent, name="orders.visit.settled", version=1):
    """A concern was looked into, and nothing need be reported."""

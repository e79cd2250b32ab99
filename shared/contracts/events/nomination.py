"""What is told of nominations (推荐) and objections (异议)."""

from enum import StrEnum

from shared.contracts.base import Id, SiteEvent
from shared.contracts.events.campaign import Category


class NominatorKind(StrEnum):
    """Who nominates: oneself, a resident, a community, a unit or department."""

    SELF = "self"
    RESIDENT = "resident"
    COMMUNITY = "community"
    UNIT = "unit"


class RefusalGround(StrEnum):
    """Why a nomination is refused."""

    NOT_ELIGIBLE = "not-eligible"
    NO_EVIDENCE = "no-evidence"
    NO_CONSENT = "no-consent"
    MISCONDUCT = "misconduct"
    TOO_MANY = "too-many"


class ObjectionGround(StrEnum):
    """What an objection is about."""

    FACTS = "facts"
    ELIGIBILITY = "eligibility"
    MISCONDUCT = "misconduct"
    PROCEDURE = "procedure"


class NominationEvent(SiteEvent):
    """What every event of a nomination carries; `nominee` is the id of the nomination."""

    campaign: Id
    nominee: Id
    category: Category


class NominationSubmitted(NominationEvent, name="events.nomination.submitted", version=1):
    """It waits for its review, for the first time or after it was completed."""

    nominator: NominatorKind


class NominationReturned(NominationEvent, name="events.nomination.returned", version=1):
    """补正: something is missing; it may be completed and submitted again."""


class NominationAccepted(NominationEvent, name="events.nomination.accepted", version=1):
    """It passes the review."""


class NominationRefused(NominationEvent, name="events.nomination.refused", version=1):
    """It does not."""

    ground: RefusalGround


class NominationWithdrawn(NominationEvent, name="events.nomination.withdrawn", version=1):
    """The nominee's consent is taken back; what was written of the nominee is erased."""


class ObjectionEvent(SiteEvent):
    """What every event of an objection carries."""

    objection: Id
    campaign: Id
    nominee: Id


class ObjectionRaised(ObjectionEvent, name="events.objection.raised", version=1):
    """Somebody objects to a candidate while a notice runs."""

    ground: ObjectionGround


class ObjectionUpheld(ObjectionEvent, name="events.objection.upheld", version=1):
    """It is right: the candidate is struck."""


class ObjectionDismissed(ObjectionEvent, name="events.objection.dismissed", version=1):
    """It is not."""

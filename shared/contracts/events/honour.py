"""What is told of honours (荣誉). Whose they are is told by the id of the nomination alone."""

from enum import StrEnum

from shared.contracts.base import Id, SiteEvent
from shared.contracts.events.campaign import Category


class RevocationGround(StrEnum):
    """Why an honour is taken back."""

    MISCONDUCT = "misconduct"
    FALSE_EVIDENCE = "false-evidence"
    NOT_ELIGIBLE = "not-eligible"
    PROCEDURE = "procedure"


class HonourEvent(SiteEvent):
    """What every event of an honour carries."""

    honour: Id
    campaign: Id
    nominee: Id
    category: Category
    year: int


class HonourAwarded(HonourEvent, name="events.honour.awarded", version=1):
    """表彰."""


class HonourRevoked(HonourEvent, name="events.honour.revoked", version=1):
    """撤销荣誉. The holder may appeal."""

    ground: RevocationGround


class HonourAppealed(HonourEvent, name="events.honour.appealed", version=1):
    """申诉: the holder appeals against the revocation."""


class HonourRestored(HonourEvent, name="events.honour.restored", version=1):
    """The appeal is upheld: the honour stands, as if it had never been revoked."""


class HonourAppealDismissed(HonourEvent, name="events.honour.appeal-dismissed", version=1):
    """The appeal is dismissed: the revocation is final."""

"""What is told of bulletins (信息报送): sent upward, and used there."""

from datetime import date

from shared.contracts.base import Id, SiteEvent
from shared.contracts.reports.publicity import MediaLevel
from shared.contracts.vocabulary import Theme


class BulletinEvent(SiteEvent):
    """What every event of a bulletin carries; what it says stays in the service."""

    bulletin: Id
    theme: Theme | None


class BulletinSent(BulletinEvent, name="reports.bulletin.sent", version=1):
    """It went upward, to one level more."""

    level: MediaLevel
    sent_on: date
    photographs: int
    first: bool  # it had been sent to no level before


class BulletinPoints(BulletinEvent):
    """`points` is what the score of the site changes by, on the day of the use."""

    use: Id
    level: MediaLevel
    used_on: date
    points: int
    score: int  # of the bulletin, after this
    edition: int  # of the score table


class BulletinUsed(BulletinPoints, name="reports.bulletin.used", version=1):
    """A level has used it."""


class BulletinScored(BulletinPoints, name="reports.bulletin.scored", version=1):
    """What a use counts has changed, because another use came or went."""


class BulletinUseWithdrawn(BulletinPoints, name="reports.bulletin.use-withdrawn", version=1):
    """It was not used there after all: `points` is what is taken away, negative."""

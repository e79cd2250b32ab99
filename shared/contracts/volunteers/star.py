"""What is told of stars (星级)."""

from shared.contracts.base import Id, SiteEvent


class StarAwarded(SiteEvent, name="volunteers.star.awarded", version=1):
    """The volunteer's credited hours have reached a threshold. `site`: where the last were."""

    volunteer: Id
    stars: int
    hours: int
    total_minutes: int


class StarWithdrawn(SiteEvent, name="volunteers.star.withdrawn", version=1):
    """A correction has brought the hours below a threshold: `stars` are left."""

    volunteer: Id
    stars: int
    total_minutes: int

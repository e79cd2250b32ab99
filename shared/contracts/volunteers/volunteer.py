"""What is told of a volunteer (志愿者)."""

from shared.contracts.base import Id, SiteEvent


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

"""What is told of a volunteer (志愿者)."""

from shared.contracts.base import Id, Moment, SiteEvent


class VolunteerRegistered(SiteEvent, name="volunteers.volunteer.registered", version=1):
    """注册."""

    volunteer: Id
    number: str


class VolunteerVerified(SiteEvent, name="volunteers.volunteer.verified", version=1):
    """实名认证."""

    volunteer: Id


class VolunteerSuspended(SiteEvent, name="volunteers.volunteer.suspended", version=1):
    """May not serve until reinstated; the reason is a code, its words stay with the service."""

    volunteer: Id
    reason: str


class VolunteerReinstated(SiteEvent, name="volunteers.volunteer.reinstated", version=1):
    """May serve again."""

    volunteer: Id


class VolunteerLeft(SiteEvent, name="volunteers.volunteer.left", version=1):
    """注销: no longer a volunteer. The memberships end with it."""

    volunteer: Id


class VolunteerReturned(SiteEvent, name="volunteers.volunteer.returned", version=1):
    """Registered again after having left."""

    volunteer: Id


class VolunteerRestricted(SiteEvent, name="volunteers.volunteer.restricted", version=1):
    """Erasure was asked for; what the law says must be kept is kept closed until then."""

    volunteer: Id
    until: Moment


class VolunteerErased(SiteEvent, name="volunteers.volunteer.erased", version=1):
    """The personal data is gone; hours stay, of nobody who could be named."""

    volunteer: Id


class SkillsNamed(SiteEvent, name="volunteers.volunteer.skills-named", version=1):
    """What the volunteer can do, by their own word: all of it."""

    volunteer: Id
    skills: list[str]


class AgeBandTold(SiteEvent, name="volunteers.volunteer.age-band-told", version=1):
    """Whether somebody is of age, by the document on record; never the day of birth. Told when it
    is first known, when it was corrected, and on the eighteenth birthday."""

    volunteer: Id
    adult: bool


class RiskAcknowledged(SiteEvent, name="volunteers.volunteer.risk-acknowledged", version=1):
    """风险告知: read and agreed to; its code."""

    volunteer: Id
    notice: str


class VolunteerInsured(SiteEvent, name="volunteers.volunteer.insured", version=1):
    """志愿服务保险 until the end of a day."""

    volunteer: Id
    until: Moment


class TrainingRecorded(SiteEvent, name="volunteers.training.recorded", version=1):
    """培训: a code of the installation, and how long it took."""

    volunteer: Id
    training: str
    minutes: int


class AwardRecorded(SiteEvent, name="volunteers.award.recorded", version=1):
    """表彰奖励, and of which level."""

    volunteer: Id
    level: str

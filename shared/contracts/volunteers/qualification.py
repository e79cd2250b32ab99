"""What is told of volunteers' qualifications (资质)."""

from shared.contracts.base import Event, Id, Moment, SiteEvent


class QualificationEvent(SiteEvent):
    """What each of them carries."""

    volunteer: Id
    qualification: str
    includes: list[str] = []  # what it stood for besides itself, by the catalogue of that time
    until: Moment | None = None  # it expires then; null: never


class QualificationGranted(QualificationEvent, name="volunteers.qualification.granted", version=1):
    """A volunteer holds it, perhaps anew with another end."""


class QualificationExpired(QualificationEvent, name="volunteers.qualification.expired", version=1):
    """Its time is over."""


class QualificationRevoked(QualificationEvent, name="volunteers.qualification.revoked", version=1):
    """It was taken back."""


class QualificationDefined(Event, name="volunteers.qualification.defined", version=1):
    """The catalogue has a qualification, new or changed."""

    qualification: str
    title: str
    includes: list[str]

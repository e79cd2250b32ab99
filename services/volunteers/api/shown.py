"""A volunteer as answers show one: masked. Clear data has an operation of its own, and an audit."""

from dataclasses import dataclass
from datetime import datetime

from services.volunteers.model.commands import Relation
from services.volunteers.model.credentials import Award, Held, Insurance, Training
from services.volunteers.model.person import Consented, Person
from services.volunteers.model.volunteer import (
    GONE,
    MembershipRequest,
    Returned,
    Volunteer,
    VolunteerStatus,
)
from shared.contracts.personal import IdType
from shared.storage.aggregates import Loaded
from shared.web.api import Page


@dataclass(frozen=True)
class GuardianShown:
    """The guardian of a minor, masked."""

    name: str
    telephone: str
    relation: Relation


@dataclass(frozen=True)
class PersonShown:
    """Basic information, masked."""

    name: str
    id_type: IdType
    id_number: str
    telephone: str
    has_address: bool
    minor: bool
    consent: Consented
    guardian: GuardianShown | None


@dataclass(frozen=True)
class VolunteerShown:
    """One volunteer (志愿者)."""

    status: VolunteerStatus
    number: str
    national_number: str | None
    person: str
    site: str
    teams: list[str]
    reason: str | None
    personal: PersonShown | None
    skills: list[str]
    qualifications: dict[str, Held]
    insurance: list[Insurance]
    notices: dict[str, datetime]
    trainings: list[Training]
    awards: list[Award]
    requests: list[MembershipRequest]
    returned: Returned | None
    kept_until: datetime | None


def shown(loaded: Loaded[Volunteer], now: datetime) -> Loaded[VolunteerShown]:
    """Nothing sealed goes out, and nothing of who has left the list of those that are read."""
    it = loaded.state
    state = VolunteerShown(
        status=it.status,
        number=it.number,
        national_number=it.national_number,
        person=it.person,
        site=it.site,
        teams=it.teams,
        reason=it.reason,
        personal=_person(it.personal, now) if it.personal and it.status not in GONE else None,
        skills=it.skills,
        qualifications=it.credentials.qualifications,
        insurance=it.credentials.insurance,
        notices=it.credentials.notices,
        trainings=it.credentials.trainings,
        awards=it.credentials.awards,
        requests=it.requests,
        returned=it.returned,
        kept_until=it.kept_until,
    )
    return Loaded(loaded.id, loaded.version, loaded.made, state, [])


def shown_page(page: Page[Volunteer], now: datetime) -> Page[VolunteerShown]:
    return Page([shown(each, now) for each in page.items], page.next)


def _person(person: Person, now: datetime) -> PersonShown:
    guardian = person.guardian
    return PersonShown(
        name=person.name_masked,
        id_type=person.id_type,
        id_number=person.id_number_masked,
        telephone=person.telephone_masked,
        has_address=person.address is not None,
        minor=person.minor(now),
        consent=person.consent,
        guardian=(
            GuardianShown(guardian.name_masked, guardian.telephone_masked, guardian.relation)
            if guardian
            else None
        ),
    )

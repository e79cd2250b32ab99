"""What can be asked of a person's data: registered with consent, searched, corrected, erased."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from shared.contracts.base import OR_IN_CHINESE, Command, Moment, SiteCode
from shared.contracts.personal import (
    HomeAddress,
    IdNumber,
    IdType,
    PersonName,
    PrivateCommand,
    Telephone,
    number_problem,
)

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")]
"""A short code of the installation's own: of a consent's text, a skill, a notice."""


class Channel(StrEnum):
    """How a consent was given."""

    PAPER = "paper"
    IN_PERSON = "in-person"  # said, before whoever enters it
    APP = "app"


class Relation(StrEnum):
    """What a guardian (监护人) is to the minor (民法典, article 27)."""

    PARENT = "parent"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    OTHER = "other"  # appointed, or a committee


class Consent(Command):
    """同意: to which text, when, how (个人信息保护法, articles 13, 14, 29)."""

    text: Code  # which version of the notice was shown
    given_at: Moment
    channel: Channel


class GuardianGiven(PrivateCommand):
    """The guardian of a minor, who consents for them (articles 28 and 31)."""

    name: PersonName
    telephone: Telephone
    relation: Relation
    consent: Consent


class PersonGiven(PrivateCommand):
    """Basic information of a volunteer (志愿服务记录与证明出具办法, article 7)."""

    name: PersonName
    id_type: IdType = IdType.RESIDENT_ID
    id_number: IdNumber
    telephone: Telephone
    address: HomeAddress | None = None
    born_on: Annotated[
        date | None,
        Field(description="Where the document's number does not hold it"),
    ] = None
    consent: Consent
    guardian: GuardianGiven | None = None

    @field_validator("id_number")
    @classmethod
    def number_fits_its_type(cls, value: str, info: ValidationInfo) -> str:
        """The check digit of an identity card (居民身份证, GB 11643-1999) among others."""
        type = info.data.get("id_type")
        if type and (problem := number_problem(type, value)):
            raise ValueError(problem)
        return value


class RecordPerson(PersonGiven):
    """Personal data of a volunteer who is registered already, or corrected as a whole."""


class FindPerson(PrivateCommand):
    """Search by an exact number. It is sent in the body, so that it stands in no address."""

    id_number: IdNumber | None = None
    telephone: Telephone | None = None
    site: SiteCode | None = None

    @model_validator(mode="after")
    def by_one_number(self) -> Self:
        if (self.id_number is None) == (self.telephone is None):
            raise ValueError(
                f"give id_number or telephone{OR_IN_CHINESE}请填写 id_number 或 telephone 其中一项"
            )
        return self


class Purpose(StrEnum):
    """What clear data is read for; it stands in the audit."""

    OWN_COPY = "own-copy"  # the person asks for it (个人信息保护法, article 45)
    CONTACT = "contact"
    VERIFICATION = "verification"  # 实名认证
    EMERGENCY = "emergency"
    INSURANCE = "insurance"
    CERTIFICATE = "certificate"  # 志愿服务记录证明
    CORRECTION = "correction"


class ErasePerson(Command):
    """The person, or their guardian, wants the data erased (个人信息保护法, article 47)."""

    asked_at: Moment
    channel: Channel

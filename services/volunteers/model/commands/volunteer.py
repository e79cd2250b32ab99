"""What can be asked of a volunteer (志愿者)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.volunteers.model.commands.person import Code, PersonGiven
from shared.contracts.base import OR_IN_CHINESE, Command, Id, Line, Minutes, PersonRef, SiteCode
from shared.contracts.personal import looks_personal


def _no_personal_number(value: str) -> str:
    if looks_personal(value):
        raise ValueError(
            "holds what looks like a telephone or identity number"
            f"{OR_IN_CHINESE}似含电话号码或身份证号码"
        )
    return value


PlainLine = Annotated[Line, AfterValidator(_no_personal_number)]
"""One line that is kept as it is, so nobody's number may stand in it."""

NationalNumber = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Z]{8,24}$"), AfterValidator(_no_personal_number)
]
"""志愿者统一编号, as the national system gave it."""


class RegisterVolunteer(Command):
    """注册. `person` is the number under which the client knows the person; it may be left out
    where the personal data is given."""

    person: PersonRef | None = None
    site: SiteCode
    personal: PersonGiven | None = None
    skills: Annotated[list[Code], Field(max_length=40)] = []

    @model_validator(mode="after")
    def somebody(self) -> Self:
        if self.person is None and self.personal is None:
            raise ValueError(f"give person, or personal{OR_IN_CHINESE}请填写 person 或 personal")
        return self


class VerifyVolunteer(Command):
    """实名认证: somebody has seen the document."""


class SuspensionCause(StrEnum):
    """Why somebody is suspended, in a word that may be told to other systems."""

    CONDUCT = "conduct"
    ABSENCE = "absence"  # did not come, again and again
    SAFETY = "safety"
    RECORDS = "records"  # false entries
    REQUEST = "request"  # their own
    OTHER = "other"


class SuspendVolunteer(Command):
    """May not serve until reinstated."""

    cause: SuspensionCause = SuspensionCause.OTHER
    reason: PlainLine


class ReinstateVolunteer(Command):
    """May serve again."""


class DeregisterVolunteer(Command):
    """注销: no longer a volunteer; the record stays."""


class ReturnVolunteer(Command):
    """Registered again after having left; to be verified anew."""


class GiveNationalNumber(Command):
    """The unified number (志愿者统一编号) that the national system has given."""

    number: NationalNumber


class NameSkills(Command):
    """What a volunteer says they can do; replaces what was named before."""

    skills: Annotated[list[Code], Field(max_length=40)]


class JoinTeam(Command):
    """入队."""

    team: Id


class LeaveTeam(Command):
    """No longer a member."""

    team: Id


class RequestMembership(Command):
    """Wants to be a member; a leader of the team decides."""

    team: Id
    note: PlainLine | None = None


class DecideMembership(Command):
    """A leader decides about a request."""

    team: Id
    admit: bool
    reason: PlainLine | None = None


class RecordTraining(Command):
    """培训情况 (志愿服务记录与证明出具办法, article 9): what, how long, when, by whom."""

    training: Code
    title: PlainLine
    minutes: Minutes
    completed_on: date
    organiser: PlainLine


class RecordAward(Command):
    """表彰奖励情况: what, of which level, by whom, when."""

    title: PlainLine
    level: Annotated[
        str, Field(pattern=r"^(national|province|city|district|street|community|unit)$")
    ]
    organisation: PlainLine
    given_on: date


class RecordInsurance(Command):
    """志愿服务保险: where a post asks for it."""

    insurer: PlainLine
    policy: PlainLine
    starts_on: date
    ends_on: date

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(
                f"ends_on should not be before starts_on{OR_IN_CHINESE}ends_on 不应早于 starts_on"
            )
        return self


class AcknowledgeRisk(Command):
    """风险告知: the volunteer has read the notice of a risky kind of service and agreed."""

    notice: Code

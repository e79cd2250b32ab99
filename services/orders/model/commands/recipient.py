"""What can be asked about recipients (重点服务对象) and visits to them."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.orders.model.commands.texts import FileRef
from shared.contracts.base import OR_IN_CHINESE, Command, Id, Moment, Note, PersonRef, SiteCode
from shared.contracts.orders.recipient import RecipientEnd, ReportedTo
from shared.contracts.personal import (
    HomeAddress,
    IdNumber,
    IdType,
    PersonName,
    PrivateCommand,
    Telephone,
    number_problem,
)
from shared.contracts.texts import PlainLine

VisitDays = Annotated[int, Field(ge=1, le=366, description="Days between two visits")]


class RecipientCategory(StrEnum):
    """Why somebody is helped (plan, 四(三): 助老、助困、助病、助残, 留守儿童)."""

    LONELY_ELDERLY = "lonely-elderly"  # 孤寡、空巢老人
    DISABLED = "disabled"  # 残障人士
    ILL = "ill"  # 重病
    HARDSHIP = "hardship"  # 困难家庭
    LEFT_BEHIND_CHILD = "left-behind-child"  # 留守儿童
    CHILD_IN_NEED = "child-in-need"  # 困境儿童
    OTHER = "other"


CHILDREN = frozenset({RecipientCategory.LEFT_BEHIND_CHILD, RecipientCategory.CHILD_IN_NEED})
SENSITIVE = CHILDREN | {RecipientCategory.DISABLED, RecipientCategory.ILL}
"""Health, and the young (个人信息保护法 第二十八条): these need a consent of their own."""


class GivenBy(StrEnum):
    """Who consents."""

    SELF = "self"
    GUARDIAN = "guardian"


class RecipientConsent(Command):
    """同意, and what shows it."""

    given_by: GivenBy
    given_at: Moment
    channel: Annotated[str, Field(pattern="^(paper|in-person)$")]
    paper: FileRef | None = None
    witness: Annotated[PersonRef | None, Field(description="Who heard it, if not on paper")] = None
    sensitive: Annotated[
        bool, Field(description="Separately, to data on health, disability or a child (单独同意)")
    ] = False

    @model_validator(mode="after")
    def _shown(self) -> Self:
        if self.paper is None and self.witness is None:
            raise ValueError(f"needs paper or witness{OR_IN_CHINESE}须填写 paper 或 witness")
        return self


class GuardianData(PrivateCommand):
    """Who answers for a child, or for an adult who can't."""

    name: PersonName
    telephone: Telephone


class RecipientData(PrivateCommand):
    """Who it is, and what is needed; sealed before it is kept."""

    name: PersonName
    telephone: Telephone | None = None
    address: HomeAddress
    id_type: IdType = IdType.RESIDENT_ID
    id_number: IdNumber | None = None
    needs: Note | None = None
    guardian: GuardianData | None = None

    @model_validator(mode="after")
    def _number(self) -> Self:
        problem = self.id_number and number_problem(self.id_type, self.id_number)
        if problem:
            en, zh = problem.split(OR_IN_CHINESE)
            raise ValueError(f"id_number {en}{OR_IN_CHINESE}id_number {zh}")
        return self


class RecordRecipient(PrivateCommand):
    """Personal data, category and consent, as a whole."""

    categories: Annotated[list[RecipientCategory], Field(min_length=1, max_length=4)]
    minor: Annotated[bool, Field(description="Under eighteen")] = False
    consent: RecipientConsent
    data: RecipientData


class RegisterRecipient(RecordRecipient):
    """Somebody is helped from now on."""

    site: SiteCode
    person: PersonRef
    visit_days: VisitDays | None = None
    next_visit: Annotated[date | None, Field(description="At the latest")] = None


class PlanVisit(Command):
    """When somebody is to be visited next, and how often from then on."""

    next_visit: date
    visit_days: VisitDays | None = None


class CloseRecipient(Command):
    """Somebody is no longer helped. Without consent everything is erased at once."""

    reason: RecipientEnd


class EraseRecipient(Command):
    """The data of somebody who is closed is erased sooner than by itself."""


class Visitor(Command):
    """One who was there."""

    volunteer: Id
    adult: Annotated[
        bool | None, Field(description="Not needed: what the volunteers service tells counts")
    ] = None


class VisitOutcome(StrEnum):
    """How it was."""

    WELL = "well"
    FOLLOW_UP = "follow-up"
    CONCERN = "concern"  # must be reported or settled within a day


class RecordVisit(PrivateCommand):
    """Somebody was there; the note is sealed before it is kept."""

    visited_at: Moment
    visitors: Annotated[list[Visitor], Field(min_length=1, max_length=10)]
    outcome: VisitOutcome
    note: Note | None = None
    order: Id | None = None
    pairing: Id | None = None
    next_visit: Annotated[date | None, Field(description="If not after the usual days")] = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({each.volunteer for each in self.visitors}) != len(self.visitors):
            raise ValueError(f"visitors should each be named once{OR_IN_CHINESE}visitors 不能重复")
        return self


class ReportVisit(Command):
    """强制报告."""

    to: ReportedTo
    reference: Annotated[PlainLine | None, Field(description="Case number: 受案编号")] = None


class SettleConcern(PrivateCommand):
    """It was looked into: nothing need be reported, and why; the words are sealed."""

    note: Note


class ReadFor(StrEnum):
    """What clear data is read for; it stands in the audit."""

    OWN_COPY = "own-copy"  # the person asks for it (个人信息保护法 第四十五条)
    CARE = "care"
    EMERGENCY = "emergency"
    CORRECTION = "correction"
    SUPERVISION = "supervision"

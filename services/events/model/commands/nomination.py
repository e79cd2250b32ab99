"""What can be asked of nominations (推荐) and objections (异议)."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import Command, Id, Line, Moment, Note, PersonRef, SiteCode
from shared.contracts.events import NominatorKind, ObjectionGround, RefusalGround

Condition = Annotated[int, Field(ge=1, le=20)]


class NomineeConsent(Command):
    """本人同意: without it nobody is nominated."""

    given: Literal[True]
    at: Moment
    by: Annotated[PersonRef, Field(description="The nominee, or who speaks for the household")]
    form: Annotated[Id | None, Field(description="The signed form, where it is kept")] = None


class NominationFacts(Command):
    """What is said of a nominee. It is published in the notice: no telephone, address or number."""

    display: Annotated[Line, Field(description="The name as the notice shows it, such as 王**家庭")]
    story: Annotated[Note, Field(description="事迹")]
    evidence: Annotated[
        list[Id], Field(min_length=1, max_length=20, description="Files that show it")
    ]
    meets: Annotated[
        list[Condition], Field(max_length=20, description="Conditions met, by number from 1")
    ] = []


class SubmitNomination(NominationFacts):
    """推荐."""

    campaign: Id
    site: Annotated[SiteCode, Field(description="Community of the nominee")]
    nominee: Annotated[PersonRef, Field(description="Derived number of the person or household")]
    nominator: NominatorKind
    by: Annotated[PersonRef | None, Field(description="Who nominates, where it is a person")] = None
    consent: NomineeConsent


class CompleteNomination(NominationFacts):
    """补正: what was returned, completed."""


class ReturnNomination(Command):
    """退回补正."""

    missing: Note


class AcceptNomination(Command):
    """It passes: every condition was checked."""


class RefuseNomination(Command):
    """It does not."""

    ground: RefusalGround


class WithdrawNomination(Command):
    """The nominee's consent is taken back."""


class RaiseObjection(Command):
    """异议 against a candidate while a notice runs."""

    campaign: Id
    nominee: Id
    ground: ObjectionGround
    text: Note
    by: PersonRef


class AnswerObjection(Command):
    """What was found."""

    answer: Note

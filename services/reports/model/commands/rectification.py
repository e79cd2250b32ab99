"""What can be asked of rectification orders (整改)."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Command, Id, Moment, PersonRef, SiteCode
from shared.contracts.texts import PlainLine, PlainNote

Files = Annotated[
    list[Id], Field(max_length=30, description="Files of the purpose `rectification`, of the site")
]


class OrderRectification(Command):
    """下达整改: a site has to mend something by a deadline."""

    site: SiteCode
    title: PlainLine
    points: Annotated[list[PlainNote], Field(min_length=1, max_length=20)]
    due: Moment
    responsible: Annotated[PersonRef | None, Field(description="Who answers for the site")] = None
    assessment: Id | None = None
    inspection: Id | None = None
    finding: Id | None = None
    follow_up: Annotated[bool, Field(description="An inspection is to confirm it")] = True


class AnswerRectification(Command):
    """What the site has done."""

    text: PlainNote
    files: Files = []
    answered_by: PersonRef


class AcceptAnswer(Command):
    """The answer is enough; without a follow-up it is closed with it."""

    note: PlainLine | None = None


class SendAnswerBack(Command):
    """退回: it is not enough; there is a new deadline."""

    reason: PlainNote
    due: Moment


class ExtendDeadline(Command):
    """延期."""

    reason: PlainLine
    due: Moment


class CloseRectification(Command):
    """销号 after the follow-up inspection that confirmed it."""

    inspection: Id


class CancelRectification(Command):
    """It was ordered in error."""

    reason: PlainLine

"""What can be asked about a policy question."""

from typing import Annotated

from pydantic import Field

from services.orders.model.commands.order import OnBehalf
from services.orders.model.commands.texts import FileRef
from shared.contracts.base import Command, PersonRef, SiteCode
from shared.contracts.orders.question import PolicyTopic
from shared.contracts.texts import PlainNote
from shared.contracts.vocabulary import Department


class AskQuestion(Command):
    """A resident wants to know. A department, where the asker knows it, routes it at once."""

    site: SiteCode
    resident: PersonRef
    topic: PolicyTopic
    text: PlainNote
    channel: Annotated[str, Field(pattern="^(counter|telephone|visit|online|lecture)$")] = "counter"
    department: Department | None = None
    on_behalf: OnBehalf | None = None


class RouteQuestion(Command):
    """It is for this department; without one, for that of the topic."""

    department: Department | None = None


class AnswerQuestion(Command):
    """The answer, with what it rests on."""

    text: PlainNote
    basis: Annotated[
        str | None, Field(max_length=200, description="Document number, article: 依据")
    ] = None
    files: Annotated[list[FileRef], Field(max_length=9)] = []


class WithdrawQuestion(Command):
    """It need not be answered any more."""

"""What one person writes and another checks (核稿) before it goes out: a bulletin, a model case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Self

from services.reports.model.commands import Article, SendBack, WithdrawBulletin
from services.reports.model.moves import Moves, consented, require
from services.reports.model.people import another, named
from shared.contracts.base import Event
from shared.contracts.vocabulary import Theme

MOST_REMARKS = 50


@dataclass(kw_only=True)
class Written:
    """Who wrote and who checked are references, never names.

    What it becomes adds its own statuses to `draft`, `checked` and `withdrawn`, and its moves.
    """

    moves: ClassVar[Moves]

    status: StrEnum
    id: str
    site: str
    title: str
    text: str
    theme: Theme | None
    photographs: list[str]
    consent: bool
    written_by: str
    checked_by: str | None = None
    remarks: list[str] = field(default_factory=list)  # why it was sent back or withdrawn

    @classmethod
    def draft(cls, id: str, command: Article, person: str) -> tuple[Self, list[Event]]:
        """拟稿: nobody is told of it yet."""
        consented(command.photographs, command.consent)
        return cls(id=id, written_by=named(person), **dict(command)), []

    def revise(self, command: Article, person: str) -> Sequence[Event]:
        """The whole text anew; who revises it can't check it."""
        require(self.moves, self.status, "revise")
        consented(command.photographs, command.consent)
        vars(self).update(dict(command), written_by=named(person))
        return []

    def check(self, person: str) -> Sequence[Event]:
        """核稿, by another person."""
        require(self.moves, self.status, "check")
        self.checked_by = another(person, self.written_by)
        self._enter("checked")
        return []

    def send_back(self, command: SendBack) -> Sequence[Event]:
        """退稿: it is a draft again, with what is wrong."""
        require(self.moves, self.status, "send-back")
        self.checked_by = None
        self._enter("draft")
        self._remark(command.reason)
        return []

    def withdraw(self, command: SendBack | WithdrawBulletin) -> Sequence[Event]:
        """It does not go out, or is told of no longer."""
        require(self.moves, self.status, "withdraw")
        self._enter("withdrawn")
        self._remark(command.reason)
        return []

    def _enter(self, status: str) -> None:
        self.status = type(self.status)(status)

    def _remark(self, reason: str) -> None:
        self.remarks = [*self.remarks, reason][-MOST_REMARKS:]

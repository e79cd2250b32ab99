"""A model case (先进典型, plan 六(三)): written, checked by another person, published."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.reports.model.commands import DraftCase, PublishCase, ReviseCase, SendBack
from services.reports.model.moves import consented, past_day, require, today
from services.reports.model.people import another, named
from shared.contracts.base import Event
from shared.contracts.reports import (
    CaseKind,
    ModelCaseEvent,
    ModelCasePublished,
    ModelCaseWithdrawn,
)
from shared.contracts.vocabulary import Theme


class CaseStatus(StrEnum):
    DRAFT = "draft"
    CHECKED = "checked"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


MOVES: dict[str, tuple[str, ...]] = {
    CaseStatus.DRAFT: ("revise", "check", "send-back", "withdraw"),
    CaseStatus.CHECKED: ("publish", "send-back", "withdraw"),
    CaseStatus.PUBLISHED: ("withdraw",),
    CaseStatus.WITHDRAWN: (),
}


@dataclass
class ModelCase:
    """Who wrote and who checked are references, never names."""

    status: CaseStatus
    id: str
    site: str
    kind: CaseKind
    title: str
    text: str
    theme: Theme | None
    honour: str | None
    photographs: list[str]
    consent: bool
    written_by: str
    checked_by: str | None = None
    published_on: str | None = None  # a day, ISO 8601
    link: str | None = None
    remarks: list[str] = field(default_factory=list)  # why it was sent back or withdrawn

    @classmethod
    def draft(cls, id: str, command: DraftCase, person: str) -> tuple["ModelCase", list[Event]]:
        """Nobody is told of it yet."""
        consented(command.photographs, command.consent)
        return cls(CaseStatus.DRAFT, id=id, written_by=named(person), **dict(command)), []

    def revise(self, command: ReviseCase, person: str) -> Sequence[Event]:
        """The whole text anew; who revises it can't check it."""
        require(MOVES, self.status, "revise")
        consented(command.photographs, command.consent)
        vars(self).update(dict(command), written_by=named(person))
        return []

    def check(self, person: str) -> Sequence[Event]:
        """核稿, by another person."""
        require(MOVES, self.status, "check")
        self.checked_by = another(person, self.written_by)
        self.status = CaseStatus.CHECKED
        return []

    def send_back(self, command: SendBack) -> Sequence[Event]:
        """退稿: it is a draft again, with what is wrong."""
        require(MOVES, self.status, "send-back")
        self.status, self.checked_by = CaseStatus.DRAFT, None
        self.remarks = [*self.remarks, command.reason][-50:]
        return []

    def publish(self, command: PublishCase, now: datetime) -> Sequence[Event]:
        """发布."""
        require(MOVES, self.status, "publish")
        day = command.published_on or today(now)
        self.status, self.link = CaseStatus.PUBLISHED, command.link
        self.published_on = past_day(day, now, "published_on")
        return [self._tell(ModelCasePublished, photographs=len(self.photographs))]

    def withdraw(self, command: SendBack) -> Sequence[Event]:
        """It is told of no longer: an honour was revoked, a consent was taken back."""
        require(MOVES, self.status, "withdraw")
        self.status = CaseStatus.WITHDRAWN
        self.remarks = [*self.remarks, command.reason][-50:]
        return [self._tell(ModelCaseWithdrawn)] if self.published_on else []

    def _tell(self, event: type[ModelCaseEvent], **facts: int) -> Event:
        assert self.published_on  # only what is published is told of
        return event.model_validate(
            {
                "case": self.id,
                "site": self.site,
                "kind": self.kind,
                "theme": self.theme,
                "published_on": self.published_on,
            }
            | facts
        )

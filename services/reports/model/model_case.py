"""A model case (先进典型, plan 六(三)): written, checked by another person, published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from services.reports.model.article import Written
from services.reports.model.commands import PublishCase, SendBack, WithdrawBulletin
from services.reports.model.moves import Moves, past_day, require, today
from shared.contracts.base import Event
from shared.contracts.reports import (
    CaseKind,
    ModelCaseEvent,
    ModelCasePublished,
    ModelCaseWithdrawn,
)


class CaseStatus(StrEnum):
    DRAFT = "draft"
    CHECKED = "checked"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


MOVES: Moves = {
    CaseStatus.DRAFT: ("revise", "check", "send-back", "withdraw"),
    CaseStatus.CHECKED: ("publish", "send-back", "withdraw"),
    CaseStatus.PUBLISHED: ("withdraw",),
    CaseStatus.WITHDRAWN: (),
}


@dataclass(kw_only=True)
class ModelCase(Written):
    """Whom others may learn from. Who wrote and who checked are references, never names."""

    moves: ClassVar[Moves] = MOVES

    status: CaseStatus = CaseStatus.DRAFT
    kind: CaseKind
    honour: str | None
    published_on: str | None = None  # a day, ISO 8601
    link: str | None = None

    def publish(self, command: PublishCase, now: datetime) -> Sequence[Event]:
        """发布."""
        require(MOVES, self.status, "publish")
        day = command.published_on or today(now)
        self.status, self.link = CaseStatus.PUBLISHED, command.link
        self.published_on = past_day(day, now, "published_on")
        return [self._tell(ModelCasePublished, photographs=len(self.photographs))]

    def withdraw(self, command: SendBack | WithdrawBulletin) -> Sequence[Event]:
        """It is told of no longer: an honour was revoked, a consent was taken back."""
        super().withdraw(command)
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

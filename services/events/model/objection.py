"""An objection (异议) against a candidate, raised while a notice runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from services.events.model.campaign import Campaign
from services.events.model.commands.nomination import AnswerObjection, RaiseObjection
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.contracts.events import ObjectionGround
from shared.errors import Conflict, Text

E = TypeVar("E", bound=told.ObjectionEvent)


class ObjectionStatus(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass
class Objection:
    """Its text and who raised it stay here: neither is told."""

    id: str
    status: ObjectionStatus
    campaign: str
    site: str  # of the campaign: its office answers
    nominee: str  # id of the nomination
    ground: ObjectionGround
    text: str
    by: str
    answer: str | None = None

    @classmethod
    def raise_(
        cls, id: str, command: RaiseObjection, campaign: Campaign, now: datetime
    ) -> tuple["Objection", list[Event]]:
        """Anybody may, until the notice ends."""
        campaign.require_notice(command.nominee, now)
        objection = cls(id=id, status=ObjectionStatus.OPEN, site=campaign.site, **dict(command))
        told_of = told.ObjectionRaised(
            objection=id,
            campaign=command.campaign,
            site=campaign.site,
            nominee=command.nominee,
            ground=command.ground,
        )
        return objection, [told_of]

    def uphold(self, command: AnswerObjection, now: datetime) -> Sequence[Event]:
        """It is right: the candidate is struck."""
        self._answer(command, ObjectionStatus.UPHELD)
        return [self._tell(told.ObjectionUpheld)]

    def dismiss(self, command: AnswerObjection, now: datetime) -> Sequence[Event]:
        """It is not."""
        self._answer(command, ObjectionStatus.DISMISSED)
        return [self._tell(told.ObjectionDismissed)]

    def _answer(self, command: AnswerObjection, status: ObjectionStatus) -> None:
        if self.status is not ObjectionStatus.OPEN:
            raise Conflict(
                Text(f"It is answered: {self.status}.", f"已答复:{self.status}。"),
                extra={"state": self.status, "allowed": []},
            )
        self.status, self.answer = status, command.answer

    def _tell(self, event: type[E]) -> E:
        return event(
            objection=self.id, campaign=self.campaign, site=self.site, nominee=self.nominee
        )

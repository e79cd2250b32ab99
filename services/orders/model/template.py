"""A response template (答复模板): words for a reason that is given again and again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.orders.model.commands import ChangeTemplate, WriteTemplate
from shared.contracts.base import Event
from shared.errors import Conflict, Text, invalid


class TemplateStatus(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass
class Template:
    """Its words are copied where it is used: an old answer stays as it was."""

    status: TemplateStatus
    title: str
    text: str
    uses: list[str]  # moves

    @classmethod
    def write(cls, command: WriteTemplate) -> tuple["Template", list[Event]]:
        return cls(TemplateStatus.ACTIVE, command.title, command.text, list(command.uses)), []

    def change(self, command: ChangeTemplate, now: datetime) -> Sequence[Event]:
        self._require_active()
        self.title, self.text, self.uses = command.title, command.text, list(command.uses)
        return []

    def retire(self, now: datetime) -> Sequence[Event]:
        self._require_active()
        self.status = TemplateStatus.RETIRED
        return []

    def words_for(self, move: str) -> str:
        """Raises Unprocessable where it is not meant for this."""
        if self.status is not TemplateStatus.ACTIVE or move not in self.uses:
            raise invalid("template", f"is not one for {move}", f"该模板不适用于 {move}")
        return self.text

    def _require_active(self) -> None:
        if self.status is not TemplateStatus.ACTIVE:
            raise Conflict(
                Text("It is retired.", "该模板已停用。"),
                extra={"state": self.status, "allowed": []},
            )

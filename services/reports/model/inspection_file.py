"""An inspection file (台账) that was ordered: by whom, of what. Its ZIP is made when it is read."""

from dataclasses import dataclass
from datetime import datetime

from services.reports.model.commands.inspection_file import ContentsEntry, OrderInspectionFile
from shared.contracts.base import Event


@dataclass
class InspectionFile:
    """The contents are fixed when it is ordered, whatever becomes of the rubric."""

    period: str
    site: str | None  # None: the street
    rubric: str | None
    edition: int | None  # of the rubric
    contents: list[ContentsEntry]
    ordered_at: datetime
    status: str = "ordered"

    @classmethod
    def order(
        cls,
        command: OrderInspectionFile,
        contents: list[ContentsEntry],
        edition: int | None,
        now: datetime,
    ) -> tuple["InspectionFile", list[Event]]:
        """Nobody else is told."""
        return (
            cls(
                period=command.period,
                site=command.site,
                rubric=command.rubric,
                edition=edition,
                contents=contents,
                ordered_at=now,
            ),
            [],
        )

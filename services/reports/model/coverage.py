"""Media coverage (舆论引导): what the media reported, by whom, when, of which sites."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from services.reports.model.commands import RecordCoverage, WithdrawCoverage
from services.reports.model.moves import past_day, require
from shared.contracts.base import Event
from shared.contracts.reports import (
    CoverageEvent,
    MediaLevel,
    Medium,
    PublicityRecorded,
    PublicityWithdrawn,
)
from shared.contracts.vocabulary import Theme


class CoverageStatus(StrEnum):
    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"


MOVES: dict[str, tuple[str, ...]] = {
    CoverageStatus.RECORDED: ("withdraw",),
    CoverageStatus.WITHDRAWN: (),
}


@dataclass
class Coverage:
    """One report of one outlet. It is not corrected, but withdrawn and recorded anew."""

    id: str
    status: CoverageStatus
    site: str
    medium: Medium
    level: MediaLevel
    outlet: str
    title: str
    published_on: str  # a day, ISO 8601
    link: str | None
    theme: Theme | None
    sites: list[str] = field(default_factory=list)
    activities: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    reason: str | None = None  # of its withdrawal

    @classmethod
    def record(
        cls, id: str, command: RecordCoverage, now: datetime
    ) -> tuple["Coverage", list[Event]]:
        """登记."""
        facts = dict(command)
        facts["published_on"] = past_day(command.published_on, now, "published_on")
        coverage = cls(id=id, status=CoverageStatus.RECORDED, **facts)
        return coverage, [coverage._tell(PublicityRecorded)]

    def withdraw(self, command: WithdrawCoverage, now: datetime) -> Sequence[Event]:
        """It counts no longer."""
        require(MOVES, self.status, "withdraw")
        self.status, self.reason = CoverageStatus.WITHDRAWN, command.reason
        return [self._tell(PublicityWithdrawn)]

    def _tell(self, event: type[CoverageEvent]) -> Event:
        return event(
            coverage=self.id,
            site=self.site,
            sites=self.sites,
            medium=self.medium,
            level=self.level,
            published_on=date.fromisoformat(self.published_on),
            theme=self.theme,
        )

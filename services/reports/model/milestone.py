"""A milestone (节点) of a site's construction: its day, its evidence, and where it stands."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from services.reports.model.commands.construction import PlannedMilestone
from services.reports.model.period import SHANGHAI

MOST_EVIDENCE = 50


class MilestoneStatus(StrEnum):
    PLANNED = "planned"
    DUE = "due"  # its day is near
    OVERDUE = "overdue"
    REACHED = "reached"
    DROPPED = "dropped"


OPEN = (MilestoneStatus.PLANNED, MilestoneStatus.DUE, MilestoneStatus.OVERDUE)


@dataclass
class EvidenceFile:
    """A file that shows it; its bytes are kept apart."""

    title: str
    added_by: str  # a reference, never a name
    added_at: datetime


@dataclass
class Change:
    """Why it was moved, dropped or opened again."""

    what: str
    reason: str
    at: datetime


@dataclass
class Milestone:
    """Days are ISO 8601, in Asia/Shanghai."""

    status: MilestoneStatus
    phase: str
    title: str
    title_en: str
    due_on: str
    wanted: int  # files
    needed: bool  # before acceptance
    source: str | None
    evidence: dict[str, EvidenceFile] = field(default_factory=dict)
    reached_on: str | None = None
    note: str | None = None
    changes: list[Change] = field(default_factory=list)

    @classmethod
    def planned(cls, given: PlannedMilestone) -> "Milestone":
        return cls(
            status=MilestoneStatus.PLANNED,
            phase=given.phase,
            title=given.title,
            title_en=given.title_en,
            due_on=given.due_on.isoformat(),
            wanted=given.evidence,
            needed=given.needed,
            source=given.source,
        )

    @property
    def day(self) -> date:
        return date.fromisoformat(self.due_on)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def next_at(self, warn_days: int) -> datetime | None:
        """When time moves it next: the warning, then the end of its day."""
        if self.status is MilestoneStatus.PLANNED:
            return _midnight(self.day - timedelta(days=warn_days))
        if self.status is MilestoneStatus.DUE:
            return _midnight(self.day + timedelta(days=1))
        return None

    def set_day(self, day: date) -> None:
        """Another day: what was told of the one before is told anew."""
        self.due_on, self.status = day.isoformat(), MilestoneStatus.PLANNED

    def remember(self, what: str, reason: str, now: datetime) -> None:
        self.changes = [*self.changes, Change(what, reason, now)][-100:]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)

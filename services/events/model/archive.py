"""An activity's file (活动档案): papers, photographs, summary, funds, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.events.model.activity import Activity
from services.events.model.commands import AddPaper, Fund, PaperKind, RecordFunds, WriteSummary
from services.events.model.registration import SheetStatus
from shared.contracts.base import Event
from shared.contracts.events import ArchiveChanged, FundsRecorded
from shared.contracts.vocabulary import ActivityKind
from shared.errors import NotFound, Text, invalid

MOST_PAPERS = 200
WANTED = (
    PaperKind.PLAN,
    PaperKind.NOTICE,
    PaperKind.SIGN_IN,
    PaperKind.PHOTOGRAPH,
    PaperKind.SUMMARY,
)
"""Of every activity (方案、通知、签到表、照片、总结)."""
WITH_MINUTES = frozenset({ActivityKind.VISIT, ActivityKind.FORUM, ActivityKind.SEMINAR})
"""观摩, 座谈会 and 研讨会 have minutes too (plan, 五(四), 五(五))."""


@dataclass
class Paper:
    """One file; its bytes are kept apart, photographs without their EXIF data."""

    kind: PaperKind
    file: str
    added_by: str
    added_at: datetime
    title: str | None = None
    consent: bool = False


@dataclass
class Archive:
    """Of one activity; it begins with the first thing put into it."""

    activity: str
    site: str
    status: str = "open"
    papers: dict[str, Paper] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)  # reasons
    summary: str | None = None
    funds: list[Fund] = field(default_factory=list)

    def add(
        self, id: str, command: AddPaper, person: str, activity: Activity, now: datetime
    ) -> Sequence[Event]:
        """A photograph only with consent."""
        if command.kind is PaperKind.PHOTOGRAPH and not command.consent:
            raise invalid("consent", "is needed for a photograph", "照片须经被拍摄人同意")
        if len(self.papers) >= MOST_PAPERS:
            raise invalid("file", f"at most {MOST_PAPERS} papers", f"最多 {MOST_PAPERS} 份材料")
        facts = (command.kind, command.file, person, now, command.title, command.consent)
        self.papers[id] = Paper(*facts)
        return self._tell(activity)

    def remove(self, id: str, reason: str, activity: Activity, now: datetime) -> Sequence[Event]:
        """It is out of the file; that it was there stays in the audit."""
        if id not in self.papers:
            raise NotFound(Text(f"There is no paper {id}.", f"没有材料 {id}。"))
        del self.papers[id]
        self.removed = [*self.removed, reason][-MOST_PAPERS:]
        return self._tell(activity)

    def summarise(
        self, command: WriteSummary, activity: Activity, now: datetime
    ) -> Sequence[Event]:
        """In words."""
        self.summary = command.text
        return self._tell(activity)

    def record_funds(
        self, command: RecordFunds, activity: Activity, now: datetime
    ) -> Sequence[Event]:
        """By source, planned and spent. Whose money it is stays here: the sums are told."""
        self.funds = command.funds
        planned, spent = (sum(getattr(f, n) for f in self.funds) for n in ("planned", "spent"))
        sums = {"planned": planned, "spent": spent, "sources": len(self.funds)}
        return [activity.tell(FundsRecorded, **sums)]

    def missing(self, activity: Activity) -> list[PaperKind]:
        """What belongs into it and is not there. Check-ins, or a checked sheet, are a sign-in."""
        there = {each.kind for each in self.papers.values()}
        if self.summary:
            there.add(PaperKind.SUMMARY)
        counted = any(each.status is SheetStatus.COUNTED for each in activity.sheets.values())
        if counted or any(each.visits for each in activity.registrations.values()):
            there.add(PaperKind.SIGN_IN)
        minutes = (PaperKind.MINUTES,) if activity.kind in WITH_MINUTES else ()
        return [kind for kind in (*WANTED, *minutes) if kind not in there]

    def _tell(self, activity: Activity) -> Sequence[Event]:
        missing = [str(kind) for kind in self.missing(activity)]
        return [activity.tell(ArchiveChanged, missing=missing)]

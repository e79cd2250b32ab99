"""A drive (专项行动): a task list, reports with photographs before and after, results by site."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from services.events.model.commands.drive import CancelDrive, CloseDrive, OpenDrive, ReportTask
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.contracts.events import DriveKind, SiteResult
from shared.contracts.vocabulary import Theme
from shared.errors import Conflict, Text, invalid

E = TypeVar("E", bound=told.DriveEvent)

LONGEST_AHEAD = timedelta(days=2 * 366)
MOST_REPORTS = 3000


class DriveStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


MOVES: dict[DriveStatus, tuple[str, ...]] = {
    DriveStatus.OPEN: ("report", "close", "cancel"),
    DriveStatus.CLOSED: (),
    DriveStatus.CANCELLED: (),
}


@dataclass
class Task:
    """One task at one site."""

    site: str
    title: str
    done: bool = False


@dataclass
class TaskReport:
    """What was done at one time. Photographs are ids of files."""

    task: str
    at: datetime
    found: int
    mended: int
    helpers: int
    before: list[str]
    after: list[str]
    note: str | None


@dataclass
class Drive:
    """Times are UTC."""

    id: str
    status: DriveStatus
    site: str
    kind: DriveKind
    title: str
    theme: Theme
    starts_at: datetime
    ends_at: datetime
    tasks: dict[str, Task]
    reports: dict[str, TaskReport] = field(default_factory=dict)
    results: list[SiteResult] = field(default_factory=list)  # once it is closed
    summary: str | None = None
    reason: str | None = None  # of a cancellation

    @classmethod
    def open(cls, id: str, command: OpenDrive, now: datetime) -> tuple["Drive", list[Event]]:
        """The task list is out. Tasks are `tsk_000001` and so on, in the order of the list."""
        if command.ends_at <= max(command.starts_at, now):
            raise invalid(
                "ends_at",
                "should be in the future, after starts_at",
                "应为将来的时间且晚于 starts_at",
            )
        if command.ends_at > now + LONGEST_AHEAD:
            days = LONGEST_AHEAD.days
            raise invalid("ends_at", f"should be within {days} days", f"应在今后 {days} 天之内")
        facts = dict(command)
        facts["tasks"] = {
            f"tsk_{number:06}": Task(each.site, each.title)
            for number, each in enumerate(command.tasks, 1)
        }
        drive = cls(id=id, status=DriveStatus.OPEN, **facts)
        return drive, [
            drive._tell(
                told.DriveOpened,
                sites=drive.sites,
                tasks=len(drive.tasks),
                starts_at=drive.starts_at,
                ends_at=drive.ends_at,
            )
        ]

    @property
    def sites(self) -> list[str]:
        """That take part, by code."""
        return sorted({each.site for each in self.tasks.values()})

    def site_of(self, task: str) -> str:
        """Where a task is to be done. Raises Unprocessable."""
        if task not in self.tasks:
            raise invalid("task", "is no task of this drive", "不是本次行动的任务")
        return self.tasks[task].site

    def report(self, id: str, command: ReportTask, now: datetime) -> Sequence[Event]:
        """What was done at a task. One that is done needs a photograph of after, and of before
        from this report or an earlier one."""
        self._require("report")
        site, task = self.site_of(command.task), self.tasks[command.task]
        if now < self.starts_at:
            raise self._refused("It has not begun.", "行动尚未开始。")
        if task.done:
            raise self._refused("This task is done.", "该任务已完成。")
        if len(self.reports) >= MOST_REPORTS:
            raise self._refused("It has too many reports.", "报告数量已达上限。")
        earlier = [each for each in self.reports.values() if each.task == command.task]
        self._mended(command, earlier)
        if command.done:
            self._shown(command, earlier)
        facts = dict(command)
        task.done = facts.pop("done")
        self.reports[id] = TaskReport(at=now, **facts)
        return [
            self._tell(
                told.DriveReported,
                task=command.task,
                report=id,
                at_site=site,
                found=command.found,
                mended=command.mended,
                helpers=command.helpers,
                photographs_before=len(command.before),
                photographs_after=len(command.after),
                done=command.done,
            )
        ]

    def close(self, command: CloseDrive, now: datetime) -> Sequence[Event]:
        """It is over: the results of each site are fixed."""
        self._require("close")
        if now < self.starts_at:
            raise self._refused("It has not begun.", "行动尚未开始。")
        self.status, self.summary = DriveStatus.CLOSED, command.summary
        self.results = self.results_by_site()
        return [self._tell(told.DriveClosed, results=self.results)]

    def cancel(self, command: CancelDrive, now: datetime) -> Sequence[Event]:
        """Before anybody has reported."""
        self._require("cancel")
        if self.reports:
            raise self._refused("There are reports; close it.", "已有报告,请改为结束。")
        self.status, self.reason = DriveStatus.CANCELLED, command.reason
        return [self._tell(told.DriveCancelled)]

    def results_by_site(self) -> list[SiteResult]:
        """As of now, by site code."""
        return [self._result(site) for site in self.sites]

    # ---- inside ----

    def _result(self, site: str) -> SiteResult:
        tasks = {id: each for id, each in self.tasks.items() if each.site == site}
        reports = [each for each in self.reports.values() if each.task in tasks]
        return SiteResult(
            site=site,
            tasks=len(tasks),
            done=sum(each.done for each in tasks.values()),
            found=sum(each.found for each in reports),
            mended=sum(each.mended for each in reports),
            helpers=sum(each.helpers for each in reports),
        )

    def _mended(self, command: ReportTask, earlier: list[TaskReport]) -> None:
        found = command.found + sum(each.found for each in earlier)
        mended = command.mended + sum(each.mended for each in earlier)
        if mended > found:
            raise invalid(
                "mended", f"no more than was found: {found}", f"整改数不应多于发现数:{found}"
            )

    def _shown(self, command: ReportTask, earlier: list[TaskReport]) -> None:
        if not command.after:
            raise invalid(
                "after", "a task is done with a photograph of after", "完成任务须有整改后照片"
            )
        if not command.before and not any(each.before for each in earlier):
            raise invalid(
                "before", "a task is done with a photograph of before", "完成任务须有整改前照片"
            )

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self._refused(
                f"A drive that is {self.status} can't be moved by {move}.",
                f"专项行动状态为 {self.status},不能执行 {move}。",
            )

    def _refused(self, en: str, zh: str) -> Conflict:
        return Conflict(
            Text(en, zh), extra={"state": self.status, "allowed": list(MOVES[self.status])}
        )

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(drive=self.id, site=self.site, kind=self.kind, theme=self.theme, **facts)

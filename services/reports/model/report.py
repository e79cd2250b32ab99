"""A published report: a period's figures, fixed as of stated places in the feeds, never
overwritten."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationInfo

from services.reports.model.period import Period
from shared.contracts.base import OR_IN_CHINESE, Event
from shared.contracts.reports import ReportPublished
from shared.contracts.vocabulary import Department, Theme


def department_alone(department: Department | None, info: ValidationInfo) -> Department | None:
    """For a model with the fields `site`, `theme` and, behind them, `department`."""
    if department and (info.data.get("site") or info.data.get("theme")):
        raise ValueError(
            "is asked for alone, without site and theme, since people are counted for a department"
            f" as a whole{OR_IN_CHINESE}部门须单独指定,不与站点或主题并用(惠及群众按部门整体统计)"
        )
    return department


@dataclass(frozen=True)
class Scope:
    """Of what a report is: a site, a theme at all or at one of them, or a department. All None:
    the street."""

    site: str | None = None
    theme: Theme | None = None
    department: Department | None = None


@dataclass(frozen=True)
class Before:
    """The last report of the same period and scope, which a new one supersedes."""

    report: str  # its id
    revision: int


def checksum_of(figures: dict[str, Any]) -> str:
    """SHA-256 of the figures' JSON, keys sorted: anybody can count it again."""
    text = json.dumps(figures, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Report:
    """A corrected report is a new one that supersedes; nothing changes one that is there."""

    period: str  # code of a month, quarter or year
    site: str | None  # None: the street
    as_of: dict[str, int]  # sequence heard from each source
    figures: dict[str, Any]
    checksum: str  # SHA-256 of the figures' JSON, keys sorted
    supersedes: str | None
    status: str = "published"
    theme: Theme | None = None  # None: all
    final: bool = False  # the period was over; else provisional
    published_at: datetime | None = None
    department: Department | None = None  # None: all
    revision: int = 0  # 1, 2, … of the same period and scope; 0: from before they were counted
    scheduled: bool = False  # by the clock, not by hand
    reason: str | None = None  # why it corrects the one before

    @classmethod
    def publish(
        cls,
        id: str,
        period: Period,
        scope: Scope,
        as_of: dict[str, int],
        figures: dict[str, Any],
        before: Before | None,
        now: datetime,
        *,
        scheduled: bool = False,
        reason: str | None = None,
    ) -> tuple["Report", list[Event]]:
        """Fix the figures. Provisional until the period is over, then final."""
        checksum = checksum_of(figures)
        supersedes = before.report if before else None
        final = period.is_over(now)
        report = cls(
            period=period.code,
            site=scope.site,
            theme=scope.theme,
            department=scope.department,
            revision=before.revision + 1 if before else 1,
            scheduled=scheduled,
            reason=reason,
            as_of=as_of,
            figures=figures,
            checksum=checksum,
            supersedes=supersedes,
            final=final,
            published_at=now,
        )
        return report, [
            ReportPublished(
                report=id,
                month=period.months[0],
                for_site=scope.site,
                as_of=as_of,
                checksum=checksum,
                supersedes=supersedes,
                period=period.code,
                theme=scope.theme,
                department=scope.department,
                revision=report.revision,
                scheduled=scheduled,
                final=final,
            )
        ]

"""A published report: a period's figures, fixed as of stated places in the feeds, never
overwritten."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.reports.model.period import Period
from shared.contracts.base import Event
from shared.contracts.reports import ReportPublished
from shared.contracts.vocabulary import Theme


@dataclass
class Report:
    """A corrected report is a new one that supersedes."""

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

    @classmethod
    def publish(
        cls,
        id: str,
        period: Period,
        site: str | None,
        theme: Theme | None,
        as_of: dict[str, int],
        figures: dict[str, Any],
        supersedes: str | None,
        now: datetime,
    ) -> tuple["Report", list[Event]]:
        """Fix the figures. Provisional until the period is over, then final."""
        text = json.dumps(figures, ensure_ascii=False, sort_keys=True)
        checksum = hashlib.sha256(text.encode()).hexdigest()
        final = period.is_over(now)
        report = cls(
            period=period.code,
            site=site,
            theme=theme,
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
                for_site=site,
                as_of=as_of,
                checksum=checksum,
                supersedes=supersedes,
                period=period.code,
                theme=theme,
                final=final,
            )
        ]

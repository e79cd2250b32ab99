"""A published monthly report: figures fixed as of stated places in the feeds, never overwritten."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from shared.contracts.base import Event
from shared.contracts.reports import ReportPublished


@dataclass
class Report:
    """A corrected report is a new one that supersedes."""

    month: str
    site: str | None  # None: the street
    as_of: dict[str, int]  # sequence heard from each source
    figures: dict[str, Any]
    checksum: str  # SHA-256 of the figures' JSON, keys sorted
    supersedes: str | None
    status: str = "published"

    @classmethod
    def publish(
        cls,
        id: str,
        month: str,
        site: str | None,
        as_of: dict[str, int],
        figures: dict[str, Any],
        supersedes: str | None,
    ) -> tuple["Report", list[Event]]:
        """Fix the figures."""
        text = json.dumps(figures, ensure_ascii=False, sort_keys=True)
        checksum = hashlib.sha256(text.encode()).hexdigest()
        report = cls(month, site, as_of, figures, checksum, supersedes)
        return report, [
            ReportPublished(
                report=id,
                month=month,
                for_site=site,
                as_of=as_of,
                checksum=checksum,
                supersedes=supersedes,
            )
        ]

"""What is told of published reports."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Event, Id, Month, SiteCode
from shared.contracts.vocabulary import Department, Theme


class ReportPublished(Event, name="reports.report.published", version=1):
    """A period's figures are fixed, as of stated places in the feeds; a later one supersedes it.

    A report that isn't `final` was published before its period was over.
    """

    report: Id
    month: Annotated[Month, Field(description="The first of the period")]
    for_site: SiteCode | None
    as_of: dict[str, int]
    checksum: str
    supersedes: Id | None
    period: Annotated[str, Field(description="2026, 2026-Q3 or 2026-10; empty: the month")] = ""
    theme: Theme | None = None
    final: bool = False
    department: Department | None = None
    revision: Annotated[int, Field(description="Of the same period and scope, from 1")] = 0
    scheduled: Annotated[bool, Field(description="By the clock, not by hand")] = False

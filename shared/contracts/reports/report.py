"""What is told of published reports."""

from shared.contracts.base import Event, Id, Month, SiteCode


class ReportPublished(Event, name="reports.report.published", version=1):
    """A month's figures are fixed, as of stated places in the feeds; a later one supersedes it."""

    report: Id
    month: Month
    for_site: SiteCode | None
    as_of: dict[str, int]
    checksum: str
    supersedes: Id | None

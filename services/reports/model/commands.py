"""What can be asked of the reports service."""

from shared.contracts.base import Command, Month, SiteCode


class PublishReport(Command):
    """Fix a month's figures, of one site or of the street."""

    month: Month
    site: SiteCode | None = None

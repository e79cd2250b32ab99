"""What can be asked of reports."""

from pydantic import Field, field_validator

from services.reports.model.period import PeriodCode, one_of_both
from shared.contracts.base import Command, Month, SiteCode
from shared.contracts.vocabulary import Theme


class PublishReport(Command):
    """Fix a period's figures, of one site or of the street, of one theme or of all.

    `month` is a period that is a month.
    """

    month: Month | None = None
    period: PeriodCode | None = Field(default=None, validate_default=True)
    site: SiteCode | None = None
    theme: Theme | None = None

    _one_period = field_validator("period")(one_of_both)

    @property
    def of(self) -> str:
        """Code of the period."""
        return str(self.period or self.month)

"""What can be asked of reports."""

from pydantic import Field, field_validator

from services.reports.model.period import PeriodCode, one_of_both
from services.reports.model.report import Scope, department_alone
from shared.contracts.base import Command, Month, Note, SiteCode
from shared.contracts.vocabulary import Department, Theme


class PublishReport(Command):
    """Fix a period's figures: of a site, a department or the street; of one theme or of all.

    `month` is a period that is a month; `reason`: why it corrects the one before.
    """

    month: Month | None = None
    period: PeriodCode | None = Field(default=None, validate_default=True)
    site: SiteCode | None = None
    theme: Theme | None = None
    department: Department | None = None
    reason: Note | None = None

    _one_period = field_validator("period")(one_of_both)
    _one_subject = field_validator("department")(department_alone)

    @property
    def of(self) -> str:
        """Code of the period."""
        return str(self.period or self.month)

    @property
    def scope(self) -> Scope:
        """Of what it is to be."""
        return Scope(self.site, self.theme, self.department)

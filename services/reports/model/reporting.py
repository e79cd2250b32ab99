"""The rules of reporting (报送制度) as data, and how far the clock has come with them.

Deadlines are so many working days (工作日) behind the end of a period. Where they come from: the
plan's 五 asks for summaries, and 信息报送 by months; how many days is each office's own to set.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, time

from services.reports.model.commands import SetReportingRules
from services.reports.model.period import SHANGHAI, Grain, Period, grains_of
from shared import working_days
from shared.contracts.base import Event
from shared.contracts.vocabulary import Department, SiteLevel

PUBLISHED = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What each field means: `SetReportingRules`."""

    owed_by: list[SiteLevel]
    due_days: int
    due_hour: int
    remind_days: int
    urge_days: int
    most_urges: int
    again_days: int
    publish_month: int | None
    publish_quarter: int | None
    publish_year: int | None
    publish_hour: int
    publish_sites: bool
    publish_departments: list[Department]

    @classmethod
    def of(cls, command: SetReportingRules) -> "Rules":
        return cls(**{each.name: getattr(command, each.name) for each in fields(cls)})

    def publish_days(self, grain: Grain) -> int | None:
        """Working days from the end of a period of this length; None: never."""
        days: int | None = getattr(self, f"publish_{grain}")
        return days

    def published_at(self, period: Period) -> datetime | None:
        """When the clock publishes a period's reports."""
        days = self.publish_days(period.grain)
        return None if days is None else _after(period, days, self.publish_hour)

    def due_at(self, month: Period) -> datetime:
        """Until when a station hands in its monthly report."""
        return _after(month, self.due_days, self.due_hour)


USUAL = Rules.of(SetReportingRules())


def _after(period: Period, days: int, hour: int) -> datetime:
    """The hour of the so-many-th working day behind a period's last day."""
    return working_days.after(datetime.combine(period.last, time(hour), SHANGHAI), days)


@dataclass
class Reporting:
    """`upcoming`: the first period of each length whose reports the clock has not published;
    `asked_next`: the first month whose monthly reports it has not asked for."""

    upcoming: dict[Grain, str]
    asked_next: str
    rules: Rules = field(default_factory=lambda: USUAL)
    status: str = "in-force"

    @classmethod
    def begin(cls, now: datetime) -> "Reporting":
        """From the periods that are running: what was before is published by hand."""
        running = grains_of(now.astimezone(SHANGHAI).date())
        return cls({grain: running[grain] for grain in PUBLISHED}, running[Grain.MONTH])

    def set_rules(self, command: SetReportingRules) -> Sequence[Event]:
        """They hold for what the clock has not done yet."""
        self.rules = Rules.of(command)
        return []

    def to_publish(self, now: datetime) -> list[Period]:
        """The periods whose reports are to be published now, one of each length."""
        found = []
        for code in self.upcoming.values():
            period = Period(code)
            # First what costs nothing: holidays are looked up when a period is over.
            if period.is_over(now):
                at = self.rules.published_at(period)
                if at is None or now >= at:
                    found.append(period)
        return found

    def to_ask(self, now: datetime) -> Period | None:
        """The month whose monthly reports are to be asked for now."""
        month = Period(self.asked_next)
        return month if month.is_over(now) else None

    def pass_on(self, period: Period) -> Sequence[Event]:
        """A period's reports are published: the next one's turn, unless it has come already."""
        if self.upcoming.get(period.grain) == period.code:
            self.upcoming = self.upcoming | {period.grain: period.following.code}
        return []

    def ask_on(self, month: Period) -> Sequence[Event]:
        """A month's reports were asked for: the next one's turn, unless it has come already."""
        if self.asked_next == month.code:
            self.asked_next = month.following.code
        return []

"""The days of a standing order: weekly, monthly, at festivals. Times of day are Asia/Shanghai's."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.orders.model.commands.standing_order import Rhythm
from services.orders.model.commands.standing_order import Schedule as Asked
from shared.contracts.vocabulary import Festival

SHANGHAI = ZoneInfo("Asia/Shanghai")
FARTHEST = timedelta(days=3 * 366)
"""A schedule that has no day within three years has none."""

FestivalDays = Callable[[int], Mapping[Festival, date]]
"""The days of a Gregorian year's festivals."""


@dataclass
class Schedule:
    """As asked for, with days as `YYYY-MM-DD`."""

    rhythm: Rhythm
    at: str
    weekdays: list[int]
    every_weeks: int
    days: list[int]
    festivals: list[Festival]
    days_before: int
    starts_on: str
    ends_on: str | None

    @classmethod
    def of(cls, asked: Asked) -> "Schedule":
        days = {
            "starts_on": asked.starts_on.isoformat(),
            "ends_on": asked.ends_on.isoformat() if asked.ends_on else None,
        }
        return cls(**asked.model_dump() | days)

    def next_after(self, moment: datetime, festivals: FestivalDays) -> datetime | None:
        """The first time after a moment; None where there is none any more."""
        hour, minute = map(int, self.at.split(":"))
        for day in self._days(moment.astimezone(SHANGHAI).date(), festivals):
            starts = datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)
            if starts > moment:
                return starts
        return None

    def _days(self, day: date, festivals: FestivalDays) -> Iterator[date]:
        """From a day on, in order, within its first and last day."""
        first = date.fromisoformat(self.starts_on)
        last = date.fromisoformat(self.ends_on) if self.ends_on else date.max
        day = max(day, first)
        until = min(last, day + FARTHEST)
        while day <= until:
            if self._falls_on(day, first, festivals):
                yield day
            day += timedelta(days=1)

    def _falls_on(self, day: date, first: date, festivals: FestivalDays) -> bool:
        if self.rhythm is Rhythm.WEEKLY:
            monday = first - timedelta(days=first.weekday())
            return (
                day.isoweekday() in self.weekdays
                and (day - monday).days // 7 % self.every_weeks == 0
            )
        if self.rhythm is Rhythm.MONTHLY:
            longest = monthrange(day.year, day.month)[1]
            return day.day in {min(each, longest) for each in self.days}
        held = day + timedelta(days=self.days_before)
        return any(festivals(held.year).get(each) == held for each in self.festivals)

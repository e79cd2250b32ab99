"""Days, months, quarters and years of Asia/Shanghai: what figures are of, and when it is over."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import StringConstraints, ValidationInfo

from shared.contracts.base import OR_IN_CHINESE
from shared.errors import Text, Unprocessable, invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")

PERIOD = r"^20[0-9]{2}(-Q[1-4]|-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
PeriodCode = Annotated[str, StringConstraints(pattern=PERIOD)]
"""A year `2026`, quarter `2026-Q3`, month `2026-10` or day `2026-10-09`, in Asia/Shanghai."""


def one_of_both(period: str | None, info: ValidationInfo) -> str | None:
    """For a model with the fields `month` and, behind it, `period`: exactly one is to be given."""
    if "month" in info.data and (period is None) == (info.data["month"] is None):
        raise ValueError(
            f"give one period, such as 2026-Q3 or 2026-10{OR_IN_CHINESE}"
            "请给出一个期间,例如 2026-Q3 或 2026-10"
        )
    return period


class Grain(StrEnum):
    """How long a period is."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_GRAIN_OF_LENGTH = {4: Grain.YEAR, 7: Grain.MONTH, 10: Grain.DAY}


@dataclass(frozen=True)
class Period:
    """One period, by its code."""

    code: str

    @classmethod
    def parse(cls, code: str, field: str = "period") -> "Period":
        """Raises Unprocessable for a code that is no period, or a day that no month has."""
        if not re.match(PERIOD, code):
            raise _no_period(field, code)
        period = cls(code)
        try:
            _ = period.first
        except ValueError:
            raise _no_period(field, code) from None
        return period

    @property
    def grain(self) -> Grain:
        return Grain.QUARTER if "Q" in self.code else _GRAIN_OF_LENGTH[len(self.code)]

    @property
    def first(self) -> date:
        """Its first day."""
        match self.grain:
            case Grain.DAY:
                return date.fromisoformat(self.code)
            case Grain.MONTH:
                return date.fromisoformat(f"{self.code}-01")
            case Grain.QUARTER:
                year, quarter = self.code.split("-Q")
                return date(int(year), int(quarter) * 3 - 2, 1)
        return date(int(self.code), 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        if self.grain is Grain.DAY:
            return self.first
        year, month = map(int, self.months[-1].split("-"))
        return date(year, month, monthrange(year, month)[1])

    @property
    def months(self) -> list[str]:
        """Codes of the months it is made of; the month it is in, for a day."""
        first = self.first
        count = {Grain.QUARTER: 3, Grain.YEAR: 12}.get(self.grain, 1)
        return [f"{first.year}-{month:02d}" for month in range(first.month, first.month + count)]

    @property
    def parts(self) -> list[str]:
        """Codes of the periods whose sums make its sums: itself, or its months."""
        return [self.code] if self.grain is Grain.DAY else self.months

    @property
    def previous(self) -> "Period":
        """The one before it, of the same length."""
        return Period(grains_of(self.first - timedelta(days=1))[self.grain])

    @property
    def following(self) -> "Period":
        """The next one of the same length."""
        return Period(grains_of(self.last + timedelta(days=1))[self.grain])

    def is_over(self, now: datetime) -> bool:
        """Whether nothing more can happen in it; what is told late still counts in it."""
        return now.astimezone(SHANGHAI).date() > self.last

    @property
    def label(self) -> Text:
        """For people."""
        first = self.first
        match self.grain:
            case Grain.DAY:
                return Text(self.code, f"{first.year}年{first.month}月{first.day}日")
            case Grain.MONTH:
                return Text(self.code, f"{first.year}年{first.month}月")
            case Grain.QUARTER:
                quarter = self.code[-1]
                return Text(f"{first.year}, quarter {quarter}", f"{first.year}年第{quarter}季度")
        return Text(self.code, f"{first.year}年")


def days_between(first: Period, last: Period) -> list[str]:
    """Codes of the days from the first of one to the last of the other."""
    count = (last.last - first.first).days + 1
    return [(first.first + timedelta(days=number)).isoformat() for number in range(count)]


def months_between(first: Period, last: Period) -> list[str]:
    """Codes of the months from the first of one to the last of the other."""
    begin, end = first.first, last.last
    numbers = range(begin.year * 12 + begin.month - 1, end.year * 12 + end.month)
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in numbers]


def grains_of(day: date) -> dict[Grain, str]:
    """Codes of the day, month, quarter and year that a day is in."""
    month = day.isoformat()[:7]
    return {
        Grain.DAY: day.isoformat(),
        Grain.MONTH: month,
        Grain.QUARTER: f"{day.year}-Q{(day.month + 2) // 3}",
        Grain.YEAR: str(day.year),
    }


def _no_period(field: str, code: str) -> Unprocessable:
    return invalid(
        field,
        f"{code} is no period; use 2026, 2026-Q3, 2026-10 or 2026-10-09",
        f"{code} 不是有效的期间,应为 2026、2026-Q3、2026-10 或 2026-10-09",
    )

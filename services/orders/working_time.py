"""The office's hours, by the Chinese calendar of working days: how long something really took."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from shared.clock import SHANGHAI
from shared.working_days import is_working_day

HOURS = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))
"""When the offices are open on a working day, Asia/Shanghai: 420 minutes."""
LONGEST_DAYS = 400
"""Nothing is counted over more days than this."""


class OfficeHours:
    """Counts minutes within `HOURS` on working days."""

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole working minutes from start to end."""
        total = timedelta()
        for opens, closes in _periods(start):
            if opens >= end:
                break
            total += max(timedelta(), min(closes, end) - max(opens, start))
        return int(total.total_seconds() // 60)

    def after(self, start: datetime, minutes: int) -> datetime:
        """When so many working minutes have passed since start."""
        left = timedelta(minutes=minutes)
        for opens, closes in _periods(start):
            begins = max(opens, start)
            if closes - begins >= left:
                return (begins + left).astimezone(start.tzinfo)
            left -= max(timedelta(), closes - begins)
        raise ValueError("more than is counted")


def _periods(start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The office's open times that end after `start`, in order."""
    day = start.astimezone(SHANGHAI).date()
    for _ in range(LONGEST_DAYS):
        if is_working_day(day):
            for opens, closes in HOURS:
                begins = datetime.combine(day, opens, SHANGHAI)
                ends = datetime.combine(day, closes, SHANGHAI)
                if ends > start:
                    yield begins, ends
        day += timedelta(days=1)

"""Points (积分): minutes weighted by night and holiday. They never change hours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.volunteers.model.times import SHANGHAI

MINUTE = timedelta(minutes=1)


@dataclass
class Weights:
    """In percent of a minute; where several apply, the highest counts."""

    night: int = 150
    night_from: int = 22  # hour of the day in Asia/Shanghai
    night_until: int = 6
    holiday: int = 200  # statutory holidays (法定节假日), not weekends

    def of(self, moment: datetime, is_holiday: Callable[[date], bool]) -> int:
        """Weight of the minute that begins then."""
        there = moment.astimezone(SHANGHAI)
        weight = 100
        if self._is_night(there.hour):
            weight = max(weight, self.night)
        if is_holiday(there.date()):
            weight = max(weight, self.holiday)
        return weight

    def _is_night(self, hour: int) -> bool:
        if self.night_from <= self.night_until:
            return self.night_from <= hour < self.night_until
        return hour >= self.night_from or hour < self.night_until


def points_of(
    started_at: datetime, minutes: int, weights: Weights, is_holiday: Callable[[date], bool]
) -> int:
    """Weighted minutes from the beginning of the service, rounded down."""
    total = 0
    at = started_at
    left = minutes
    while left > 0:
        step = min(left, 60 - at.minute)  # weights change on the hour only
        total += step * weights.of(at, is_holiday)
        at, left = at + step * MINUTE, left - step
    return total // 100

"""The month that is played, and how business time is moved through it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from shared.clock import SHANGHAI, SystemClock, read_offset, write_offset


@dataclass(frozen=True)
class Month:
    """A month of the calendar in Asia/Shanghai."""

    year: int
    number: int  # 1 to 12

    @classmethod
    def of(cls, moment: datetime) -> Month:
        local = moment.astimezone(SHANGHAI)
        return cls(local.year, local.month)

    @property
    def name(self) -> str:
        """As the services write it: `2026-10`."""
        return f"{self.year}-{self.number:02d}"

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.number)[1]

    @property
    def before(self) -> Month:
        return Month(self.year - 1, 12) if self.number == 1 else Month(self.year, self.number - 1)

    @property
    def after(self) -> Month:
        return Month(self.year + 1, 1) if self.number == 12 else Month(self.year, self.number + 1)

    def at(self, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
        """A moment of its days from 1; 0 is the eve, and those behind the last go on."""
        first = datetime(self.year, self.number, 1, tzinfo=SHANGHAI)
        return first + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)

    def holds(self, moment: str) -> bool:
        """Whether a moment in RFC 3339 belongs to it."""
        return Month.of(datetime.fromisoformat(moment)) == self

    def holds_day(self, day: str) -> bool:
        """Whether a day in ISO 8601, of Asia/Shanghai, belongs to it."""
        given = date.fromisoformat(day)
        return (given.year, given.month) == (self.year, self.number)


def now() -> datetime:
    """The machine's time, in Asia/Shanghai."""
    return SystemClock().now().astimezone(SHANGHAI)


def last_complete(moment: datetime) -> Month:
    """The month before the one that a moment belongs to: its report can be complete."""
    return Month.of(moment).before


class BusinessTime:
    """Moves the time of all processes by the file that they follow (shared/clock.py)."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def can_be_moved(self) -> bool:
        """Whether the file can be written. Whether it is followed, only receipts can tell."""
        if self._file is None:
            return False
        try:
            write_offset(self._file, 0.0)
        except OSError:
            return False
        return True

    def move_to(self, moment: datetime) -> None:
        """From now on it is this moment, and goes on from there."""
        assert self._file is not None
        write_offset(self._file, (moment - datetime.now(UTC)).total_seconds())

    def back_to_now(self) -> bool:
        """Business time is the machine's again; whether it was another one."""
        if self._file is None or not self._file.exists() or not read_offset(self._file):
            return False
        write_offset(self._file, 0.0)
        return True

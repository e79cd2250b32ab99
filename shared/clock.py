"""Business time: deadlines, periods, hours. Leases, retries and time-outs use the machine's."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Anything that tells the time of the business, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's time, to the millisecond (what MongoDB keeps)."""

    def now(self) -> datetime:
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


class FileClock:
    """The machine's time moved by the seconds in a file, so that eight processes agree.

    Only the local default sets `CLOCK_FILE`: its demonstration plays a month in a minute.
    The file holds `{"offset_seconds": -86400.0}`; a missing one means no offset.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = (0, 0)
        self._offset = timedelta()
        self._system = SystemClock()

    def now(self) -> datetime:
        try:
            found = os.stat(self._path)
            stamp = (found.st_ino, found.st_mtime_ns)  # two writes may share a tick of the clock
        except FileNotFoundError:
            stamp = (0, 0)
        if stamp != self._stamp:
            try:
                self._offset = timedelta(seconds=read_offset(self._path))
                self._stamp = stamp
            except (ValueError, KeyError, TypeError):
                pass  # half written: look again
        return self._system.now() + self._offset


def read_offset(path: Path) -> float:
    """Seconds that the file moves business time by; 0 where there is no file."""
    try:
        return float(json.loads(path.read_text())["offset_seconds"])
    except FileNotFoundError:
        return 0.0


def write_offset(path: Path, seconds: float) -> None:
    """Move business time; one rename, so that a reader never sees half a file."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({"offset_seconds": seconds}))
    os.replace(draft, path)


def date_of(moment: datetime) -> date:
    """The day a moment belongs to in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def month_of(moment: datetime) -> str:
    """The month a moment belongs to in Asia/Shanghai: `2026-10`."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m")

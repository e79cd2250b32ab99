"""Processor time from /proc: what something costs, and how much of the machine others took."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")  # a second
_IDLE = (3, 4)  # of the first line of /proc/stat: idle, iowait


def descendants(pid: int) -> list[int]:
    """A process and all below it that are alive."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [pid, *(each for child in listed.split() for each in descendants(int(child)))]


def seconds(pids: Iterable[int]) -> float:
    """What these and all below them have used, with their children that have ended."""
    return sum(_used(each) for pid in pids for each in descendants(pid)) / _TICKS


class Machine:
    """How much of the processors others use, from its making on."""

    def __init__(self) -> None:
        self._then = self._now()

    def others(self) -> float:
        """Percent."""
        busy, whole, ours = (now - then for now, then in zip(self._now(), self._then, strict=True))
        return max(0.0, (busy - ours) / whole * 100)

    def _now(self) -> tuple[float, float, float]:
        line = Path("/proc/stat").read_text().split("\n", 1)[0]
        ticks = [int(each) for each in line.split()[1:9]]
        busy = sum(each for place, each in enumerate(ticks) if place not in _IDLE)
        return busy / _TICKS, sum(ticks) / _TICKS, seconds([os.getpid()])


def _used(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:  # ended meanwhile; its parent has its time, or will
        return 0
    return sum(int(each) for each in fields[11:15])

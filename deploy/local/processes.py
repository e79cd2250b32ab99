"""Finding and ending the processes that were started for a folder.

A process that is killed can't clean up behind itself, and pids are given out again. So whatever we
start carries the name of the folder that it works for in its environment, its own children inherit
that, and what is left over is found by it: never by name, and never a stranger.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

# The environment variable that says for which folder a process was started.
MARK = "SHIJIAN_STARTED_IN"

_PROC = Path("/proc")
_LOOK_EVERY_S = 0.05


def started_in(folder: Path) -> list[int]:
    """The pids of the living processes that were started for `folder` or one below it."""
    wanted = str(folder.resolve())
    found = []
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            marked = _mark_of(entry)
            if marked is not None and (marked == wanted or marked.startswith(wanted + "/")):
                found.append(int(entry.name))
    return sorted(found)


def command_of(pid: int) -> str:
    """The command line of a process, for people; empty when it is gone."""
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def end_all(folder: Path, grace_s: float) -> list[int]:
    """Ends what was started for `folder`: SIGTERM first, SIGKILL after `grace_s` seconds.

    Returns the pids that had to be killed.
    """
    _signal(started_in(folder), signal.SIGTERM)
    if gone_within(folder, grace_s):
        return []
    killed = started_in(folder)
    kill_all(folder)
    return killed


def kill_all(folder: Path) -> None:
    """SIGKILL for everything that was started for `folder`, again until nothing is left."""
    for _ in range(20):  # each round takes what the one before it had still time to fork
        _signal(started_in(folder), signal.SIGKILL)
        if gone_within(folder, 0.5):
            return


def gone_within(folder: Path, seconds: float) -> bool:
    """Waits until nothing that was started for `folder` is left; False after `seconds`."""
    deadline = time.monotonic() + seconds
    while started_in(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _mark_of(process: Path) -> str | None:
    try:
        environment = (process / "environ").read_bytes()
    except OSError:  # gone meanwhile, or another user's
        return None
    for entry in environment.split(b"\0"):
        name, _, value = entry.partition(b"=")
        if name == MARK.encode():
            return os.fsdecode(value)
    return None

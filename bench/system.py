"""The whole system on free ports under a temporary folder, and what can be seen of it."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import bson
import urllib3
from pymongo import MongoClient
from pymongo.read_concern import ReadConcern

from bench import floor, processor
from bench.load import LoadFailed, OpenLoop, Orders
from deploy.local.parts import Program, inherited
from deploy.local.ports import LOOPBACK, PREFERRED, free_port
from deploy.local.processes import end_all
from deploy.local.readiness import asking, await_all
from deploy.local.stack import Stack
from shared.clock import month_of
from shared.settings import SERVICES

ORDERS = "/v1/orders"
FLOOR = "floor"  # how the names of the floor's processes begin
SITES = 17  # the institute and its sixteen stations
ITEMS = 5  # on the menu, one for each theme
FLOOR_ATTEMPTS = 50  # to read an order before the relay has told of it
READY_SECONDS = 60.0
STOP_SECONDS = 25.0  # a service drains for up to 20 s
LOOK_SECONDS = 0.02
QUIET_SECONDS = 0.05

Row = dict[str, Any]


class NeverCame(RuntimeError):
    """What had to come did not come in time."""


def wait_for(what: str, seen: Callable[[], bool], seconds: float) -> float:
    """Wait until it is seen; the time of `time.perf_counter` then. Raises NeverCame."""
    until = time.perf_counter() + seconds
    while not seen():
        if time.perf_counter() > until:
            raise NeverCame(f"{what}: not within {seconds:.0f} s")
        time.sleep(LOOK_SECONDS)
    return time.perf_counter()


def _as_in_production(program: Program) -> Program:
    """Without the clock that only a local installation moves: it is looked at in each request."""
    environment = {k: v for k, v in program.environment.items() if k != "CLOCK_FILE"}
    return dataclasses.replace(program, environment=environment)


class Process:
    """One of the system's own processes, bound to us."""

    def __init__(self, program: Program, log: Path) -> None:
        self.name = program.name
        self._program = program
        self._log = log
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                self._program.bound_to_its_parent(),
                cwd=self._program.folder,
                env={**inherited(os.environ), **self._program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._child.pid if self._child else 0

    def stop(self) -> None:
        """SIGTERM, and until it has drained."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """`kill -9`."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self._child:
            self._child.send_signal(number)
            self._child.wait(STOP_SECONDS)
            self._child = None


class System:
    """Parts, an `api` and a `worker` of each service, and the floor beside them."""

    def __init__(self, folder: Path) -> None:
        (folder / "log").mkdir(parents=True)
        self.folder = folder
        ports: dict[str, int] = {}
        for name in PREFERRED:
            ports[name] = next(port for port in iter(free_port, 0) if port not in ports.values())
        self._orders_port = ports["orders"]
        self._stack = Stack(folder, ports)
        self._floor_document = folder / "order.bson"
        self.mongod, self.rabbitmq = self._stack.mongod, self._stack.rabbitmq
        self.processes: dict[str, Process] = {}
        self._pool = urllib3.PoolManager(timeout=10.0, retries=False)
        self.began = datetime.now(UTC)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _start(self) -> None:
        self.mongod.start()
        self.rabbitmq.start()
        self._stack.clients.make_missing()
        programs = self._programs = {
            each.name: _as_in_production(each)
            for group in self._stack.groups()
            for each in group.programs
        }
        self._api = programs["orders-api"]
        for service in SERVICES:
            for kind in ("api", "worker"):
                self._add(programs[f"{service}-{kind}"])
        questions = {name: asking(f"{self._stack.url_of(name)}/readyz") for name in SERVICES}
        list(await_all(questions, READY_SECONDS, lambda: None))
        self._client: MongoClient[Row] = MongoClient(self.mongod.url, tz_aware=True)
        self.orders = self._seed()
        self._write_floor_document()
        self.floor = self.serve_floor(FLOOR, 1)

    def _stop(self) -> None:
        for process in self.processes.values():
            if process.pid:
                os.kill(process.pid, signal.SIGTERM)
        for process in self.processes.values():
            process.stop()
        self.rabbitmq.stop()
        self.mongod.stop()
        end_all(self.folder, grace_s=5.0)

    def _add(self, program: Program) -> None:
        process = Process(program, self.folder / "log" / f"{program.name}.log")
        self.processes[program.name] = process
        process.start()

    # ---- more processes ----

    def serve_floor(self, name: str, processes: int) -> str:
        """The floor by so many processes of the same gunicorn configuration; its URL."""
        command = (sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py")
        return self._serve(name, (*command, "bench.floor:app()"), processes) + floor.PATH

    def serve_orders(self, name: str, processes: int) -> str:
        """One more `api` of orders; its URL."""
        return self._serve(name, self._api.command, processes) + ORDERS

    def _serve(self, name: str, command: tuple[str, ...], processes: int) -> str:
        bind = f"{LOOPBACK}:{free_port()}"
        environment = {
            **self._api.environment,
            "BIND": bind,
            "API_WORKERS": str(processes),
            "FLOOR_DOCUMENT": str(self._floor_document),
        }
        program = dataclasses.replace(
            self._api, name=name, command=command, environment=environment
        )
        self._add(program)
        # Any answer will do: the floor has no /livez.
        wait_for(name, lambda: self._answers(f"http://{bind}/livez"), READY_SECONDS)
        time.sleep(1.0)  # for the second process
        return f"http://{bind}"

    def _answers(self, url: str) -> bool:
        try:
            return self._pool.request("GET", url).status > 0
        except urllib3.exceptions.HTTPError:
            return False

    def operate(self, service: str, command: str) -> None:
        """One of the operator's commands. Raises CalledProcessError."""
        worker = self._programs[f"{service}-worker"]
        subprocess.run(
            [*worker.command[:-1], command],
            cwd=worker.folder,
            env={**inherited(os.environ), **worker.environment},
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def workers(self, *services: str) -> list[Process]:
        return [self.processes[f"{service}-worker"] for service in services or SERVICES]

    # ---- what it is asked ----

    def url_of(self, service: str) -> str:
        return self._stack.url_of(service)

    @property
    def orders_url(self) -> str:
        return self._stack.url_of("orders") + ORDERS

    def open_loop(self) -> OpenLoop:
        return OpenLoop(LOOPBACK, self._orders_port, self.orders)

    def _seed(self) -> Orders:
        """The sites, as the events service tells them, and a menu."""
        for number in range(SITES):
            level = "institute" if number == 0 else "station"
            names = {"title": f"第{number}实践站", "title_en": f"Station {number}"}
            self._post("events", "/v1/sites", {"code": f"XP{number:02d}", "level": level} | names)
        wait_for("sites at orders", lambda: self._sites_at_orders() == SITES, READY_SECONDS)
        items = []
        for theme in ("theory", "policy", "morality", "culture", "civility")[:ITEMS]:
            item = {"title": f"服务 {theme}", "theme": theme, "modes": ["help"]}
            items.append(self._post("orders", "/v1/menu-items", item)["id"])
        starts_at = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:00:00Z")
        key = self._stack.clients.key("office")
        return Orders(key=key, items=items, sites=SITES, starts_at=starts_at)

    def _write_floor_document(self) -> None:
        """A placed order, as it is stored before the relay has told of it."""
        body = json.loads(self.orders.body("floor", 0))
        for _ in range(FLOOR_ATTEMPTS):
            id = self._post("orders", ORDERS, body)["id"]
            found = self.database("orders")["orders"].find_one(
                {"_id": id, "outbox.0": {"$exists": 1}}
            )
            if found:
                self._floor_document.write_bytes(bson.encode(found))
                return
        raise LoadFailed("each order had been told of before it could be read")

    def _sites_at_orders(self) -> int:
        return int(self.database("orders")["sites_1"].count_documents({}))

    def _post(self, service: str, path: str, body: Row) -> Row:
        return self._ask("POST", service, path, json.dumps(body).encode())

    def _ask(self, method: str, service: str, path: str, body: bytes | None = None) -> Row:
        headers = {"Authorization": f"Bearer {self._stack.clients.key('office')}"}
        if body:
            headers["Content-Type"] = "application/json"
        url = f"{self._stack.url_of(service)}{path}"
        answer = self._pool.request(method, url, body=body, headers=headers)
        if answer.status >= 300:
            raise LoadFailed(f"{method} {url}: {answer.status} {answer.data.decode()}")
        found: Row = json.loads(answer.data)
        return found

    # ---- what can be seen ----

    def database(self, service: str) -> Any:
        return self._client[f"shijian_{service}"]

    def placed(self) -> int:
        """Orders that are stored."""
        return int(self.database("orders")["orders"].count_documents({}))

    def quiet(self) -> int:
        """The same, when what wrk left under way has been stored."""
        last, now = -1, self.placed()
        while now != last:
            time.sleep(QUIET_SECONDS)
            last, now = now, self.placed()
        return now

    def untold(self) -> int:
        """Orders with something in the outbox."""
        query = {"outbox.at": {"$exists": True}}
        return int(self.database("orders")["orders"].count_documents(query))

    def reported(self) -> int:
        """Orders that the report shows, over HTTP."""
        months = {month_of(self.began), month_of(datetime.now(UTC))}
        pages = [self._ask("GET", "reports", f"/v1/figures?month={month}") for month in months]
        return sum(page["totals"].get("orders_placed", 0) for page in pages)

    def head(self) -> int:
        """Number of the last event that orders has logged."""
        last = self.database("orders")["event_log"].find_one({}, {"_id": 1}, sort=[("_id", -1)])
        return int(last["_id"]) if last else 0

    def published(self) -> int:
        """Number of the last event that the broker has confirmed to orders."""
        row = self.database("orders")["event_log_facts"].find_one({"_id": "log"})
        return int(row["published"]) if row else 0

    def pointer(self) -> Row:
        """The reports service's generations."""
        row: Row | None = self.database("reports")["projections"].find_one({"_id": "pointer"})
        return row or {"live": 1, "building": None}

    def settled(self, generation: int) -> int:
        """Number of the last event of orders that a generation of the reports has heard."""
        name = f"projections_{generation}"
        row = self.database("reports")["cursors"].find_one({"_id": name}) or {}
        return int(row.get("marks", {}).get("orders", {}).get("through", 0))

    def watched_count(self) -> Callable[[], int]:
        """A cheap look at how many orders the report has of the site that the open loop uses."""
        rows = self.database("reports").get_collection(
            f"sums_{self.pointer()['live']}", read_concern=ReadConcern("majority")
        )
        months = {"$regex": r"^\d{4}-\d{2}$"}  # and not their days again
        query, wanted = {"site": "XP00", "period": months}, {"_id": 0, "totals.orders_placed": 1}

        def look() -> int:
            return sum(row["totals"].get("orders_placed", 0) for row in rows.find(query, wanted))

        return look

    def processor_seconds(self, *names: str) -> float:
        """What these processes and MongoDB have used; without names, the whole system but the
        floor."""
        pids = [self.mongod.pid]
        if not names:
            pids.append(self.rabbitmq.pid)
        for name, process in self.processes.items():
            if name in names or not (names or name.startswith(FLOOR)):
                pids.append(process.pid)
        return processor.seconds(pids)

"""A whole running system: each service as its real processes, on free ports, with own databases.

    system = System(parts, folder)
    system.start()
    answer = system.call("orders", "POST", "/v1/orders", body, key="k1", client="station")
    system.kill("orders-worker")          # as a power cut would
    system.start_again("orders-worker")
    system.stop()

A process is named by its service and its kind: `orders-api`, `orders-worker`.
"""

import itertools
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Self, TypeVar

import pika
import urllib3
from kombu import Connection
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database

from deploy.local.ports import LOOPBACK, free_port
from deploy.local.processes import MARK, end_all
from shared.clock import FileClock, read_offset, write_offset
from shared.messaging.projections import Generations
from shared.settings import SERVICES
from shared.storage import master_keys
from shared.web.clients import ClientsFile
from tests.parts import Parts

T = TypeVar("T")
R = TypeVar("R")
Document = dict[str, Any]

ROOT = Path(__file__).resolve().parents[1]
QUEUES = tuple(f"{service}.{kind}" for service in SERVICES for kind in ("reactions", "projections"))
READY_SECONDS = 90.0  # 10 s on two idle cores
STOP_SECONDS = 25.0  # a service drains for up to 20 s
LOOK_SECONDS = 0.05
TAIL_LINES = 8
LINE_LETTERS = 1500  # a trace is one line
HOUSEKEEPING = {
    *("heartbeats", "leases", "cursors", "projections", "event_log", "event_log_facts"),
    *("data_keys", "readings"),
}
SITES = ("XP00", "XP11", "XP12")
"""Open in every seeded system; the client `station` acts for XP11 only."""
GPS_IFD, GPS_AREA, PLACE = 0x8825, 28, b"34.5967N 119.2216E"
"""Where EXIF data hold the place of a photograph, and one."""

CLIENTS: Mapping[str, tuple[str, str]] = {
    "office": ("*", "*"),
    "station": (
        "orders:*,volunteers:*,teams:*,activities:*,menu:*,hours:*,reports:*,"
        "wishes:*,questions:*,snapshots:*,surveys:*,shifts:*,"
        "campaigns:*,drives:*,programmes:*",
        "XP11",
    ),
    "hooks": ("webhooks:write", "XP11"),
    "nobody": ("", ""),
    "reader": (
        "orders:read,volunteers:read,teams:read,menu:read,sites:read,hours:read,"
        "activities:read,certificates:read,reports:read,shifts:read",
        "*",
    ),
    **dict.fromkeys(SERVICES, ("feed:read", "*")),
}
"""Scopes and sites of each client."""


@dataclass(frozen=True)
class Answer:
    """What a service answered."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    @property
    def id(self) -> str:
        """Of what a command made or changed."""
        return str(self.json["id"])

    @property
    def kind(self) -> str:
        """Last part of a problem's stable `type`."""
        return str(self.json["type"]).removeprefix("urn:shijian:problem:")

    @property
    def fields(self) -> dict[str, str]:
        """Message of each field that a problem names."""
        return {each["field"]: each["message"] for each in self.json.get("errors", [])}

    def ok(self) -> "Answer":
        """Itself, where it is no problem."""
        assert self.status < 400, f"{self.status}: {self.data.decode(errors='replace')[:1000]}"
        return self


class System:
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
        self.parts = parts
        self.folder = folder.resolve()
        self.prefix = f"t{secrets.token_hex(4)}"
        self.urls = {service: f"http://{LOOPBACK}:{free_port()}" for service in SERVICES}
        self.clients = ClientsFile(self.folder / "clients.json")
        self.keys: dict[str, str] = {}
        self.http = urllib3.PoolManager(maxsize=64, retries=False, timeout=30.0)
        self.names = (f"x{number}" for number in itertools.count(1))
        self._settings = {
            "API_WORKERS": str(api_workers),
            "CHECK_SECONDS": str(check_seconds),
            "WEBHOOK_NETWORKS": "127.0.0.0/8",
        } | environment
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._extra: dict[str, dict[str, str]] = {}  # process: its own settings
        self._programs: dict[str, str] = {}  # process: another module than its service's app
        self._mongo: MongoClient[Document] | None = None

    # ---- processes ----

    def start(self, services: Sequence[str] = SERVICES) -> None:
        """Start api and worker of each service, and wait until all are ready."""
        for id, (scopes, sites) in CLIENTS.items():
            self.keys[id] = self.clients.add(id, id, _list(scopes), _list(sites))
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
        self.http.clear()
        if self._mongo:
            for service in SERVICES:
                self._mongo.drop_database(f"{self.prefix}_{service}")
            self._mongo.close()

    def process(self, name: str) -> subprocess.Popen[bytes]:
        """Raises KeyError for one that was never started."""
        return self._processes[name]

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process and the workers it forked; SIGKILL waits until it is gone."""
        process = self._processes[name]
        os.killpg(process.pid, number)
        if number is signal.SIGKILL:
            process.wait()

    def start_again(self, name: str, program: str = "") -> None:
        """The same process anew, on the same port. It may not be ready yet. `program`: a module
        in the place of the service's app, for a control in which a guard is off."""
        process = self._processes[name]
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_SECONDS)
        self._programs[name] = program
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
                "CLOCK_FILE": str(self._clock_file),
                "BIND": self.urls[service].removeprefix("http://"),
                "PYTHONUNBUFFERED": "1",
            }
            | self._settings
            | self._extra.get(name, {})
        )

    # ---- what a client does ----

    def call(
        self,
        service: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        client: str = "office",
        headers: Mapping[str, str] | None = None,
        url: str = "",
    ) -> Answer:
        """One request. `key` is the Idempotency-Key; a body of bytes goes out as it is."""
        sent = {"Authorization": f"Bearer {self.keys[client]}"} if client else {}
        if body is not None:
            sent["Content-Type"] = "application/json"
        if key:
            sent["Idempotency-Key"] = key
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.http.request(
            method,
            f"{url or self.urls[service]}{path}",
            body=raw,
            headers=sent | dict(headers or {}),
        )
        return Answer(answer.status, answer.headers, answer.data)

    def post(self, service: str, path: str, body: Any = None, **options: Any) -> Answer:
        """A command that is expected to go well."""
        return self.call(service, "POST", path, {} if body is None else body, **options).ok()

    def read(self, service: str, path: str, **options: Any) -> Any:
        """The JSON of a GET that is expected to go well."""
        return self.call(service, "GET", path, **options).ok().json

    def get(self, url: str) -> Answer:
        """Without a key; status 0 where nobody answers."""
        try:
            answer = self.http.request("GET", url, timeout=5.0)
        except urllib3.exceptions.HTTPError:
            return Answer(0, {}, b"nobody answers")
        return Answer(answer.status, answer.headers, answer.data)

    def pages(self, service: str, path: str, **options: Any) -> Iterator[Document]:
        """Every item of a list, page by page, by its Link."""
        while path:
            answer = self.call(service, "GET", path, **options).ok()
            yield from answer.json["items"]
            path = next_link(answer)

    def feed(self, service: str, query: str = "", after: int = 0) -> list[Document]:
        """All events of a service behind a number."""
        events: list[Document] = []
        while True:
            path = f"/v1/feed?after={after}&limit=1000{query}"
            page = self.read(service, path)
            events += page["events"]
            after = page["next"]
            if not page["events"] or after >= page["head"]:
                return events

    def head(self, service: str) -> int:
        """Number of the last event of a service."""
        return int(self.read(service, "/v1/feed?limit=1")["head"])

    def settle(self, seconds: float = 30.0) -> None:
        """Wait until everything is told, and everybody has heard everything."""
        self.wait_until(self._is_quiet, seconds, self._unsettled)

    def _is_quiet(self) -> bool:
        before = self._heads()
        return not self._unsettled() and self._heads() == before

    def _heads(self) -> dict[str, int]:
        return {service: self.head(service) for service in SERVICES}

    def _unsettled(self) -> list[str]:
        """Outboxes that hold something, and consumers that have not heard all."""
        heads = self._heads()
        found = []
        for service in SERVICES:
            database = self.database(service)
            live = f"projections_{Generations(database).pointer()['live']}"
            for name in self.counts(service):
                if database[name].find_one({"outbox.at": {"$exists": True}}):
                    found.append(f"{service}: outbox of {name}")
            for row in database["cursors"].find({"_id": {"$in": ["reactions", live]}}):
                for source, mark in row["marks"].items():
                    if mark["through"] < heads[source]:
                        found.append(f"{service}: {row['_id']} at {mark} of {source}")
        return found

    # ---- time and storage ----

    def wait_until(
        self,
        predicate: Callable[[], T],
        seconds: float = 20.0,
        why: Callable[[], object] = lambda: "",
    ) -> T:
        """What `predicate` gives once it is true. Raises AssertionError after `seconds`."""
        until = time.monotonic() + seconds
        while True:
            found = predicate()
            if found:
                return found
            assert time.monotonic() < until, f"not within {seconds} s {why()}"
            time.sleep(LOOK_SECONDS)

    def now(self) -> datetime:
        """Business time."""
        return FileClock(self._clock_file).now()

    def at(self, **delta: float) -> str:
        """Business time from now, RFC 3339: `at(hours=2)`."""
        return (self.now() + timedelta(**delta)).isoformat()

    def move_clock(self, seconds: float) -> None:
        """Business time goes on by so much, in every process."""
        write_offset(self._clock_file, read_offset(self._clock_file) + seconds)

    def move_clock_to(self, moment: str, seconds: float = 1.0) -> None:
        """Business time goes on to a bit behind a moment; not back."""
        rest = datetime.fromisoformat(moment) - self.now()
        self.move_clock(max(0.0, rest.total_seconds() + seconds))

    def database(self, service: str) -> Database[Document]:
        """A service's own database, for looking at only."""
        if self._mongo is None:
            url = self.parts.mongo_url
            self._mongo = MongoClient(url, tz_aware=True, readConcernLevel="majority")
        return self._mongo[f"{self.prefix}_{service}"]

    def counts(self, service: str) -> dict[str, int]:
        """How many documents of each kind a service keeps; housekeeping is left out, and what
        hears of others (`sums_1`), which may go on meanwhile."""
        database = self.database(service)
        names = set(database.list_collection_names()) - HOUSEKEEPING
        own = sorted(name for name in names if not re.search(r"_\d+$", name))
        return {name: database[name].count_documents({}) for name in own}

    def live(self, service: str, projection: str) -> Collection[Document]:
        """The generation of a projection that is read now."""
        generations = Generations(self.database(service))
        return generations.collection(projection, generations.live())

    @property
    def _clock_file(self) -> Path:
        return self.folder / "clock.json"


class Meanwhile:
    """Does something over and over until the block ends; raises what it raised."""

    def __init__(self, action: Callable[[], object]) -> None:
        self._action = action
        self._stop = threading.Event()
        self._failures: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)
        self.times = 0

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._action()
                self.times += 1
            except BaseException as error:
                self._failures.append(error)
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        assert not self._failures, self._failures


def at_once(calls: Iterable[Callable[[], R]], threads: int = 50) -> list[R]:
    """What all of these answer, called at the same time."""
    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def _bound_to_us() -> list[str]:
    """What ends a process together with a test run that is killed, where the machine can do so."""
    # To Linux the parent is the thread: bound to a short-lived one a process would end too early.
    if threading.current_thread() is threading.main_thread() and shutil.which("setpriv"):
        return ["setpriv", "--pdeathsig", "TERM", "--"]
    return []


def next_link(answer: Answer) -> str:
    """Path of the `Link` to the next page; empty on the last one."""
    link = answer.headers.get("Link", "")
    return link[1 : link.index(">")] if 'rel="next"' in link else ""


def connect_as_outsider(amqp_url: str) -> pika.BlockingConnection:
    """By pika, which reads the `//` of the default vhost otherwise than kombu."""
    found = Connection(amqp_url)
    return pika.BlockingConnection(
        pika.ConnectionParameters(
            found.hostname,
            found.port,
            found.virtual_host,
            pika.PlainCredentials(found.userid, found.password),
        )
    )


def _list(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def delete_queues(amqp_url: str) -> None:
    """Their names are fixed, and what an earlier system left in them is of another epoch."""
    with Connection(amqp_url, connect_timeout=5) as connection:
        channel = connection.channel()
        for name in QUEUES:
            channel.queue_delete(name)


# ---- things of the domain, each under a name of its own ----


def seed(system: System) -> None:
    """The sites that tests name."""
    for code in SITES:
        open_site(system, code)


def open_site(system: System, code: str = "") -> str:
    """A station that every service knows: its code."""
    code = code or f"XT{int(next(system.names)[1:]) + 100:04d}"
    body = {"code": code, "level": "station", "title": f"站点{code}", "title_en": f"Site {code}"}
    system.post("events", "/v1/sites", body, key=code)

    def known() -> bool:
        rows = (system.live(service, "sites") for service in ("orders", "volunteers", "reports"))
        return all(each.find_one({"_id": code}) for each in rows)

    system.wait_until(known)
    return code


def publish_item(system: System, **facts: Any) -> str:
    """A menu item for one volunteer and an hour, at every site: its id."""
    body = {"title": "理发", "theme": "civility", "modes": ["help"]} | facts
    return system.post("orders", "/v1/menu-items", body, key=next(system.names)).id


def form_team(system: System, site: str = "XP11") -> str:
    """A team: its id."""
    body = {"title": f"{next(system.names)}服务队", "site": site}
    return system.post("volunteers", "/v1/teams", body).id


def add_volunteer(system: System, team: str, site: str = "XP11") -> str:
    """A verified volunteer in the team: their id."""
    person = {"person": f"P-{system.prefix}-{next(system.names)}", "site": site}
    id = system.post("volunteers", "/v1/volunteers", person).id
    system.post("volunteers", f"/v1/volunteers/{id}/verify")
    system.post("volunteers", f"/v1/volunteers/{id}/join", {"team": team})
    return id


def write_template(system: System, *uses: str) -> str:
    """Words for a reason: the id of the template."""
    body = {"title": next(system.names), "text": "不在服务区域", "uses": list(uses) or ["reject"]}
    return system.post("orders", "/v1/templates", body).id


def order_body(system: System, item: str, **facts: Any) -> Document:
    """What places an order that starts in two hours."""
    return {
        "item": item,
        "site": "XP11",
        "resident": f"R-{next(system.names)}-{system.prefix}",
        "starts_at": system.at(hours=2),
    } | facts


def place_order(system: System, item: str, **facts: Any) -> str:
    """A placed order: its id."""
    return system.post("orders", "/v1/orders", order_body(system, item, **facts)).id


def open_order(system: System, item: str, **facts: Any) -> str:
    """A vetted order: its id."""
    id = place_order(system, item, **facts)
    system.post("orders", f"/v1/orders/{id}/vet")
    return id


def read_order(system: System, id: str) -> Document:
    found: Document = system.read("orders", f"/v1/orders/{id}")
    return found


def accept(system: System, order: str, volunteer: str, team: str, **options: Any) -> Answer:
    """接单, or 抢单. It may be refused."""
    body = {"volunteer": volunteer, "team": team}
    return system.call("orders", "POST", f"/v1/orders/{order}/accept", body, **options)


def assigned_order(system: System, item: str, team: str, *volunteers: str, **facts: Any) -> str:
    """An order that these volunteers have accepted, their time reserved: its id."""
    id = open_order(system, item, hands=len(volunteers), **facts)
    for volunteer in volunteers:
        accept(system, id, volunteer, team).ok()
    system.wait_until(lambda: read_order(system, id)["status"] == "assigned")
    return id


def serve_order(system: System, id: str, minutes: int = 60) -> None:
    """Everybody checks in at its time, serves, and checks out; it is completed."""
    order = read_order(system, id)
    system.move_clock_to(order["starts_at"])
    path = f"/v1/orders/{id}"
    for acceptance, held in order["acceptances"].items():
        if held["status"] == "assigned":
            system.post("orders", f"{path}/acceptances/{acceptance}/check-in")
    system.move_clock(minutes * 60)
    for acceptance, held in read_order(system, id)["acceptances"].items():
        if held["status"] == "checked-in":
            system.post("orders", f"{path}/acceptances/{acceptance}/check-out")
    system.post("orders", f"{path}/complete")


def photograph() -> bytes:
    """A small one, with a place in its EXIF data."""
    from PIL import Image  # heavy

    exif = Image.Exif()
    exif.get_ifd(GPS_IFD)[GPS_AREA] = PLACE
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def upload(
    system: System, service: str, purpose: str, data: bytes, site: str = "XP11", **options: Any
) -> Answer:
    """A file, as the body of a POST. It may be refused."""
    path = f"/v1/files?site={site}&purpose={purpose}"
    return system.call(service, "POST", path, data, **options)


def announce_activity(system: System, site: str = "XP11", **facts: Any) -> str:
    """An activity in two hours, an hour long, with ten seats: its id."""
    usual = {
        "site": site,
        "title": "经典阅读",
        "theme": "culture",
        "modes": ["host"],
        "starts_at": system.at(hours=2),
        "ends_at": system.at(hours=3),
        "capacity": 10,
    }
    return system.post("events", "/v1/activities", usual | facts).id


def register(system: System, activity: str, resident: str) -> str:
    """A seat, or a place in the waiting list: the id of the registration."""
    path = f"/v1/activities/{activity}"
    system.post("events", f"{path}/registrations", {"resident": resident})
    registrations: dict[str, Document] = system.read("events", path)["registrations"]
    return next(id for id, each in registrations.items() if each["resident"] == resident)


def month_of_now(system: System) -> str:
    """The month in Asia/Shanghai that what happens now counts in."""
    return (system.now().astimezone(UTC) + timedelta(hours=8)).strftime("%Y-%m")

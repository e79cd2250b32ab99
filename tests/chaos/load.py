"""Clients that go through the whole loop, with an Idempotency-Key on every command, and try again
until they are answered, as PROTOCOL.md asks of them."""

import itertools
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import urllib3

from tests.chaos.books import LIVE, Books
from tests.system import Answer, Document, System, add_volunteer, form_team, publish_item

CLIENTS = 3
PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.1
AHEAD = timedelta(minutes=40)  # of the ordered time: check-in opens an hour before it
SOON = timedelta(seconds=20)  # until an activity begins
MINUTE_EVERY_SECONDS = 2.0  # business time runs, so that there are minutes to be credited


class OutOfPatience(Exception):
    """A command was not answered for too long."""


@dataclass
class _Client:
    name: str
    volunteer: str  # empty: it holds activities instead
    rounds: int = 0  # loops closed


class Load:
    """`with Load(books) as load:` and in the block something breaks; behind it all are done."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.system: System = books.system
        self.item = publish_item(self.system, minutes=1)
        self.team = form_team(self.system)
        self.problems: list[str] = []
        self.clients = [self._client(add_volunteer(self.system, self.team)) for _ in range(CLIENTS)]
        self.clients.append(self._client(""))
        self._stop, self._stop_time = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._go_round, args=(each,)) for each in self.clients
        ]
        self._time = threading.Thread(target=self._pass_time)

    def __enter__(self) -> Self:
        for thread in (*self._threads, self._time):
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS + 10)
        self._stop_time.set()  # last: the clients wait for business time
        self._time.join()
        assert not self.problems, self.problems

    def goes_on(self, rounds: int = 1) -> float:
        """Wait until every client has closed so many more loops: how many seconds it took."""
        began = time.monotonic()
        wanted = [client.rounds + rounds for client in self.clients]

        def closed() -> bool:
            assert not self.problems, self.problems
            return all(c.rounds >= w for c, w in zip(self.clients, wanted, strict=True))

        self.system.wait_until(closed, PATIENCE_SECONDS)
        return time.monotonic() - began

    def ask(self, service: str, path: str, body: Document, key: str) -> Answer:
        """A command, again and again with the same key until a service has answered it."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                answer = self.system.call(service, "POST", path, body, key=key)
                if answer.status < 500:
                    return answer
            except urllib3.exceptions.HTTPError:
                pass
            time.sleep(PAUSE_SECONDS)
        raise OutOfPatience(path)

    def place(self, key: str) -> str:
        """An order that is in the books."""
        body = {
            "item": self.item,
            "site": "XP11",
            "resident": f"R-{key}",
            "starts_at": (self.system.now() + AHEAD).isoformat(),
        }
        answer = self.ask("orders", "/v1/orders", body, key).ok()
        self.books.orders[key] = answer.id
        return answer.id

    def _client(self, volunteer: str) -> _Client:
        if volunteer:
            self.books.volunteers.append(volunteer)
        return _Client(f"{self.system.prefix}-{next(self.system.names)}", volunteer)

    def _go_round(self, client: _Client) -> None:
        try:
            for number in itertools.count():
                if self._stop.is_set():
                    return
                go_round = self._serve_one_order if client.volunteer else self._hold_one_activity
                go_round(client, f"{client.name}-{number}")
                client.rounds += 1
        except Exception as error:
            self.problems.append(f"{client.name}: {error!r}")

    def _serve_one_order(self, client: _Client, key: str) -> None:
        order = self.place(key)
        path = f"/v1/orders/{order}"
        wanted = {"volunteer": client.volunteer, "team": self.team}
        self.ask("orders", f"{path}/vet", {}, f"{key}-vet").ok()
        self.ask("orders", f"{path}/accept", wanted, f"{key}-accept").ok()
        acceptance = self._assigned(path)
        if not acceptance:
            return  # its time could not be reserved while a part was down: that is an answer, too
        for step in ("check-in", "check-out"):
            self.ask("orders", f"{path}/acceptances/{acceptance}/{step}", {}, f"{key}-{step}").ok()
        self.ask("orders", f"{path}/complete", {}, f"{key}-complete").ok()
        self.ask("orders", f"{path}/rate", {"stars": 5}, f"{key}-rate").ok()

    def _hold_one_activity(self, client: _Client, key: str) -> None:
        """Two residents want the one seat, one of them comes."""
        starts_at = self.system.now() + SOON
        body = {
            "site": "XP11",
            "title": f"讲座{key}",
            "theme": "theory",
            "modes": ["lecture"],
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=12)).isoformat(),
            "capacity": 1,
        }
        answer = self.ask("events", "/v1/activities", body, key)
        if answer.status == 422:
            return  # it was not taken before it was to begin
        self.books.activities[key] = answer.ok().id
        path = f"/v1/activities/{answer.id}"
        for resident in ("a", "b"):
            wanted = {"resident": f"R-{key}-{resident}"}
            self.ask("events", f"{path}/registrations", wanted, f"{key}-{resident}").ok()
        registrations = self._read("events", path)["registrations"].items()
        seat = next(id for id, each in registrations if each["status"] == "confirmed")
        self.ask("events", f"{path}/registrations/{seat}/attend", {}, f"{key}-attend").ok()
        self.system.wait_until(lambda: self.system.now() > starts_at)
        self.ask("events", f"{path}/hold", {}, f"{key}-hold").ok()

    def _assigned(self, path: str) -> str:
        """Id of the order's acceptance, once its time is reserved; empty where it was released."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            for acceptance, held in self._read("orders", path)["acceptances"].items():
                if held["status"] != "pending":
                    return acceptance if held["status"] in LIVE else ""
            time.sleep(PAUSE_SECONDS / 4)
        raise OutOfPatience(f"{path} was not assigned")

    def _read(self, service: str, path: str) -> Any:
        """What is there, as soon as the service can be asked."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                answer = self.system.call(service, "GET", path)
                if answer.status == 200:
                    return answer.json
            except urllib3.exceptions.HTTPError:
                pass
            time.sleep(PAUSE_SECONDS)
        raise OutOfPatience(path)

    def _pass_time(self) -> None:
        while not self._stop_time.wait(MINUTE_EVERY_SECONDS):
            self.system.move_clock(60)

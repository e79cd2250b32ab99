"""One installation of the services: its addresses, its business time, its databases to look at."""

import itertools
import re
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import urllib3
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database

from deploy.local.ports import LOOPBACK, free_port
from shared.clock import FileClock, read_offset, write_offset
from shared.messaging.projections import Generations
from shared.settings import SERVICES
from shared.web.clients import ClientsFile
from tests.parts import Parts

T = TypeVar("T")
Document = dict[str, Any]

LOOK_SECONDS = 0.05
HOUSEKEEPING = {
    *("heartbeats", "leases", "cursors", "projections", "event_log", "event_log_facts"),
    *("data_keys", "readings", "exchange_facts", "queue_feedings"),
}


class Installation:
    """What is known of one before anything runs."""

    def __init__(self, parts: Parts, folder: Path) -> None:
        self.parts = parts
        self.folder = folder.resolve()
        self.prefix = f"t{secrets.token_hex(4)}"
        self.urls = {service: f"http://{LOOPBACK}:{free_port()}" for service in SERVICES}
        self.clients = ClientsFile(self.folder / "clients.json")
        self.keys: dict[str, str] = {}
        self.http = urllib3.PoolManager(maxsize=64, retries=False, timeout=30.0)
        self.names = (f"x{number}" for number in itertools.count(1))
        self._mongo: MongoClient[Document] | None = None

    def close(self) -> None:
        """Drop the databases."""
        self.http.clear()
        if self._mongo:
            for service in SERVICES:
                self._mongo.drop_database(f"{self.prefix}_{service}")
            self._mongo.close()

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
        return FileClock(self.clock_file).now()

    def at(self, **delta: float) -> str:
        """Business time from now, RFC 3339: `at(hours=2)`."""
        return (self.now() + timedelta(**delta)).isoformat()

    def move_clock(self, seconds: float) -> None:
        """Business time goes on by so much, in every process."""
        write_offset(self.clock_file, read_offset(self.clock_file) + seconds)

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
    def clock_file(self) -> Path:
        return self.folder / "clock.json"

"""Subscribers' queues on the real broker: feeder and keeper, and what a subscriber does by pika."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pika
from pika.adapters.blocking_connection import BlockingChannel

from services.reports.model.queue import SubscriberQueue
from services.reports.queues.administration import Administration
from services.reports.queues.feeder import ORIGIN, Feeder
from services.reports.queues.keeper import Facts, Keeper, Wanted
from services.reports.queues.passwords import hashed, new_password
from services.reports.queues.publishers import Publishers, QueuePublisher
from shared.clock import SystemClock
from shared.storage.aggregates import Aggregates
from tests.integration.logs import Feeds, logs_of_all, tell
from tests.integration.rig import Rig
from tests.system import connect_as_outsider


class Forgets(Keeper):
    """Takes everything away."""

    def wanted(self) -> Wanted:
        return {}


class Desk:
    """Four logs, and the queues fed from them; time is the test's."""

    def __init__(self, rig: Rig, admin_url: str, amqp_url: str = "") -> None:
        self.rig = rig
        self.admin_url = admin_url
        self.database = rig.database()
        self.logs = logs_of_all(rig)
        self.queues = Aggregates(self.database, "queues", SubscriberQueue, SystemClock())
        self.facts = Facts(self.database)
        self.administration = Administration(admin_url, rig.amqp_url)
        self.now = datetime.now(UTC)
        self.lost: dict[str, str] = {}  # by client
        self.publishers = Publishers(lambda: QueuePublisher(amqp_url or rig.amqp_url))
        self.feeder = Feeder(
            self.database,
            self.queues,
            Feeds(*self.logs.values()),
            self.publishers,
            self.heads,
            self.rights,
            lambda: self.now,
        )
        self.passwords: dict[str, str] = {}

    def heads(self) -> dict[str, int]:
        return {name: log.head() for name, log in self.logs.items()}

    def rights(self, client: str, sites: Any) -> str:
        return self.lost.get(client, "")

    def keeper(
        self, administration: Administration | None = None, cls: type[Keeper] = Keeper
    ) -> Keeper:
        """One that has just begun."""
        return cls(
            self.facts,
            self.queues,
            administration or self.administration,
            self.publishers,
            self.rights,
            self.feeder.hold,
        )

    def keep(self) -> None:
        self.keeper().bring_in_line()

    def subscribe(self, id: str = "", *, kept: bool = True, **facts: Any) -> str:
        """A subscription: its id."""
        id = id or f"que_{secrets.token_hex(6)}"
        self.passwords[id] = new_password()
        usual: dict[str, Any] = {
            "client": "office",
            "name": self.name(id),
            "password_hash": hashed(self.passwords[id]),
            "types": [],
            "sites": [],
            "starts": {},
            "history": {},
            "length": 1000,
            "sealed_password": None,
        }
        made = SubscriberQueue(**(usual | facts))
        self.queues.make(id, ORIGIN, lambda now: (made, []))
        if kept:
            self.keep()
        return id

    @property
    def host(self) -> str:
        """The virtual host, as it stands in paths of the management API."""
        return quote(self.administration.virtual_host, safe="")

    def name(self, id: str) -> str:
        return self.facts.prefix() + id

    def change(self, id: str, decide: Any) -> None:
        self.queues.change(id, ORIGIN, decide)

    def tell(self, count: int, site: str = "XP11", source: str = "orders") -> None:
        tell(self.logs[source], count, site)

    def feed(self, id: str, turns: int = 1) -> None:
        for _ in range(turns):
            loaded = self.queues.load(id)
            if loaded.state.status == "active":
                self.feeder.tell(loaded)
            self.now += timedelta(minutes=2)  # what failed may be tried again

    def state(self, id: str) -> dict[str, Any]:
        return self.feeder.state(id)

    def connect(self, id: str, password: str = "", host: str = "") -> pika.BlockingConnection:
        """As the subscriber."""
        parameters = connection_parameters(self.rig.amqp_url)
        parameters.credentials = pika.PlainCredentials(
            self.name(id), password or self.passwords[id]
        )
        parameters.virtual_host = host or parameters.virtual_host
        return pika.BlockingConnection(parameters)

    @contextmanager
    def channel(self, id: str) -> Iterator[BlockingChannel]:
        with self.connect(id) as connection:
            yield connection.channel()

    def read(self, id: str) -> list[dict[str, Any]]:
        """All that waits, taken."""
        with self.channel(id) as channel:
            return list(taken(channel, self.name(id)))

    def lose_queue(self, id: str) -> None:
        with self.publishers.one() as publisher:
            publisher.delete(self.name(id))

    def lose(self, path: str) -> None:
        """Something of the management API's."""
        self.administration._ask("DELETE", path)

    def close(self) -> None:
        """Nothing of it stays on the broker."""
        self.keeper(cls=Forgets).bring_in_line()


def taken(channel: BlockingChannel, queue: str) -> Iterator[dict[str, Any]]:
    """What waits in a queue, acknowledged one by one."""
    while True:
        method, _, body = channel.basic_get(queue)
        if method is None:
            return
        channel.basic_ack(method.delivery_tag)
        yield json.loads(body)


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [int(each["sequence"]) for each in events]


def connection_parameters(amqp_url: str) -> pika.ConnectionParameters:
    """Of the tests' own user, who may do everything."""
    with connect_as_outsider(amqp_url) as connection:
        given = connection._impl.params
    return pika.ConnectionParameters(given.host, given.port, given.virtual_host, given.credentials)

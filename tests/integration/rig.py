"""Composition root of the protocol tests: the kit's real classes on the real MongoDB and RabbitMQ.

A *shelf* is a service that publishes: filling a jar with a number tells one event that carries it,
so that what was lost, doubled or out of order can be read off the numbers. Consumers are wired
beside it. A control is a subclass with one protection taken out; it is handed in here, and no
setting of the system can choose it.
"""

import contextlib
import itertools
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from kombu import Connection, Queue
from pymongo import MongoClient

from deploy.local.ports import LOOPBACK
from shared.clock import Clock, SystemClock
from shared.contracts.base import Event
from shared.messaging import broker, dead_letters, event_log
from shared.messaging.broker import BROKER_ERRORS, EVENTS, Publisher
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Envelope, decode
from shared.messaging.event_log import EventLog
from shared.messaging.feed_client import PAGE, FeedClient, FeedUnreachable, Page
from shared.messaging.projections import Generations
from shared.messaging.relay import Relay
from shared.service import Kit
from shared.settings import Settings
from shared.storage.aggregates import Aggregates, Origin
from shared.storage.lease import Lease
from shared.storage.mongo import Db, Document, Index, connect, prepare
from tests.integration.proxy import Proxy, through

T = TypeVar("T")
Judge = Callable[[Sequence[str]], None]

LOOK_SECONDS = 0.02
SOON_SECONDS = 15.0
"""What should happen at once may take so long on a busy machine."""


# ---- judging ----


def protected(real: T, *controls: tuple[T, str]) -> pytest.MarkDecorator:
    """Runs a test with the real part, and with each control: (part, violation it must show)."""
    return pytest.mark.parametrize(
        ("part", "judge"),
        [
            pytest.param(real, _holds, id="protected"),
            *(pytest.param(c, _shows(text), id=f"control-{text}") for c, text in controls),
        ],
    )


def _holds(violations: Sequence[str]) -> None:
    assert not violations


def _shows(text: str) -> Judge:
    def judge(violations: Sequence[str]) -> None:
        logging.warning("control shows: %s", "; ".join(violations))
        assert any(text in each for each in violations), f"nothing was broken: {violations}"

    return judge


def once_each(numbers: Sequence[int], count: int, whose: str = "") -> list[str]:
    """What is wrong where 1 … count should have come once each, in order."""
    found = []
    for number in range(1, count + 1):
        times = numbers.count(number)
        if times != 1:
            found.append(f"{whose}{number} {'lost' if not times else f'came {times} times'}")
    if not found and list(numbers) != sorted(numbers):
        found.append(f"{whose}out of order: {list(numbers)}")
    return found


def soon(predicate: Callable[[], T], seconds: float = SOON_SECONDS) -> T:
    """What `predicate` gives once it is true; what it gives in the end, if it never is."""
    until = time.monotonic() + seconds
    while True:
        found = predicate()
        if found or time.monotonic() > until:
            return found
        time.sleep(LOOK_SECONDS)


# ---- a service that publishes ----


class JarFilled(Event, name="jars.jar.filled", version=1):
    """A number was put into a jar."""

    jar: str
    number: int


@dataclass
class Jar:
    """An aggregate that remembers its numbers."""

    numbers: list[int] = field(default_factory=list)
    status: str = "open"

    def fill(self, id: str, number: int) -> Sequence[Event]:
        self.numbers.append(number)
        return [JarFilled(jar=id, number=number)]


def number_of(body: str | bytes) -> int:
    return int(decode(body).data["number"])


class Shelf:
    """The publishing service: its aggregates and its log; its relays are made one by one."""

    def __init__(
        self,
        database: Db,
        amqp_url: str,
        *,
        log: type[EventLog] = EventLog,
        jars: type[Aggregates[Jar]] = Aggregates,
        indexes: Sequence[Index] = event_log.INDEXES,
    ) -> None:
        prepare(database, [*Aggregates.indexes("jars"), *indexes, *dead_letters.INDEXES])
        self.database = database
        self.amqp_url = amqp_url
        self.log = log(database, "jars")
        self.jars = jars(database, "jars", Jar, SystemClock())
        self._names = (f"relay-{number}" for number in itertools.count(1))

    def fill(self, *numbers: int, jar: str = "jar_one", key: str = "") -> None:
        """Each number tells one event."""
        for number in numbers:
            self.jars.change(jar, _origin(key), partial(_fill, jar, number), initial=Jar)

    def relay(
        self, kind: type[Relay] = Relay, publisher: Callable[[], Publisher] | None = None
    ) -> Any:
        """Another worker's relay: an instance of `kind`."""
        return kind(
            self.database,
            ["jars"],
            self.log,
            Lease(self.database, "relay", next(self._names)),
            publisher or (lambda: Publisher(self.amqp_url)),
        )

    def tell(self, *numbers: int, jar: str = "jar_one") -> list[str]:
        """Fill and log: the envelopes as the broker would carry them."""
        before = self.log.head()
        self.fill(*numbers, jar=jar)
        self.expire_lease()
        self.log_all(self.relay())
        self.expire_lease()
        return [entry.body for entry in self.log.read(before, len(numbers))]

    def log_all(self, relay: Relay) -> None:
        """The relay's logging loop, until the outboxes are empty."""
        until = time.monotonic() + SOON_SECONDS
        while self.untold() and time.monotonic() < until:
            relay.log_step()

    def publish_all(self, relay: Relay) -> None:
        """The relay's publishing loop, until the mark is at the head."""
        until = time.monotonic() + SOON_SECONDS
        while self.log.published < self.log.head() and time.monotonic() < until:
            publish(relay)

    def expire_lease(self) -> None:
        """As if its holder had been silent for longer than it lasts."""
        past = {"$set": {"until": datetime.fromtimestamp(0, UTC)}}
        self.database["leases"].update_one({"_id": "relay"}, past)

    def untold(self) -> int:
        """How many documents hold something in their outbox."""
        return self.database["jars"].count_documents({"outbox.0": {"$exists": True}})

    def violations(self, count: int) -> list[str]:
        """What is wrong with the log where it should hold 1 … count."""
        entries = self.log.read(0, 100_000)
        places = [each.sequence for each in entries]
        gaps = [] if places == list(range(1, len(places) + 1)) else [f"gap in the log: {places}"]
        by_jar: dict[str, list[int]] = {}
        for each in entries:
            envelope = decode(each.body)
            by_jar.setdefault(envelope.subject, []).append(envelope.data["number"])
        mixed = [f"out of order: {n}" for n in by_jar.values() if n != sorted(n)]
        return gaps + once_each(sorted(number_of(e.body) for e in entries), count) + mixed


def _fill(id: str, number: int, jar: Jar, now: datetime) -> Sequence[Event]:
    return jar.fill(id, number)


def _origin(key: str = "") -> Origin:
    return Origin(client="test", command="fill", key=key)


def publish(relay: Relay) -> int:
    """One round of the relay's publishing loop."""
    try:
        return relay.publish_step()
    except BROKER_ERRORS:
        relay.drop_publisher()
        return 0


# ---- those who hear ----


class LogFeeds(FeedClient):
    """The feed behind another door than HTTP: the same pages from the real logs."""

    def __init__(self, *logs: EventLog) -> None:
        self.logs = {log.source: log for log in logs}
        self.down: set[str] = set()

    def page(self, source: str, after: int, limit: int = PAGE) -> Page:
        if source in self.down:
            raise FeedUnreachable(source)
        log = self.logs[source]
        head = log.head()
        events = [decode(entry.body) for entry in log.read(after, limit)]
        last = events[-1].sequence if events else 0
        return Page(events, max(head, last), log.epoch())


class Diary:
    """A handler that writes down the numbers it is handed."""

    def __init__(self) -> None:
        self.numbers: list[int] = []

    def handle(self, events: Sequence[Envelope]) -> bool:
        self.numbers += [event.data["number"] for event in events]
        return True

    def tick(self) -> None: ...


@contextlib.contextmanager
def hearing(consumer: Consumer) -> Iterator[Consumer]:
    """The consumer's own loop, in a thread, until the end of the block."""
    stop = threading.Event()
    thread = threading.Thread(target=consumer.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield consumer
    finally:
        stop.set()
        thread.join(SOON_SECONDS)


class Listener:
    """A queue of the test's own that is bound to all that jars tell."""

    def __init__(self, amqp_url: str) -> None:
        self._connection = Connection(amqp_url, connect_timeout=5)
        self._channel: Any = self._connection.channel()
        broker.declare(self._channel)
        self.queue = f"test.{secrets.token_hex(4)}"
        Queue(self.queue, exclusive=True)(self._channel).declare()
        self._channel.queue_bind(self.queue, EVENTS, "jars.#")

    def messages(self, queue: str = "") -> list[Any]:
        """Takes all that is there."""
        return list(iter(lambda: self._channel.basic_get(queue or self.queue, no_ack=True), None))

    def numbers(self) -> list[int]:
        return [number_of(message.body) for message in self.messages()]

    def stop_hearing(self) -> None:
        """Nobody is bound for jars any more, unless a consumer is."""
        self._channel.queue_unbind(self.queue, EVENTS, "jars.#")

    def close(self) -> None:
        self._connection.release()


# ---- the rig ----


class Rig:
    """Makes databases, shelves, listeners and proxies for one test, and clears them away."""

    def __init__(self, mongo_url: str, amqp_url: str) -> None:
        self.mongo_url = mongo_url
        self.amqp_url = amqp_url
        self._closing = contextlib.ExitStack()

    def database(self, url: str = "") -> Db:
        """A fresh one."""
        return self.open(f"protocol_{secrets.token_hex(5)}", url)

    def open(self, name: str, url: str = "") -> Db:
        """Another process's client of a database, with the kit's own options."""
        database = connect(url or self.mongo_url, name, "protocol-test")
        self._closing.callback(self._drop, database)
        return database

    def shelf(self, **parts: Any) -> Shelf:
        return Shelf(self.database(), self.amqp_url, **parts)

    def kit(
        self,
        service: str,
        database: Db,
        *,
        clock: Clock | None = None,
        log: EventLog | None = None,
    ) -> Kit:
        """What a service's own classes are made with."""
        settings = Settings(
            service=service,
            mongo_url=self.mongo_url,
            mongo_database=database.name,
            amqp_url=self.amqp_url,
            urls={},
            service_key="",
            clients_file=Path("/nowhere"),
            clock=clock or SystemClock(),
            body_limit=0,
            rate_per_second=0,
            check_seconds=60,
            stale_seconds=60,
            log_level="INFO",
        )
        log = log or EventLog(database, service)
        return Kit(settings, database, settings.clock, log, Generations(database))

    def listener(self) -> Listener:
        listener = Listener(self.amqp_url)
        self._closing.callback(listener.close)
        return listener

    def consumer(
        self,
        database: Db,
        handler: Any,
        feeds: FeedClient,
        kind: type[Consumer] = Consumer,
        **facts: Any,
    ) -> Any:
        """One that hears jars, on a queue of the database's own name."""
        queue = f"{database.name}.reactions"
        self._closing.callback(self.delete_queue, queue)
        defaults: dict[str, Any] = {
            "name": "reactions",
            "sources": ["jars"],
            "queue": queue,
            "check_seconds": 60,
        }
        return kind(
            handler=handler,
            database=database,
            feeds=feeds,
            **({"amqp_url": self.amqp_url} | defaults | facts),
        )

    def delete_queue(self, name: str) -> None:
        with Connection(self.amqp_url, connect_timeout=5) as connection:
            connection.channel().queue_delete(name)

    def put(self, queue: str, body: str) -> None:
        """Into one queue, past the exchange."""
        with Connection(self.amqp_url, connect_timeout=5) as connection:
            connection.Producer().publish(body, exchange="", routing_key=queue)

    def purge_queue(self, name: str) -> int:
        with Connection(self.amqp_url, connect_timeout=5) as connection:
            return int(connection.channel().queue_purge(name))

    def broker_proxy(self) -> tuple[Proxy, str]:
        """A proxy, and the broker's URL through it."""
        parsed = urlsplit(self.amqp_url)
        proxy = self._proxy(parsed.hostname or LOOPBACK, parsed.port or 5672)
        return proxy, through(proxy, self.amqp_url, parsed.query)

    def mongo_proxy(self) -> tuple[Proxy, str]:
        """A proxy, and MongoDB's URL through it."""
        with MongoClient[Document](self.mongo_url) as client:
            client.admin.command("ping")
            assert client.address
            proxy = self._proxy(*client.address)
        given = parse_qs(urlsplit(self.mongo_url).query)
        kept = {name: given[name][0] for name in ("authSource",) if name in given}
        query = urlencode(kept | {"directConnection": "true"})
        return proxy, through(proxy, self.mongo_url, query)

    def close(self) -> None:
        self._closing.close()

    def _proxy(self, host: str, port: int) -> Proxy:
        proxy = Proxy(host, port)
        self._closing.callback(proxy.close)
        return proxy

    def _drop(self, database: Db) -> None:
        database.client.close()
        with MongoClient[Document](self.mongo_url) as client:
            client.drop_database(database.name)

"""The worker process: relay, reactions, projections and clocks, each in its own thread; drains."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import PyMongoError

from shared.messaging.broker import Publisher
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.feed_client import FeedClient
from shared.messaging.own_events import OwnEvents
from shared.messaging.projection_runner import ProjectionRunner
from shared.messaging.projections import Projections
from shared.messaging.reactions import Reactions
from shared.messaging.relay import Relay
from shared.service import Service
from shared.storage.lease import Lease
from shared.storage.mongo import FAST, wait_until_up

log = logging.getLogger(__name__)

DRAIN_SECONDS = 18  # within the 20 s that SIGTERM gives
HEARTBEAT_SECONDS = 2.0
CLOCK_SECONDS = 0.5  # machine's time between looks at business time
RESTART_SECONDS = 1.0  # before a part that failed begins again
FAILURE_SHOWN_SECONDS = 10.0  # how long a part that failed and began again counts as not ready

Body = Callable[[threading.Event], None]


class Worker:
    """All parts of one service's worker. Tests start it in their own process with other parts."""

    def __init__(self, service: Service[Any]) -> None:
        self.service = service
        kit = service.kit
        self.stop = threading.Event()
        self.id = f"{socket.gethostname()}:{os.getpid()}"
        self.feeds = FeedClient(kit.settings.urls, kit.settings.service_key)
        self.relay = self.make_relay()
        self.projections: ProjectionRunner | None = None
        self.reactions: Consumer | None = None
        self.own_reactions: OwnEvents | None = None
        if service.reactions:
            letters = DeadLetters(kit.database, "reactions")
            handler = Reactions(service.app, service.reactions, letters)
            others = [each for each in service.reaction_sources if each != service.name]
            if others:
                self.reactions = self._consumer("reactions", others, handler)
            if service.name in service.reaction_sources:
                self.own_reactions = self._own_events("reactions", handler)
        if service.projections:
            self.projections = ProjectionRunner(
                service.projections, kit.database, self._projection_consumer
            )
        self._threads: list[threading.Thread] = []
        self._failures: dict[str, tuple[float, str]] = {}  # part: when, why

    def make_relay(self) -> Relay:
        kit = self.service.kit
        return Relay(
            kit.database,
            [each.name for each in self.service.aggregates],
            kit.log,
            Lease(kit.database, "relay", self.id),
            lambda: Publisher(kit.settings.amqp_url),
        )

    def parts(self) -> dict[str, Body]:
        """Name and body of each thread."""
        bodies: dict[str, Body] = {
            "relay-watching": self.relay.run_watching,
            "relay-logging": self.relay.run_logging,
            "relay-publishing": self.relay.run_publishing,
            "heartbeat": self._run_heartbeat,
        }
        if self.own_reactions:
            bodies["own-reactions"] = self.own_reactions.run
        if self.reactions:
            bodies["reactions"] = self.reactions.run
        if self.projections:
            bodies["projections"] = self.projections.run_live
            bodies["rebuild"] = self.projections.run_builder
        if self.service.clocks:
            bodies["clocks"] = self._run_clocks
        return bodies

    def start(self) -> None:
        """Start every part; returns at once."""
        wait_until_up(self.service.kit.database)
        self.service.prepare()
        for name, body in self.parts().items():
            thread = threading.Thread(target=self._keep, args=(name, body), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def drain(self) -> None:
        """Stop taking, finish what is begun, leave."""
        self.stop.set()
        until = time.monotonic() + DRAIN_SECONDS
        for thread in self._threads:
            thread.join(max(0.1, until - time.monotonic()))
        with suppress(PyMongoError):  # it runs out by itself
            self.relay.release()

    def problems(self) -> dict[str, str]:
        """Parts that are not as they should be, with the reason."""
        since = time.monotonic() - FAILURE_SHOWN_SECONDS
        found = {part: why for part, (when, why) in self._failures.items() if when > since}
        consumers = [self.reactions, self.projections.consumer if self.projections else None]
        found |= {each.name: each.problem for each in consumers if each and each.problem}
        if self.relay.problem:
            found["relay"] = self.relay.problem
        found |= {t.name: "ended" for t in self._threads if not t.is_alive()}
        return found

    def _keep(self, name: str, body: Body) -> None:
        """A part ends only with the process: what it could not foresee, it begins again after."""
        while not self.stop.is_set():
            try:
                body(self.stop)
            except Exception as error:
                log.exception("part failed", extra={"part": name})
                self._failures[name] = (time.monotonic(), type(error).__name__)
                self.stop.wait(RESTART_SECONDS)

    def _run_clocks(self, stop: threading.Event) -> None:
        lease = Lease(self.service.kit.database, "clocks", self.id)
        while not stop.wait(CLOCK_SECONDS):
            if lease.hold():
                for task in self.service.clocks:
                    task(self.service.app)

    def _run_heartbeat(self, stop: threading.Event) -> None:
        rows = self.service.kit.database["heartbeats"].with_options(write_concern=FAST)
        while not stop.is_set():
            beat = {"at": datetime.now(UTC), "problems": self.problems()}
            rows.replace_one({"_id": self.id}, beat, upsert=True)
            rows.delete_many({"at": {"$lt": datetime.fromtimestamp(time.time() - 3600, UTC)}})
            stop.wait(HEARTBEAT_SECONDS)

    def _own_events(self, name: str, handler: Reactions) -> OwnEvents:
        kit = self.service.kit
        own = OwnEvents(name, handler, kit.database, kit.log, self.relay.leading)
        self.relay.listeners.append(own.told)
        return own

    def _projection_consumer(self, name: str, handler: Projections) -> Consumer:
        return self._consumer(name, self.service.projection_sources, handler, "projections")

    def _consumer(self, name: str, sources: list[str], handler: Any, queue: str = "") -> Consumer:
        kit = self.service.kit
        return Consumer(
            name=name,
            sources=sources,
            handler=handler,
            database=kit.database,
            feeds=self.feeds,
            amqp_url=kit.settings.amqp_url,
            check_seconds=kit.settings.check_seconds,
            queue=f"{self.service.name}.{queue or name}",
        )


def run(service: Service[Any]) -> None:
    """The body of a worker process: until SIGTERM or SIGINT."""
    worker = Worker(service)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop.set())
    worker.start()
    log.info("worker started", extra={"service": service.name, "worker": worker.id})
    worker.stop.wait()
    worker.drain()
    log.info("worker drained", extra={"service": service.name, "worker": worker.id})

"""A consumer: hears events from its queue at once, and fetches from the feeds what that missed.

The queue is only the fast carrier. For each source there is a cursor, *settled through N*, and
events are handled strictly in the source's order, each number once: a doubled or late message is
dropped by its number, a gap is fetched from the feed (PROTOCOL 3).
"""

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Protocol

from kombu import Connection, Message
from kombu import Consumer as QueueConsumer
from pymongo.errors import PyMongoError

from shared.messaging import broker
from shared.messaging.cursors import Cursors, Mark, Marks
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope, Undecodable, decode
from shared.messaging.feed_client import FeedClient, FeedUnreachable
from shared.storage.mongo import Db

log = logging.getLogger(__name__)

BATCH = 500  # messages handled at once; twice as many may be under way
PAUSE_SECONDS = 1.0  # before the next attempt, after a failure of a part
DRAIN_SECONDS = 0.5  # the longest wait for a message: how fast we see that we are to stop


class ForeignHistory(Exception):
    """The source's log is not the one we have heard so far: a rebuild is needed."""


class Handler(Protocol):
    """What a consumer does with events that are new, in order and without gaps."""

    def handle(self, events: Sequence[Envelope]) -> bool:
        """Return when each has had its effect or is kept aside: whether any needed it. Raise only
        where the database can't be reached; the same events come again."""

    def tick(self) -> None:
        """Called about each second: deferred attempts and the like."""


class Consumer:
    """One consumer of one service; `run` is the body of its thread."""

    def __init__(
        self,
        name: str,  # of the cursors, and of the queue unless `queue` says another
        sources: Sequence[str],
        handler: Handler,
        database: Db,
        feeds: FeedClient,
        amqp_url: str,
        check_seconds: float = 60,
        queue: str = "",
    ) -> None:
        self.name = name
        self.sources = list(sources)
        self._handler = handler
        self._marks = Marks(Cursors(database, name))
        self._dead_letters = DeadLetters(database, name)
        self._feeds = feeds
        self._amqp_url = amqp_url
        self._check_seconds = check_seconds
        self._queue = broker.consumer_queue(queue or name, sources)
        self._next_check = 0.0
        self._buffer: list[Message] = []
        self._unserved = False  # consuming from the queue was not answered
        self.problem = ""  # why it is not ready; empty where it is

    def run(self, stop: threading.Event) -> None:
        """Hear until told to stop; every failure of a part is waited out."""
        while not stop.is_set():
            try:
                self._hear(stop)
            except (*broker.BROKER_ERRORS, PyMongoError, FeedUnreachable) as error:
                self.problem = f"waiting: {type(error).__name__}"
                log.warning("consumer waits", extra={"consumer": self.name, "error": repr(error)})
                stop.wait(PAUSE_SECONDS)
            except ForeignHistory as error:
                self.problem = f"rebuild needed: {error}"
                log.error("foreign history", extra={"consumer": self.name, "error": str(error)})
                stop.wait(PAUSE_SECONDS * 10)

    def catch_up(self) -> int:
        """Fetch from every source's feed what lies behind our marks; how many events."""
        self._marks.load()
        count = 0
        unreachable: FeedUnreachable | None = None
        for source in self.sources:
            try:
                count += self._fetch(source)
            except FeedUnreachable as error:  # it must not hide the gaps of the others
                unreachable = error
        self._marks.save()
        if unreachable:
            raise unreachable
        self._next_check = time.monotonic() + self._check_seconds
        return count

    def take(self, bodies: Sequence[bytes | str], publisher: str | None = None) -> None:
        """Settle messages as they came: decode, order, drop the known, fill gaps, handle. Where
        the broker vouches for a publisher, one may speak for itself only."""
        allowed = self.sources if publisher is None else {publisher} & set(self.sources)
        by_source: dict[str, dict[int, Envelope]] = {}
        for body in bodies:
            try:
                envelope = decode(body)
                if envelope.source in allowed:
                    by_source.setdefault(envelope.source, {})[envelope.sequence] = envelope
                else:
                    reason = f"not from one that may tell for {envelope.source}"
                    self._dead_letters.park_raw(body, reason)
            except Undecodable as error:
                self._dead_letters.park_raw(body, str(error))
        for source, envelopes in by_source.items():
            self.settle(source, [envelopes[sequence] for sequence in sorted(envelopes)])

    def settle(self, source: str, envelopes: Sequence[Envelope]) -> None:
        """Handle what is new; where a number is missing before it, fetch from the feed instead."""
        mark = self._mark(source)
        fresh = [each for each in envelopes if each.sequence > mark.through]
        if not fresh:
            return
        contiguous = fresh[-1].sequence - mark.through == len(fresh)
        if contiguous and {each.epoch for each in fresh} == {mark.epoch}:
            self._handle(source, fresh, mark.epoch)
        else:
            self._fetch(source)  # it knows the epoch, and has what we miss

    def _handle(self, source: str, events: Sequence[Envelope], epoch: str) -> None:
        """`epoch` is the log's: after a restore its old entries still carry the one before."""
        needed = self._handler.handle(events)
        self._marks.move(source, epoch, events[-1].sequence, needed)

    def _fetch(self, source: str) -> int:
        count = 0
        with closing(self._feeds.pages(source, self._mark(source).through)) as pages:
            for page in pages:
                mark = self._mark(source, page.epoch)
                if mark.through > page.head:
                    raise ForeignHistory(f"{source} has {page.head}, we have heard {mark.through}")
                if page.events:
                    self._handle(source, page.events, page.epoch)
                    count += len(page.events)
        return count

    def _mark(self, source: str, epoch: str = "") -> Mark:
        mark = self._marks.of(source)
        if epoch and mark.epoch and mark.epoch != epoch:
            raise ForeignHistory(f"{source} has epoch {epoch}, we have heard {mark.epoch}")
        return mark

    def _hear(self, stop: threading.Event) -> None:
        self._marks.load()
        self._buffer = []
        connection = broker.connect(self._amqp_url)
        try:
            channel = connection.channel()
            channel.basic_qos(0, BATCH * 2, False)
            broker.declare(channel)
            self._consume(channel)
            self._next_check = 0.0
            while not stop.is_set():
                self._hear_once(connection, channel)
            self._marks.save()
        finally:
            connection.collect(socket_timeout=2)

    def _consume(self, channel: Any) -> None:
        """A queue whose broker was killed while it was made can be without leader for ever: it is
        declared, but not served. What it held is in the feeds, so it is made anew."""
        queue = self._queue(channel)
        if self._unserved:
            log.warning("queue made anew", extra={"consumer": self.name})
            queue.delete()
        queue.declare()
        broker.unbind_others(queue, self.sources)
        self._unserved = True
        QueueConsumer(channel, [queue], on_message=self._buffer.append, accept=None).consume()
        self._unserved = False

    def _hear_once(self, connection: Connection, channel: Any) -> None:
        self._fill(connection)
        if self._buffer:
            messages, self._buffer[:] = list(self._buffer), []
            bodies: dict[str, list[bytes | str]] = {}
            for message in messages:
                bodies.setdefault(broker.publisher_of(message), []).append(message.body)
            for publisher, each in bodies.items():
                self.take(each, publisher)
            channel.basic_ack(messages[-1].delivery_tag, multiple=True)
        else:
            self._marks.save()
        connection.heartbeat_check()
        self._handler.tick()
        if time.monotonic() > self._next_check:
            self._check()
        else:
            self.problem = ""

    def _check(self) -> None:
        """Compare with the feeds' heads. A feed that is down doesn't stop what the queue brings."""
        try:
            self.catch_up()
            self.problem = ""
        except FeedUnreachable as error:
            self.problem = f"feed unreachable: {error}"
            self._next_check = time.monotonic() + min(PAUSE_SECONDS * 2, self._check_seconds)

    def _fill(self, connection: Connection) -> None:
        """Wait for a message, then take what else is there."""
        wait = DRAIN_SECONDS
        while len(self._buffer) < BATCH:
            try:
                connection.drain_events(timeout=wait)
            except (TimeoutError, BlockingIOError):
                return
            wait = 0.001

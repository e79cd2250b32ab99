"""RabbitMQ: the topology, and a publisher whose confirms are matched by delivery tag."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import amqp
from kombu import Connection, Exchange, Message, Queue, binding

from shared.contracts.base import Event
from shared.messaging.envelope import CONTENT_TYPE, routing_key
from shared.messaging.event_log import Logged

EVENTS = "shijian.events"
UNROUTED = "shijian.unrouted"  # what no queue was bound for, kept visible
UNROUTED_KEPT = 10_000  # messages; older ones are dropped from the head
HEARTBEAT_SECONDS = 10
CONFIRM_SECONDS = 10.0  # a broker that takes longer is treated as gone
IN_FLIGHT = 500  # unconfirmed messages at once
DELIVERY_LIMIT = 1_000_000
"""Explicit, since RabbitMQ 4 drops a message after 20 returns by default. A consumer that waits
for its database returns its messages each time; what is dropped all the same, it fetches from the
feed."""

BROKER_ERRORS = (OSError, amqp.exceptions.AMQPError, ConnectionError, TimeoutError)
"""Connection and channel errors, and time-outs: drop the channel and begin again."""

events_exchange = Exchange(
    EVENTS, type="topic", durable=True, arguments={"alternate-exchange": UNROUTED}
)
_unrouted_exchange = Exchange(UNROUTED, type="fanout", durable=True)


class NotConfirmed(OSError):
    """The broker refused a message or did not confirm it in time."""


def connect(url: str) -> Connection:
    """A connection with heartbeat and time-outs; one thread may use it."""
    options = {"read_timeout": CONFIRM_SECONDS, "write_timeout": CONFIRM_SECONDS}
    return Connection(
        url, heartbeat=HEARTBEAT_SECONDS, connect_timeout=3, transport_options=options
    )


def declare(channel: Any) -> None:
    """The exchanges, and the queue that shows what nobody heard."""
    kept = Queue(
        UNROUTED,
        exchange=_unrouted_exchange,
        durable=True,
        queue_arguments={"x-max-length": UNROUTED_KEPT, "x-overflow": "drop-head"},
    )
    kept(channel).declare()
    events_exchange(channel).declare()


def consumer_queue(name: str, sources: Sequence[str]) -> Queue:
    """A consumer's quorum queue, bound to ALL that its sources tell, so that a gap is a gap."""
    return Queue(
        name,
        bindings=[binding(events_exchange, routing_key=f"{source}.#") for source in sources],
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-single-active-consumer": True,
            "x-delivery-limit": DELIVERY_LIMIT,
        },
    )


def unbind_others(queue: Any, sources: Sequence[str]) -> None:
    """A queue that an earlier version made may be bound to more than is heard from it now."""
    for other in sorted({each.publisher for each in Event.known.values()} - set(sources)):
        queue.unbind_from(events_exchange, routing_key=f"{other}.#")


def publisher_of(message: Message) -> str:
    """The service that must have published it, since the broker lets each use only routing keys
    that begin with its own name; empty where it did not come by `shijian.events`."""
    key: str = message.delivery_info["routing_key"]
    return key.split(".", 1)[0] if message.delivery_info["exchange"] == EVENTS else ""


def _headers(body: str) -> dict[str, str]:
    """The attributes, so that a subscriber can choose without reading the body."""
    attributes = json.loads(body)
    del attributes["data"]
    return {f"cloudEvents:{name}": value for name, value in attributes.items()}


class Publisher:
    """Publishes to `shijian.events` and returns when each message is confirmed.

    After any error the object is of no use: its channel may still get confirms of the past, which
    would be taken for those of other messages. Close it and make another.
    """

    def __init__(self, url: str, seconds: float = CONFIRM_SECONDS) -> None:
        self._connection = connect(url)
        self._seconds = seconds
        self._channel = self._connection.channel()
        declare(self._channel)
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)
        self._last_tag = 0
        self._waiting: dict[int, Logged] = {}
        self._refused: list[str] = []

    def send(self, entries: Sequence[Logged], queue: str = "") -> None:
        """Put messages on the wire, to everybody or to one queue; `settle` waits for confirms."""
        for entry in entries:
            if len(self._waiting) >= IN_FLIGHT:
                self._drain_until(IN_FLIGHT // 2)
            self._last_tag += 1
            self._waiting[self._last_tag] = entry
            message = self._channel.prepare_message(
                entry.body.encode(),
                content_type=CONTENT_TYPE,
                content_encoding="utf-8",
                headers=_headers(entry.body),
                properties={"delivery_mode": 2, "message_id": entry.id},
            )
            self._channel.basic_publish(
                message,
                exchange="" if queue else EVENTS,
                routing_key=queue or routing_key(entry.type, entry.site),
                mandatory=True,
            )

    def settle(self) -> None:
        """Wait until every message sent is confirmed. Raises NotConfirmed."""
        self._drain_until(0)

    def idle(self) -> None:
        """Keep the connection alive while there is nothing to publish."""
        self._connection.heartbeat_check()
        with suppress(TimeoutError):
            self._connection.drain_events(timeout=0.001)

    def close(self) -> None:
        """Drop channel and connection without waiting for either."""
        self._connection.collect()

    def _drain_until(self, left: int) -> None:
        until = time.monotonic() + self._seconds
        while len(self._waiting) > left and not self._refused:
            rest = until - time.monotonic()
            if rest <= 0:
                raise NotConfirmed(f"{len(self._waiting)} messages unconfirmed in time")
            try:
                self._connection.drain_events(timeout=min(rest, HEARTBEAT_SECONDS / 2))
            except TimeoutError:
                self._connection.heartbeat_check()
        if self._refused:
            raise NotConfirmed(f"the broker refused {len(self._refused)}: {self._refused[0]}")

    def _on_ack(self, tag: int, multiple: bool) -> None:
        for each in self._tags(tag, multiple):
            self._waiting.pop(each, None)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        for each in self._tags(tag, multiple):
            entry = self._waiting.pop(each, None)
            if entry:
                self._refused.append(entry.id)

    def _tags(self, tag: int, multiple: bool) -> list[int]:
        return [each for each in self._waiting if each <= tag] if multiple else [tag]

    def _on_return(self, error: Exception, exchange: str, key: str, message: Any) -> None:
        # Not for `shijian.events`, which has an alternate exchange; for a queue that is not there.
        self._refused.append(f"{error}")

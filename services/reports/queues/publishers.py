"""Publishers that make a subscriber's queue before they fill it, and are used again."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from typing import Any

from kombu import Queue

from shared.messaging.broker import Publisher

KEPT_SECONDS = 5.0  # unused; the broker gives up on who is silent for 20
BYTES_A_MESSAGE = 8192  # an event has one or two thousand


def arguments_of(length: int) -> dict[str, Any]:
    """What a subscriber's queue of so many messages is declared with."""
    return {
        "x-max-length": length,
        "x-max-length-bytes": length * BYTES_A_MESSAGE,
        "x-overflow": "drop-head",  # to reject would hold up who fills it
        # On disk, as from RabbitMQ 3.12 on anyway: measured before, 10,000 messages and a flow of
        # 50,000 took 282 MB of the broker's memory without it, and 98 with it.
        "x-queue-mode": "lazy",
    }


class QueuePublisher(Publisher):
    """Puts messages into queues of subscribers, each with confirms."""

    def open(self, name: str, length: int) -> int:
        """How many messages wait in it; it is made where it is not there, for example after the
        broker lost its disk. Raises the broker's errors."""
        queue = Queue(name, durable=True, queue_arguments=arguments_of(length))
        queue(self._channel).queue_declare()
        return int(self._channel.queue_declare(name, passive=True).message_count)

    def delete(self, name: str) -> None:
        """With what is in it; nothing where it is not there. Raises the broker's errors."""
        self._channel.queue_delete(name)


class Publishers:
    """Those of one process. One that failed is of no use to the next."""

    def __init__(self, make: Callable[[], QueuePublisher]) -> None:
        self._make = make
        self._idle: LifoQueue[tuple[float, QueuePublisher]] = LifoQueue()

    @contextmanager
    def one(self) -> Iterator[QueuePublisher]:
        """For one thread. Raises the broker's errors."""
        publisher = self._take() or self._make()
        try:
            yield publisher
        except BaseException:
            publisher.close()
            raise
        self._idle.put((time.monotonic(), publisher))

    def _take(self) -> QueuePublisher | None:
        while True:
            try:
                since, publisher = self._idle.get_nowait()
            except Empty:
                return None
            if time.monotonic() - since < KEPT_SECONDS:
                return publisher
            publisher.close()

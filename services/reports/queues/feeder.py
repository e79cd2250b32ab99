"""Queues: what is told is put into a queue of the subscriber's own, with the broker's confirms.

What was told before the subscription began is let in only as there is room. What is new goes in
always: a full queue drops its oldest, which the subscriber sees by `previous`, and fetches from
the feed.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from services.reports.exchange.places import Places, Turn
from services.reports.exchange.teller import Teller
from services.reports.model.queue import SubscriberQueue
from services.reports.queues.administration import Held
from services.reports.queues.publishers import Publishers, QueuePublisher
from shared.messaging.broker import BROKER_ERRORS
from shared.messaging.envelope import Envelope
from shared.messaging.event_log import Logged
from shared.messaging.feed_client import FeedClient
from shared.storage.aggregates import Aggregates, Loaded, Origin
from shared.storage.mongo import Db, Document

BACKOFF = [timedelta(seconds=s) for s in (1, 5, 30, 60)]
AT_ONCE = 4  # subscribers
A_TURN = 500  # events of a source, then others have theirs

ORIGIN = Origin(client="queues", command="queues.feed")


class Feeder(Teller[SubscriberQueue]):
    """Of the queues of all subscribers."""

    def __init__(
        self,
        database: Db,
        queues: Aggregates[SubscriberQueue],
        feeds: FeedClient,
        publishers: Publishers,
        heads: Callable[[], dict[str, int]],
        rights: Callable[[str, Sequence[str]], str],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        places = Places(database, "queue_feedings", BACKOFF)
        super().__init__(queues, places, feeds, heads, rights, ORIGIN, AT_ONCE, now)
        self._publishers = publishers

    def turn(self, loaded: Loaded[SubscriberQueue], source: str, state: Document) -> Turn:
        """Some of what is new, as far as there is room."""
        queue, through = loaded.state, self.through(loaded.state, source, state)
        try:
            with self._publishers.one() as publisher:
                room = self._room(publisher, queue, source, through, state)
                if not room:
                    return Turn(through)
                page = self._feeds.filtered(source, through, room, queue.types, queue.sites)
                publisher.send([message_of(each) for each in page.events], queue=queue.name)
                publisher.settle()
        except BROKER_ERRORS as error:
            return Turn(through, f"{type(error).__name__}: {error}"[:200])
        last = page.events[-1].sequence if page.events else 0
        return Turn(last if len(page.events) == room else max(page.head, last, through))

    def hold(self, id: str, held: Held) -> None:
        """What a queue holds, as the broker says; remembered to be shown, and to be minded."""
        facts = {"waiting": held.ready, "unacknowledged": held.unacknowledged}
        self._places.note(id, {"$set": {**facts, "consumers": held.consumers}})

    @staticmethod
    def _room(
        publisher: QueuePublisher,
        queue: SubscriberQueue,
        source: str,
        through: int,
        state: Document,
    ) -> int:
        """How many events may be put in now."""
        waiting = publisher.open(queue.name, queue.length)
        if state.get("unacknowledged", 0) >= queue.length:
            return 0  # the broker counts only what waits: who takes and takes must give back
        if through < queue.history.get(source, 0):
            return min(A_TURN, max(0, queue.length - waiting))
        return A_TURN


def message_of(event: Envelope) -> Logged:
    """The event with `previous`, the number before it in the same filter."""
    told = {"previous": event.sequence - 1} | event.raw  # a filtered feed says it itself
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return Logged(event.sequence, event.id, event.type, event.raw.get("site"), body)

"""The relay: outboxes → numbered event log → broker (PROTOCOL 2). One at a time for a service.

Two loops under one lease: `log_step` moves what outboxes hold into the log, `publish_step`
publishes from the log what lies behind the `published` mark. A broker that is down stops only the
second.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence

from pymongo import UpdateOne
from pymongo.errors import PyMongoError

from shared.messaging.broker import BROKER_ERRORS, Publisher
from shared.messaging.event_log import EventLog, Logged, LostRace
from shared.storage.lease import Lease
from shared.storage.mongo import Db, Document, unreachable

log = logging.getLogger(__name__)

BATCH = 500  # aggregates read, or events published, at once
CLEAR_SECONDS = 0.1  # how long what is logged may stay in its outbox, to be cleared with others
CLEAR_AT = BATCH // 2  # events, sooner
MARK_SECONDS = 0.2  # how long the mark may stay behind what the broker has confirmed
POLL_SECONDS = 0.5  # the poll is the truth; the change stream only wakes it sooner
RENEW_SECONDS = 0.75  # a quarter of the lease
BROKER_PAUSE_SECONDS = 0.5  # between attempts to reach a broker that is down

Told = tuple[str, str, Document]
"""Collection, id of the aggregate, entry of its outbox."""


class Relay:
    """Moves one service's events. Each step may be called by a test; `run` loops over both."""

    def __init__(
        self,
        database: Db,
        collections: Sequence[str],
        event_log: EventLog,
        lease: Lease,
        make_publisher: Callable[[], Publisher],
    ) -> None:
        self._database = database
        self._collections = collections
        self._log = event_log
        self._lease = lease
        self._make_publisher = make_publisher
        self._publisher: Publisher | None = None
        self._leading = threading.Lock()  # both loops ask for the lease
        self._held_until = 0.0
        self._head, self._head_term = 0, 0  # end of the log, as read in this term of the lease
        self._epoch = ""  # of the log, likewise
        self._uncleared: dict[str, Told] = {}  # by event: what is logged, and in its outbox still
        self._clear_at = 0.0
        self._fresh: list[Logged] = []  # what was logged last, so that it need not be read again
        self._sent, self._sent_term = 0, 0  # last number published, in this term of the lease
        self._marked, self._mark_at = 0, 0.0  # the last number that the mark was moved to
        self.problem = ""  # why it does not publish; empty where it does
        self.wake = threading.Event()  # something is in an outbox
        self._changed: set[str] = set()  # collections that have it
        self._next_poll = 0.0  # of them all
        self.logged = threading.Event()  # something is behind the mark
        self.listeners: list[Callable[[Sequence[Logged]], None]] = []  # told of what is logged

    def leading(self) -> int:
        """Hold the lease, renewing it when it is time: its term, or 0."""
        with self._leading:
            now = time.monotonic()
            if now < self._held_until - self._lease.seconds + RENEW_SECONDS:
                return self._lease.term
            self._held_until = now + self._lease.seconds if self._lease.hold() else 0.0
            return self._lease.term

    def log_step(self, names: Collection[str] | None = None) -> int:
        """Log what the outboxes of some collections hold, or of all, and clear them when it is
        time; how many events were logged. A lost race drops all that was read."""
        term = self.leading()
        logged = self._log_told(term, names) if term else 0
        if len(self._uncleared) >= CLEAR_AT or time.monotonic() >= self._clear_at:
            self.clear_logged()
        return logged

    def _log_told(self, term: int, names: Collection[str] | None) -> int:
        if term != self._head_term:
            self._head, self._epoch, self._head_term = self._log.head(), self._log.epoch(), term
            self._fresh = []
        told = [each for each in self.read_outboxes(names) if each[2]["id"] not in self._uncleared]
        if not told:
            return 0
        try:
            logged = self._log.append([entry for _, _, entry in told], self._head, self._epoch)
        except LostRace:
            self.begin_again(told)
            return 0
        self._head += len(logged)
        self._uncleared |= {each[2]["id"]: each for each in told}
        # Never changed in place: the publishing thread may be taking it.
        self._fresh = [*self._fresh, *logged] if len(self._fresh) < BATCH else []
        self.logged.set()
        for listener in self.listeners:
            listener(logged)
        return len(logged)

    def read_outboxes(self, names: Collection[str] | None = None) -> list[Told]:
        """Oldest first, the events of one aggregate in their order."""
        told: list[Told] = []
        for name in self._collections if names is None else names:
            rows = list(
                self._database[name]
                .find({"outbox.at": {"$exists": True}}, {"outbox": 1})
                .sort("outbox.at", 1)
                .limit(BATCH)
            )
            told += [(name, row["_id"], entry) for row in rows for entry in row["outbox"]]
            if len(rows) == BATCH:  # there may be more
                self._woken_by(name)
        return told

    def begin_again(self, told: Sequence[Told]) -> None:
        """We lost the lease, or stopped between logging and clearing: trust only the log."""
        self._head_term = 0
        self._held_until = 0.0
        if not self.leading():
            return
        self._next_poll = 0.0  # what is left must not wait
        self.wake.set()
        known = self._log.known([entry["id"] for _, _, entry in told])
        self.clear_outboxes([each for each in told if each[2]["id"] in known])

    def clear_logged(self) -> None:
        """Outboxes of what was logged: many at once, since each is a write."""
        if self._uncleared:
            self.clear_outboxes(list(self._uncleared.values()))
            self._uncleared = {}
        self._clear_at = time.monotonic() + CLEAR_SECONDS

    def clear_outboxes(self, told: Sequence[Told]) -> None:
        """Take out exactly what is logged: an event pushed in between stays."""
        by_document: dict[tuple[str, str], list[str]] = {}
        for name, id, entry in told:
            by_document.setdefault((name, id), []).append(entry["id"])
        by_collection: dict[str, list[UpdateOne]] = {}
        for (name, id), ids in by_document.items():
            by_collection.setdefault(name, []).append(self.removal(id, ids))
        for name, updates in by_collection.items():
            # By majority, as the outboxes are read: else the next look would still find them.
            self._database[name].bulk_write(updates, ordered=False)

    def removal(self, id: str, event_ids: list[str]) -> UpdateOne:
        """Leaves `version` alone: nobody's `If-Match` may fail because we told an event."""
        return UpdateOne({"_id": id}, {"$pull": {"outbox": {"id": {"$in": event_ids}}}})

    def publish_step(self) -> int:
        """Publish what lies behind the mark; how many. Raises the broker's errors."""
        term = self.leading()
        if not term:
            return 0
        if term != self._sent_term:
            self._sent = self._marked = self._log.published
            self._sent_term = term
        entries = self._behind()
        if entries:
            if not self._publisher:
                self._publisher = self._make_publisher()
            self._publisher.send(entries)
            self._publisher.settle()
            self.problem = ""
            self._sent = entries[-1].sequence
        elif self._publisher:
            self._publisher.idle()
        if time.monotonic() >= self._mark_at:
            self.move_mark()
        return len(entries)

    def _behind(self) -> Sequence[Logged]:
        """What comes next: as this relay has just logged it, or else from the log."""
        fresh, self._fresh = self._fresh, []
        if fresh and fresh[0].sequence == self._sent + 1:
            return fresh
        return self._log.read(self._sent, BATCH)

    def move_mark(self) -> None:
        """To what the broker has confirmed."""
        if self._sent > self._marked:
            self._log.mark_published(self._sent)
            self._marked = self._sent
            self._mark_at = time.monotonic() + MARK_SECONDS

    def drop_publisher(self) -> None:
        """After an error: late confirms of this channel must never be seen; from the mark again."""
        publisher, self._publisher, self._sent_term = self._publisher, None, 0
        if publisher:
            publisher.close()

    def release(self) -> None:
        """Give the lease back, so that another worker takes over at once."""
        if self._lease.term:
            self._lease.release()

    def run_logging(self, stop: threading.Event) -> None:
        """Until told to stop; then what is in the outboxes is for the next holder."""
        while not stop.is_set():
            self.wake.clear()
            self.log_step(self._to_read())
            self.wake.wait(CLEAR_SECONDS if self._uncleared else POLL_SECONDS)
        self.clear_logged()

    def _woken_by(self, name: str) -> None:
        self._changed.add(name)
        self.wake.set()

    def _to_read(self) -> Collection[str]:
        """The collections that have changed; now and then all, since a change may go unseen."""
        if time.monotonic() > self._next_poll:
            self._next_poll = time.monotonic() + POLL_SECONDS
            return self._collections
        changed = list(self._changed)
        self._changed.difference_update(changed)  # before reading: what comes now is read again
        return changed

    def run_publishing(self, stop: threading.Event) -> None:
        """Until told to stop; a broker that is down is asked again, for ever."""
        try:
            while not stop.is_set():
                self._publish_or_pause(stop)
            self.move_mark()
        finally:
            self.drop_publisher()

    def _publish_or_pause(self, stop: threading.Event) -> None:
        self.logged.clear()
        try:
            if self.publish_step() < BATCH:
                self.logged.wait(MARK_SECONDS if self._sent > self._marked else POLL_SECONDS)
        except BROKER_ERRORS as error:
            self.problem = "broker unreachable: what is told waits in the log"
            log.warning("broker unreachable", extra={"error": repr(error)})
            self.drop_publisher()
            stop.wait(BROKER_PAUSE_SECONDS)

    def run_watching(self, stop: threading.Event) -> None:
        """Wake the logging loop as soon as an outbox gets something."""
        pipeline: list[Document] = [
            {
                "$match": {
                    "ns.coll": {"$in": list(self._collections)},
                    "operationType": {"$in": ["insert", "update"]},
                    # What we take out ourselves must not wake us.
                    "updateDescription.updatedFields.outbox": {"$ne": []},
                }
            },
            {"$project": {"ns.coll": 1}},
        ]
        while not stop.is_set():
            try:
                with self._database.watch(pipeline, max_await_time_ms=500) as changes:
                    while not stop.is_set():
                        if change := changes.try_next():
                            self._woken_by(change["ns"]["coll"])
            except PyMongoError as error:
                if not unreachable(error):
                    raise
                stop.wait(1)

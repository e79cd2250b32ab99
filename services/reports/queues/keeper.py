"""Brings the broker in line with the subscriptions: it compares both, and mends each difference.

Nothing is remembered of what was done, so a crash between database and broker leaves no more than
a difference, which the next look mends. What is there under this installation's prefix and is not
wanted is taken away.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass

from pymongo.errors import DuplicateKeyError, PyMongoError

from services.reports.exchange.teller import MOST
from services.reports.model.queue import QueueStatus, SubscriberQueue
from services.reports.queues.administration import Administration, Held
from services.reports.queues.feeder import ORIGIN
from services.reports.queues.publishers import Publishers
from shared.messaging.broker import BROKER_ERRORS
from shared.storage.aggregates import Aggregates
from shared.storage.mongo import Db

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0  # between comparisons where the subscriptions are as they were
RETRY_SECONDS = 2.0
BROKER = "broker"
INSTALLATION = "installation"

Wanted = dict[str, tuple[str, int, str]]
"""By name: id, length, and the hash of the password; that is empty where nobody may read."""


@dataclass(frozen=True)
class BrokerFacts:
    """What the worker says of the broker; the api process has no way of its own to know."""

    available: bool  # whether subscribers can have queues
    error: str | None  # of the last look


class Facts:
    """The rows of it."""

    def __init__(self, database: Db) -> None:
        self._rows = database["exchange_facts"]
        self._prefix = ""

    def broker(self) -> BrokerFacts:
        """As the worker said last."""
        row = self._rows.find_one({"_id": BROKER}) or {}
        return BrokerFacts(row.get("available", False), row.get("error"))

    def tell(self, facts: BrokerFacts) -> None:
        """By the worker."""
        self._rows.replace_one({"_id": BROKER}, asdict(facts), upsert=True)

    def prefix(self) -> str:
        """What the names of queues and users of this installation begin with: a broker may be
        shared, and users belong to the whole broker."""
        if not self._prefix:
            fresh = {"$setOnInsert": {"name": secrets.token_hex(4)}}
            with suppress(DuplicateKeyError):  # another process makes it at this moment
                self._rows.update_one({"_id": INSTALLATION}, fresh, upsert=True)
            [row] = self._rows.find({"_id": INSTALLATION})
            self._prefix = f"reports.subscribers.{row['name']}."
        return self._prefix


class Keeper:
    """Of one worker; two at once do no harm."""

    def __init__(
        self,
        facts: Facts,
        queues: Aggregates[SubscriberQueue],
        administration: Administration | None,
        publishers: Publishers,
        rights: Callable[[str, Sequence[str]], str],
        hold: Callable[[str, Held], None],
    ) -> None:
        """`administration`: None where this installation has no credential for it. `hold` is told
        what each queue holds."""
        self._facts = facts
        self._queues = queues
        self._administration = administration
        self._publishers = publishers
        self._rights = rights
        self._hold = hold
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="keeper")
        self._busy = threading.Lock()
        self._last: Wanted | None = None
        self._next = 0.0

    def start(self) -> None:
        """Compare in a thread of its own where it is time; returns at once."""
        if self._busy.acquire(blocking=False):
            self._pool.submit(self._run)

    def _run(self) -> None:
        try:
            if self.wanted() != self._last or time.monotonic() >= self._next:
                self.look()
        except PyMongoError as error:
            log.warning("keeper waits", extra={"error": repr(error)})
        except Exception:  # the next tick tries again
            log.exception("keeper failed")
        finally:
            self._busy.release()

    def look(self) -> None:
        """Compare now, and tell what came of it."""
        error, pause = None, LOOK_SECONDS
        try:
            self._last = self.bring_in_line()
        except BROKER_ERRORS as failed:
            error, pause = str(failed)[:200] or type(failed).__name__, RETRY_SECONDS
            log.warning("broker is not in line", extra={"error": repr(failed)})
        self._facts.tell(BrokerFacts(self._administration is not None, error))
        self._next = time.monotonic() + pause

    def wanted(self) -> Wanted:
        """What should be on the broker. Who has lost a right is disabled on the way."""
        found: Wanted = {}
        for loaded in self._queues.find({"status": {"$ne": QueueStatus.ENDED}}, limit=MOST):
            queue, readable = loaded.state, loaded.state.readable
            if readable and (why := self._rights(queue.client, queue.sites)):
                self._disable(loaded.id, why)
                readable = False
            found[queue.name] = (loaded.id, queue.length, queue.password_hash if readable else "")
        return found

    def _disable(self, id: str, why: str) -> None:
        self._queues.change(id, ORIGIN, lambda queue, _: queue.disable(why))

    def bring_in_line(self) -> Wanted:
        """What was wanted. Raises the broker's errors; what is done by then stays done."""
        broker = self._administration
        if broker is None:
            return self.wanted()
        prefix = self._facts.prefix()
        users, queues = broker.users(prefix), broker.queues(prefix)
        # After the look at the broker: what is made meanwhile must not be taken for a stray one.
        wanted = self.wanted()
        readers = {name for name, (_, _, hash) in wanted.items() if hash}
        for name in users.keys() - readers:
            broker.delete_user(name)
        if queues.keys() != wanted.keys():
            self._mend_queues(queues.keys(), wanted)
        for name in readers:
            user = broker.wanted(name, wanted[name][2])
            if users.get(name) != user:
                if name in users:
                    broker.delete_user(name)  # with all that it was allowed, and its connections
                broker.put_user(name, user)
        for name, (id, _, _) in wanted.items():
            self._hold(id, queues.get(name, Held(0, 0, 0)))
        return wanted

    def _mend_queues(self, found: Set[str], wanted: Wanted) -> None:
        with self._publishers.one() as publisher:
            for name in found - wanted.keys():
                publisher.delete(name)
            for name in wanted.keys() - found:
                publisher.open(name, wanted[name][1])

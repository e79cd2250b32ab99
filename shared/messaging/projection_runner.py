"""Keeps a service's projections: hears into the live generation, and builds the next beside it."""

import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from functools import partial

from shared.messaging.consumer import Consumer, ForeignHistory
from shared.messaging.cursors import Cursors, Mark
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.feed_client import FeedUnreachable
from shared.messaging.projections import Generations, Projection, Projections, TakenBack
from shared.messaging.rebuilding import Interrupted, Rebuilding, WrongGuess
from shared.storage.lease import Lease
from shared.storage.mongo import Db

log = logging.getLogger(__name__)

CATCH_UP_PAUSE_SECONDS = 0.2
REBUILD_LEASE_SECONDS = 15.0  # renewed with each batch of events


class ProjectionRunner:
    """The bodies of two threads: the live generation's consumer, and the builder of the next."""

    def __init__(
        self,
        projections: Sequence[Projection],
        database: Db,
        make_consumer: Callable[[str, Projections], Consumer],
    ) -> None:
        self._projections = projections
        self._database = database
        self._make_consumer = make_consumer
        self.generations = Generations(database)
        self.consumer: Consumer | None = None

    def consumer_of(self, generation: int) -> Consumer:
        """Cursors and dead letters are kept for each generation."""
        letters = DeadLetters(self._database, _name(generation))
        handler = Projections(self._projections, generation, self.generations, letters)
        handler.prepare()
        return self._make_consumer(_name(generation), handler)

    def run_live(self, stop: threading.Event) -> None:
        """Hear into the live generation; when readers have switched, into the new one."""
        while not stop.is_set():
            live = int(self.generations.pointer()["live"])
            self.consumer = self.consumer_of(live)
            self.consumer.run(_Until(stop, partial(self._has_switched, live)))

    def _has_switched(self, live: int) -> bool:
        return self.generations.live() != live

    def run_builder(self, stop: threading.Event) -> None:
        """Wait for a rebuild to be asked for, and do it."""
        while not stop.wait(1.0):
            pointer = self.generations.pointer()
            if pointer["building"]:
                self.build(int(pointer["building"]), stop)

    def build(self, taken: int, stop: threading.Event) -> None:
        """Fill a generation from the feeds, from nothing, and switch. Of two workers one builds.

        No number is filled twice: whoever begins, also after an interruption, takes the next one,
        so that what a builder before it left, or still writes, is never read.
        """
        lease = Lease(self._database, "rebuild", uuid.uuid4().hex, REBUILD_LEASE_SECONDS)
        guessing = True
        while lease.hold() and not stop.is_set():
            if not self.generations.claim(taken):
                break  # another has built meanwhile
            taken += 1
            log.info("rebuilding", extra={"generation": taken})
            try:
                self._fill(taken, lease, stop, guessing)
                break
            except (ForeignHistory, TakenBack, WrongGuess) as error:
                log.warning("rebuild begins anew", extra={"error": repr(error)})
                guessing = guessing and not isinstance(error, WrongGuess)
            except Interrupted:
                break
            stop.wait(1.0)
        lease.release()

    def _fill(self, generation: int, lease: Lease, stop: threading.Event, guessing: bool) -> None:
        """Until it has heard all that the live one had heard before; then readers switch."""

        def go_on() -> bool:
            log.info("rebuilding", extra={"generation": generation, "folded": handler.folded})
            return not stop.is_set() and lease.hold()

        letters = DeadLetters(self._database, _name(generation))
        with Rebuilding(
            self._projections, generation, self.generations, letters, go_on, guessing
        ) as handler:
            consumer = self._make_consumer(_name(generation), handler)
            self._catch_up(consumer, stop)
            handler.finish()
            with lease.kept():  # indexes once most is there: a fraction of what they cost before
                handler.prepare()
            self._catch_up(consumer, stop)  # more may have been told meanwhile
            handler.finish()
        before = int(self.generations.pointer()["live"])
        self.generations.switch(generation)
        for old in set(range(1, generation)) - {before}:  # that stays, for comparison
            self._drop(old)
        log.info("rebuilt", extra={"generation": generation})

    def _catch_up(self, consumer: Consumer, stop: threading.Event) -> None:
        """With all that the live generation had heard when this began. Raises Interrupted."""
        live = Cursors(self._database, _name(int(self.generations.pointer()["live"]))).load()
        while not stop.is_set():
            try:
                consumer.catch_up()
            except FeedUnreachable as error:
                log.warning("rebuild waits", extra={"error": str(error)})
                stop.wait(1.0)
                continue
            mine = Cursors(self._database, consumer.name).load(newest=True)
            if not any(_behind(mine.get(name), mark) for name, mark in live.items()):
                return
            stop.wait(CATCH_UP_PAUSE_SECONDS)
        raise Interrupted

    def _drop(self, generation: int) -> None:
        """All that is kept of a generation."""
        name = _name(generation)
        for projection in self._projections:
            self.generations.collection(projection.name, generation).drop()
        DeadLetters(self._database, name).forget_all()
        Cursors(self._database, name).forget()
        self.generations.forget(generation)


def _name(generation: int) -> str:
    """Of its consumer: cursors and dead letters."""
    return f"projections_{generation}"


def _behind(mine: Mark | None, live: Mark) -> bool:
    """A mark of another history can't be reached, and need not be."""
    return mine is None or (mine.epoch == live.epoch and mine.through < live.through)


class _Until(threading.Event):
    """Set when `stop` is set or the condition holds; a consumer's loop asks it each round."""

    def __init__(self, stop: threading.Event, condition: Callable[[], bool]) -> None:
        super().__init__()
        self._stop, self._condition = stop, condition

    def is_set(self) -> bool:
        return self._stop.is_set() or self._condition()

    def wait(self, timeout: float | None = None) -> bool:
        return self._stop.wait(timeout) or self._condition()

"""Folds into a generation that nobody reads and nobody else writes: many events at once, written
while the next are folded.

A rebuild that is interrupted begins anew, in another generation. So no document need be written on
condition of what it was, and no cursor need stay behind the documents: both are right at the end,
or nobody reads them.
"""

import gc
from collections.abc import Callable, Container, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from pymongo import InsertOne, ReplaceOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope
from shared.messaging.generations import Generations
from shared.messaging.kept_documents import KeptDocuments, Place
from shared.messaging.projections import Projection, Projections, TakenBack
from shared.storage.mongo import Document

KEPT_BYTES = 32 * 1024 * 1024
KEPT_DOCUMENTS = 100_000
OLD_SELDOM = 1000
"""Garbage among what has lived long is looked for so seldom: there is little, and to look through
all of it takes a quarter of the time."""


class Interrupted(Exception):
    """The process is to stop, or another worker builds now."""


class WrongGuess(Exception):
    """What an event was to begin was there already (`Projection.begins`)."""


@dataclass
class _Write:
    """What a batch has changed in one collection."""

    projection: str
    collection: Collection[Document]
    folded: dict[str, Any]  # as it is encoded already
    stored: Container[str]  # keys of those that are there

    def carry_out(self) -> None:
        if not self.folded:
            return
        writes: list[InsertOne[Document] | ReplaceOne[Document]] = [
            ReplaceOne({"_id": key}, row) if key in self.stored else InsertOne(row)
            for key, row in self.folded.items()
        ]
        try:
            result = self.collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if all(each["code"] == 11000 for each in error.details["writeErrors"]):
                raise WrongGuess(self.collection.name) from error
            raise
        if result.matched_count + result.inserted_count < len(writes):
            raise TakenBack(self.collection.name)


class Rebuilding(Projections):
    """The handler of a rebuild, as a context. `finish` must be called before anybody reads."""

    at_once = 5_000  # events; some 15 KB of memory each, with their documents, twice

    def __init__(
        self,
        projections: Sequence[Projection],
        generation: int,
        generations: Generations,
        dead_letters: DeadLetters,
        go_on: Callable[[], bool],  # asked with each batch; what it writes, a majority has
        guessing: bool = True,
    ) -> None:
        kept = KeptDocuments(KEPT_BYTES, KEPT_DOCUMENTS)
        super().__init__(projections, generation, generations, dead_letters, kept)
        self._go_on = go_on
        self._guessing = guessing
        self.folded = 0  # events
        self._waiting: list[Envelope] = []
        self._unwritten: list[_Write] = []
        self._under_way: dict[Place, bytes] = {}
        self._writer = ThreadPoolExecutor(1, "rebuild-writing")
        self._written: Future[None] | None = None
        self._term = generations.term()

    def __enter__(self) -> Self:
        self._thresholds = gc.get_threshold()
        gc.set_threshold(*self._thresholds[:2], OLD_SELDOM)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        gc.set_threshold(*self._thresholds)
        self._writer.shutdown()

    def handle(self, events: Sequence[Envelope]) -> bool:
        """Folded when enough have come. Raises Interrupted, WrongGuess, TakenBack."""
        self._waiting += events
        if len(self._waiting) >= self.at_once:
            self._fold_waiting()
        return True

    def finish(self) -> None:
        """Return when all is folded, and a majority has it. Raises as `handle` does."""
        self._fold_waiting()
        self._wait_for_writes()
        if not self._go_on():
            raise Interrupted
        # On the node that had all writes, a majority has the last: so it has those before.
        if self._generations.term() != self._term:
            raise TakenBack("another node was elected meanwhile")

    def _fold_waiting(self) -> None:
        if not self._go_on():
            raise Interrupted
        events, self._waiting = self._waiting, []
        super().handle(events)
        self._wait_for_writes()
        writes, self._unwritten = self._unwritten, []
        self._under_way = {
            (write.projection, key): row.raw
            for write in writes
            for key, row in write.folded.items()
        }
        self._written = self._writer.submit(_carry_out, writes)
        self.folded += len(events)

    def remembered(self, place: Place) -> bytes | None:
        return super().remembered(place) or self._under_way.get(place)

    def _write(
        self,
        projection: Projection,
        collection: Collection[Document],
        folded: dict[str, Any],
        marks: dict[str, Document],
    ) -> bool:
        self._unwritten.append(_Write(projection.name, collection, folded, marks))
        return True

    def _wait_for_writes(self) -> None:
        if self._written:
            self._written.result()
        self._under_way = {}


def _carry_out(writes: Sequence[_Write]) -> None:
    for each in writes:
        each.carry_out()

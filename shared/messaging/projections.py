"""Projections: events folded into documents that remember how far they have heard (PROTOCOL 3).

A document is `{_id, heard: {source: sequence}, …}`. All projections of a service form one
*generation*, kept in collections `<name>_<generation>`; a rebuild fills the next generation from
the feeds beside the live one, and readers switch by one write.
"""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import bson
from pymongo import InsertOne, ReplaceOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.read_concern import ReadConcern

from shared.contracts.base import Event
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope, Undecodable, unversioned
from shared.storage.lease import Lease
from shared.storage.mongo import FAST, Db, Document

log = logging.getLogger(__name__)

ATTEMPTS = 20  # of a batch that meets another worker's writes; each attempt, one of them won
POINTER_SECONDS = 1.0  # how old a reader's knowledge of the live generation may be


class LostLease(Exception):
    """Another worker builds this generation now."""


class Projection(ABC):
    """One family of documents. Folds must commute across sources and depend on events alone."""

    name: str
    hears: tuple[type[Event], ...]
    indexes: tuple[tuple[tuple[str, int], ...], ...] = ()

    def knowing(self, work: Sequence["Work"], read: "Read") -> "Projection":
        """What folds this batch: itself, or one that has looked up by `read` what events don't say.

        Looked up may be only a projection of the same sources that the service lists behind this
        one: it is then written after what was folded with it.
        """
        return self

    @abstractmethod
    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        """Ids of the documents that the event touches; it follows from the event alone."""

    @abstractmethod
    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        """Change the document in place; a new one holds `_id` and `heard` only."""


@dataclass(frozen=True)
class Work:
    """An event with the documents it touches in one projection."""

    envelope: Envelope
    event: Any  # of a type that the projection hears
    keys: tuple[str, ...]


Read = Callable[[str, Sequence[str]], dict[str, Document]]
"""`read(projection, ids)`: documents of the generation that is folded into, by id."""


class _CannotFold(Exception):
    def __init__(self, work: Work, key: str, error: Exception) -> None:
        super().__init__(repr(error))
        self.work, self.key = work, key


class Generations:
    """Which generation is read, and which is being built: one document."""

    def __init__(self, database: Db) -> None:
        self._database = database
        self._rows = database["projections"]
        self._seen: Document = {}
        self._seen_at = 0.0

    def pointer(self) -> Document:
        """`{live, building, incomplete}` as it is now; `building` is the last number taken, or
        None where no rebuild is wanted."""
        row = self._rows.find_one({"_id": "pointer"})
        return row or {"live": 1, "building": None, "incomplete": []}

    def live(self) -> int:
        """The live generation, at most POINTER_SECONDS old."""
        if time.monotonic() - self._seen_at > POINTER_SECONDS:
            self._seen, self._seen_at = self.pointer(), time.monotonic()
        return int(self._seen["live"])

    def ask_rebuild(self) -> int:
        """The worker will build a new generation and switch. Asking twice asks once.

        Returns the last number taken, which `build` wants."""
        first: Document = {"live": 1, "building": None, "incomplete": []}
        self._rows.update_one({"_id": "pointer"}, {"$setOnInsert": first}, upsert=True)
        self._rows.update_one(
            {"_id": "pointer", "building": None}, [{"$set": {"building": "$live"}}]
        )
        return int(self.pointer()["building"])

    def claim(self, generation: int) -> bool:
        """Whether this is still the last number taken; if so, the next one is the caller's."""
        query = {"_id": "pointer", "building": generation}
        written = self._rows.update_one(query, {"$set": {"building": generation + 1}})
        return written.matched_count == 1

    def switch(self, generation: int) -> None:
        """Readers and the live consumer go over by this one write."""
        self._rows.update_one(
            {"_id": "pointer", "building": generation},
            {"$set": {"live": generation, "building": None}},
        )

    def mark_incomplete(self, generation: int) -> None:
        """An event could not be applied to it; mended by a rebuild after the fix."""
        self._rows.update_one(
            {"_id": "pointer"},
            {
                "$addToSet": {"incomplete": generation},
                "$setOnInsert": {"live": 1, "building": None},
            },
            upsert=True,
        )

    def forget(self, generation: int) -> None:
        """It is dropped, and with it that it was incomplete."""
        self._rows.update_one({"_id": "pointer"}, {"$pull": {"incomplete": generation}})

    def collection(self, name: str, generation: int) -> Collection[Document]:
        return self._database[f"{name}_{generation}"]


class Projections:
    """The handler that folds into one generation of all of a service's projections."""

    def __init__(
        self,
        projections: Sequence[Projection],
        generation: int,
        generations: Generations,
        dead_letters: DeadLetters,
        lease: Lease | None = None,  # of who fills it, where more than one worker might
    ) -> None:
        self._lease = lease
        self._projections = projections
        self._generation = generation
        self._generations = generations
        self._dead_letters = dead_letters
        self._wanted = {contract.type for each in projections for contract in each.hears}
        self._names = {unversioned(type) for type in self._wanted}

    def prepare(self) -> None:
        """Create the generation's indexes."""
        for projection in self._projections:
            for keys in projection.indexes:
                self._generations.collection(projection.name, self._generation).create_index(
                    list(keys)
                )

    def handle(self, events: Sequence[Envelope]) -> bool:
        if self._lease and not self._lease.hold():
            raise LostLease
        typed = [(envelope, self._decode(envelope)) for envelope in events]
        for projection in self._projections:
            if work := self._work(projection, typed):
                self._fold(projection.knowing(work, self._read), work)
        return any(event is not None for _, event in typed)

    def _work(
        self, projection: Projection, typed: Sequence[tuple[Envelope, Event | None]]
    ) -> list[Work]:
        work = []
        for envelope, event in typed:
            if isinstance(event, projection.hears):
                try:
                    keys = tuple(projection.keys(event, envelope))
                except Exception as error:
                    self._set_aside(envelope, f"{projection.name}: {error!r}")
                else:
                    work.append(Work(envelope, event, keys))
        return work

    def tick(self) -> None:
        """Nothing waits here: what can't be applied is mended by a rebuild."""

    def _decode(self, envelope: Envelope) -> Event | None:
        if envelope.type not in self._wanted:
            if unversioned(envelope.type) in self._names:
                self._set_aside(envelope, f"{envelope.type}: a version not known here")
            return None
        try:
            return envelope.event()
        except Undecodable as error:
            self._set_aside(envelope, str(error))
            return None

    def _set_aside(self, envelope: Envelope, reason: str) -> None:
        self._dead_letters.park(envelope, reason)
        self._generations.mark_incomplete(self._generation)

    def _collection(self, name: str) -> Collection[Document]:
        # What we fold we read from this node: a mark written a moment ago must be seen, and what a
        # failover takes back it takes back with the cursor, so that it is fetched again.
        return self._generations.collection(name, self._generation).with_options(
            write_concern=FAST, read_concern=ReadConcern("local")
        )

    def _read(self, name: str, ids: Sequence[str]) -> dict[str, Document]:
        found = self._collection(name).find({"_id": {"$in": list(set(ids))}}) if ids else ()
        return {row["_id"]: row for row in found}

    def _fold(self, projection: Projection, work: list[Work]) -> None:
        collection = self._collection(projection.name)
        skip: set[tuple[str, str]] = set()
        lost_races = 0
        while lost_races < ATTEMPTS:
            try:
                if self.fold_once(projection, collection, work, skip):
                    return
                lost_races += 1
            except _CannotFold as failure:  # one at a time, so that each ends in `skip`
                log.exception("cannot fold", extra={"projection": projection.name})
                skip.add((failure.work.envelope.id, failure.key))
                self._set_aside(failure.work.envelope, f"{projection.name}: {failure}")
        raise PyMongoError(f"{projection.name}: documents change too fast to fold into")

    def fold_once(
        self,
        projection: Projection,
        collection: Collection[Document],
        work: Sequence[Work],
        skip: set[tuple[str, str]],
    ) -> bool:
        """Read, fold what is above each mark, write on condition of the marks read. False where
        another writer was faster: then read and fold again."""
        keys = {key for each in work for key in each.keys}
        stored = {row["_id"]: row for row in collection.find({"_id": {"$in": list(keys)}})}
        marks = {key: dict(row["heard"]) for key, row in stored.items()}
        folded: dict[str, Document] = {}
        for each in work:
            for key in each.keys:
                row = folded.get(key) or stored.get(key) or {"_id": key, "heard": {}}
                if self.heard_already(row, each.envelope):
                    continue
                if (each.envelope.id, key) not in skip:
                    try:
                        projection.fold(row, each.event, each.envelope)
                        bson.encode(row)
                    except Exception as error:
                        raise _CannotFold(each, key, error) from error
                row["heard"][each.envelope.source] = each.envelope.sequence
                folded[key] = row
        return self._write(collection, folded, marks)

    def heard_already(self, row: Document, envelope: Envelope) -> bool:
        """The mark: what is not above it is in the document already."""
        return bool(envelope.sequence <= row["heard"].get(envelope.source, 0))

    @staticmethod
    def _write(
        collection: Collection[Document], folded: dict[str, Document], marks: dict[str, Document]
    ) -> bool:
        if not folded:
            return True
        writes: list[InsertOne[Document] | ReplaceOne[Document]] = [
            ReplaceOne({"_id": key, "heard": marks[key]}, row) if key in marks else InsertOne(row)
            for key, row in folded.items()
        ]
        try:
            result = collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if all(each["code"] == 11000 for each in error.details["writeErrors"]):
                return False
            raise
        return result.matched_count + result.inserted_count == len(writes)

"""Projections: events folded into documents that remember how far they have heard (PROTOCOL 3).

A document is `{_id, heard: {source: sequence}, …}`. All projections of a service form one
*generation*, kept in collections `<name>_<generation>`; a rebuild fills the next generation from
the feeds beside the live one, and readers switch by one write.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import bson
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS, RawBSONDocument
from pymongo import InsertOne, ReplaceOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.read_concern import ReadConcern

from shared.contracts.base import Event
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope, Undecodable, unversioned
from shared.messaging.generations import Generations as Generations
from shared.messaging.kept_documents import KeptDocuments, Place, Read, decoded
from shared.storage.mongo import FAST, Document

log = logging.getLogger(__name__)

ATTEMPTS = 20  # of a batch that meets another worker's writes; each attempt, one of them won


class Projection(ABC):
    """One family of documents. Folds must commute across sources and depend on events alone."""

    name: str
    hears: tuple[type[Event], ...]
    indexes: tuple[tuple[tuple[str, int], ...], ...] = ()
    partial_indexes: tuple[tuple[tuple[tuple[str, int], ...], Mapping[str, Any]], ...] = ()
    """Each with the condition on the documents that are in it: few, of very many."""
    revisited = True  # whether other events will touch the same documents again

    def knowing(self, work: Sequence["Work"], read: Read) -> "Projection":
        """What folds this batch: itself, or one that has looked up by `read` what events don't say.

        Looked up may be only a projection of the same sources that the service lists behind this
        one: it is then written after what was folded with it.
        """
        return self

    def begins(self, event: Any) -> bool:
        """Whether nothing before the event can have touched its documents: they are then written
        without having been looked for. A guess: where they are there, they are read after all."""
        return False

    @abstractmethod
    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        """Ids of the documents that the event touches; it follows from the event alone."""

    @abstractmethod
    def fold(self, document: Document, event: Any, envelope: Envelope) -> bool | None:
        """Change the document in place; a new one holds `_id` and `heard` only.

        False: the document is as it was, and would be if the event came again later. It need not
        be written for that.
        """


@dataclass(frozen=True)
class Work:
    """An event with the documents it touches in one projection."""

    envelope: Envelope
    event: Any  # of a type that the projection hears
    keys: tuple[str, ...]


class _LookClosely(Exception):
    """Something was folded that MongoDB can't keep, or can't be folded: it shows where, if each
    document is looked at before and after each event."""


class TakenBack(PyMongoError):
    """A document is older than we have written it: a failover has taken back what no majority had,
    and with it the cursor. The consumer begins again from there."""


@dataclass
class _Batch:
    """What was read and folded of one batch, in one collection."""

    stored: dict[str, bytes]  # as they are known to be stored
    rows: dict[str, Document] = field(default_factory=dict)  # as they become
    marks: dict[str, Document] = field(default_factory=dict)  # of those that are stored
    changed: dict[str, None] = field(default_factory=dict)  # keys, in order

    def row(self, key: str) -> Document:
        """The document, to be folded into."""
        row = self.rows.get(key)
        if row is None:
            encoded = self.stored.get(key)
            row = decoded(encoded) if encoded else {"_id": key, "heard": {}}
            if encoded:
                self.marks[key] = dict(row["heard"])
            self.rows[key] = row
        return row


class Projections:
    """The handler that folds into one generation of all of a service's projections."""

    def __init__(
        self,
        projections: Sequence[Projection],
        generation: int,
        generations: Generations,
        dead_letters: DeadLetters,
        kept: KeptDocuments | None = None,
    ) -> None:
        self._projections = projections
        self._generation = generation
        self._generations = generations
        self._dead_letters = dead_letters
        self._wanted = {contract.type for each in projections for contract in each.hears}
        self._hears = [frozenset(each.hears) for each in projections]
        self._kept = kept or KeptDocuments()
        self._guessing = True
        self._through: dict[str, int] = {}  # of each source: the last that was handled
        self._names = {unversioned(type) for type in self._wanted}

    def prepare(self) -> None:
        """Create the generation's indexes."""
        for projection in self._projections:
            rows = self._generations.collection(projection.name, self._generation)
            for keys in projection.indexes:
                rows.create_index(list(keys))
            for keys, where in projection.partial_indexes:
                rows.create_index(list(keys), partialFilterExpression=dict(where))

    def handle(self, events: Sequence[Envelope]) -> bool:
        self._trust_what_follows(events)
        typed = [(envelope, self._decode(envelope)) for envelope in events]
        read = Read(self._read)
        try:
            for projection, hears in zip(self._projections, self._hears, strict=True):
                if work := self._work(projection, hears, typed):
                    self._fold(projection.knowing(work, read), work)
        except BaseException:
            self._kept.forget_all()
            raise
        self._through |= {each.source: each.sequence for each in events}
        return any(event is not None for _, event in typed)

    def _trust_what_follows(self, events: Sequence[Envelope]) -> None:
        """What is kept is known to be stored only while events come one behind the other: else the
        consumer has begun again, from what it found stored."""
        expected = dict(self._through)
        for each in events:
            if each.sequence != expected.get(each.source, 0) + 1:
                self._kept.forget_all()
                return
            expected[each.source] = each.sequence

    def _work(
        self,
        projection: Projection,
        hears: frozenset[type[Event]],
        typed: Sequence[tuple[Envelope, Event | None]],
    ) -> list[Work]:
        work = []
        for envelope, event in typed:
            if type(event) in hears:
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
        return {key: decoded(row) for key, row in self._stored(name, ids).items()}

    def remembered(self, place: Place) -> bytes | None:
        """The document as it is stored, where that is known without asking."""
        return self._kept.get(place)

    def _stored(self, name: str, ids: Iterable[str]) -> dict[str, bytes]:
        """As they are stored; what we keep is not asked for."""
        found: dict[str, bytes] = {}
        missing: dict[str, None] = {}
        for id in ids:
            if encoded := self.remembered((name, id)):
                found[id] = encoded
            else:
                missing[id] = None
        if missing:
            rows = self._collection(name).with_options(codec_options=DEFAULT_RAW_BSON_OPTIONS)
            query = {"_id": {"$in": list(missing)}}
            found |= {row["_id"]: row.raw for row in rows.find(query, batch_size=len(missing) + 1)}
        return found

    def _fold(self, projection: Projection, work: list[Work]) -> None:
        collection = self._collection(projection.name)
        skip: set[tuple[str, str]] = set()
        lost_races = 0
        careful = False
        while lost_races < ATTEMPTS:
            try:
                batch = self._batch(projection, work, guessing=self._guessing and not lost_races)
                if self.fold_once(projection, collection, work, batch, skip, careful):
                    return
                lost_races += 1
                self._kept.forget((projection.name, key) for each in work for key in each.keys)
                self._require_not_taken_back(projection, batch)
            except _LookClosely:
                careful = True
        raise PyMongoError(f"{projection.name}: documents change too fast to fold into")

    def _batch(self, projection: Projection, work: Sequence[Work], guessing: bool) -> _Batch:
        wanted: dict[str, bool] = {}
        for each in work:
            begins = guessing and projection.begins(each.event)
            for key in each.keys:
                wanted.setdefault(key, not begins)
        stored = self._stored(projection.name, [key for key, read in wanted.items() if read])
        return _Batch(stored)

    def fold_once(
        self,
        projection: Projection,
        collection: Collection[Document],
        work: Sequence[Work],
        batch: _Batch,
        skip: set[tuple[str, str]],
        careful: bool = False,
    ) -> bool:
        """Fold what is above each mark, write on condition of the marks read. False where another
        writer was faster: then read and fold again. `careful` sets aside what can't be folded."""
        for each in work:
            source, sequence = each.envelope.source, each.envelope.sequence
            for key in each.keys:
                row = batch.row(key)
                if self.heard_already(row, each.envelope):
                    continue
                changes: bool | None = True
                if not skip or (each.envelope.id, key) not in skip:
                    before = bson.encode(row) if careful else b""
                    try:
                        changes = projection.fold(row, each.event, each.envelope)
                        if careful:
                            bson.encode(row)
                    except Exception as error:
                        if not careful:
                            raise _LookClosely from error
                        log.exception("cannot fold", extra={"projection": projection.name})
                        skip.add((each.envelope.id, key))
                        self._set_aside(each.envelope, f"{projection.name}: {error!r}")
                        row = batch.rows[key] = decoded(before)
                if changes is not False:
                    row["heard"][source] = sequence
                    batch.changed[key] = None
        try:
            folded: dict[str, Any] = {
                key: RawBSONDocument(bson.encode(batch.rows[key])) for key in batch.changed
            }
        except Exception as error:
            raise _LookClosely from error
        written = self._write(projection, collection, folded, batch.marks)
        if written and projection.revisited:
            for key, row in folded.items():
                self._kept.put((projection.name, key), row.raw)
        return written

    def heard_already(self, row: Document, envelope: Envelope) -> bool:
        """The mark: what is not above it is in the document already."""
        return bool(envelope.sequence <= row["heard"].get(envelope.source, 0))

    def _require_not_taken_back(self, projection: Projection, batch: _Batch) -> None:
        """Somebody else's marks can only be higher. Raises TakenBack."""
        stored = self._stored(projection.name, batch.marks)
        for key, marks in batch.marks.items():
            now = decoded(stored[key])["heard"] if key in stored else {}
            if any(now.get(source, 0) < mark for source, mark in marks.items()):
                raise TakenBack(f"{projection.name} {key}")

    def _write(
        self,
        projection: Projection,
        collection: Collection[Document],
        folded: dict[str, Any],  # as it is encoded already
        marks: dict[str, Document],
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

"""A service's event log: every event it has told, numbered without gaps, kept for ever."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pymongo.errors import BulkWriteError, DuplicateKeyError

from shared.messaging.envelope import encode
from shared.storage.mongo import FAST, Db, Document, Index

INDEXES = [
    Index("event_log", [("id", 1)], unique=True),
    Index("event_log", [("type", 1), ("_id", 1)]),
    Index("event_log", [("site", 1), ("_id", 1)]),
    Index("event_log", [("subject", 1), ("_id", 1)]),
]


class LostRace(Exception):
    """The number or the event is in the log already: the lease is lost, or this is a repeat."""


@dataclass(frozen=True)
class Logged:
    """One entry of the log."""

    sequence: int
    id: str
    type: str
    site: str | None
    body: str  # the envelope's JSON


@dataclass(frozen=True)
class Filter:
    """Which events a reader wants; empty means all."""

    types: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()

    def query(self) -> Document:
        query: Document = {}
        if self.types:
            query["type"] = {"$in": list(self.types)}
        if self.sites:
            query["site"] = {"$in": list(self.sites)}
        return query


class EventLog:
    """Reads and appends with majority, so that nothing told is ever taken back."""

    def __init__(self, database: Db, source: str) -> None:
        self.source = source
        self._entries = database["event_log"]
        self._facts = database["event_log_facts"]

    def epoch(self) -> str:
        """Made with the log; a restored log gets a new one (`renew_epoch`)."""
        found = self._fact("epoch")
        if not found:
            fresh = {"epoch": _new_epoch(), "published": 0}
            with suppress(DuplicateKeyError):  # another process made it at the same moment
                self._facts.update_one({"_id": "log"}, {"$setOnInsert": fresh}, upsert=True)
            found = self._fact("epoch")
        return str(found)

    def renew_epoch(self) -> str:
        """After a restore from a backup, before the service starts again: readers of the old
        history must not go on with this one."""
        self._facts.update_one({"_id": "log"}, {"$set": {"epoch": _new_epoch()}}, upsert=True)
        return self.epoch()

    def head(self) -> int:
        """Number of the last entry; 0 where there is none."""
        last = self._entries.find_one({}, {"_id": 1}, sort=[("_id", -1)])
        return last["_id"] if last else 0

    def append(self, told: Sequence[Document], head: int, epoch: str) -> list[Logged]:
        """Number outbox entries from `head + 1` and save them, in order. Raises LostRace."""
        logged = [
            Logged(
                sequence=sequence,
                id=entry["id"],
                type=entry["type"],
                site=entry["site"],
                body=encode(entry, self.source, sequence, epoch),
            )
            for sequence, entry in enumerate(told, head + 1)
        ]
        documents = [
            {
                "_id": item.sequence,
                "id": item.id,
                "type": item.type,
                "site": item.site,
                "subject": entry["subject"],
                "time": entry["time"],
                "body": item.body,
            }
            for item, entry in zip(logged, told, strict=True)
        ]
        try:
            self._entries.insert_many(documents, ordered=True)
        except BulkWriteError as error:
            if any(each["code"] == 11000 for each in error.details["writeErrors"]):
                raise LostRace from error
            raise
        return logged

    def known(self, ids: Sequence[str]) -> set[str]:
        """Which of these events are in the log."""
        rows = self._entries.find({"id": {"$in": list(ids)}}, {"id": 1, "_id": 0})
        return {row["id"] for row in rows}

    def read(self, after: int, limit: int, wanted: Filter = Filter()) -> list[Logged]:
        """Entries behind `after`, in order."""
        query: dict[str, Any] = wanted.query() | {"_id": {"$gt": after}}
        rows = self._entries.find(query, {"subject": 0, "time": 0}).sort("_id", 1).limit(limit)
        return [_logged(row) for row in rows]

    def about(self, subjects: Sequence[str], wanted: Filter = Filter()) -> list[Logged]:
        """What was told of these aggregates, in order."""
        query: dict[str, Any] = wanted.query() | {"subject": {"$in": list(subjects)}}
        rows = self._entries.find(query, {"subject": 0, "time": 0}).sort("_id", 1)
        return [_logged(row) for row in rows]

    def last_before(self, sequence: int, wanted: Filter) -> int:
        """Number of the last entry of the filter up to `sequence`; 0 where there is none."""
        query: dict[str, Any] = wanted.query() | {"_id": {"$lte": sequence}}
        row = self._entries.find_one(query, {"_id": 1}, sort=[("_id", -1)])
        return row["_id"] if row else 0

    @property
    def published(self) -> int:
        """All entries up to this one have been confirmed by the broker."""
        return int(self._fact("published") or 0)

    def mark_published(self, sequence: int) -> None:
        """Only ever forward. It may be lost: then some are published again."""
        facts = self._facts.with_options(write_concern=FAST)
        facts.update_one({"_id": "log"}, {"$max": {"published": sequence}})

    def _fact(self, name: str) -> Any:
        row = self._facts.find_one({"_id": "log"})
        return row.get(name) if row else None


def _new_epoch() -> str:
    return uuid.uuid4().hex[:12]


def _logged(row: Document) -> Logged:
    return Logged(row["_id"], row["id"], row["type"], row["site"], row["body"])

"""Events kept aside: to be tried again at a time (deferred), or for a person to see (parked).

They live in the consumer's own database, not in delay queues of the broker: the write that keeps
one aside and the cursor that moves on are in the same place, so neither can be lost alone.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pymongo.collection import Collection

from shared.messaging.envelope import Envelope
from shared.storage.mongo import Db, Document, Index

RETRY_AFTER = (timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=10))
CLAIMED_FOR = timedelta(minutes=1)
REASON_LETTERS = 500
RAW_LETTERS = 10_000
INDEXES = [Index("dead_letters", [("consumer", 1), ("due", 1)])]


@dataclass
class DeadLetters:
    """Those of one consumer."""

    database: Db
    consumer: str

    def defer(self, envelope: Envelope, reason: str) -> None:
        """Try again later, or park where every attempt is spent."""
        row = self._rows.find_one({"_id": self._id(envelope)})
        attempts = (row["attempts"] if row else 0) + 1
        if attempts > len(RETRY_AFTER):
            self._keep(envelope, reason, attempts, None)
        else:
            self._keep(envelope, reason, attempts, datetime.now(UTC) + RETRY_AFTER[attempts - 1])

    def park(self, envelope: Envelope, reason: str) -> None:
        """It can't be handled however often it is tried; a person decides."""
        self._keep(envelope, reason, 0, None)

    def park_raw(self, body: bytes | str, reason: str) -> None:
        """What is not even an envelope; its content is kept for a person, cut to a bound."""
        text = body.decode(errors="replace") if isinstance(body, bytes) else body
        # Kept once, however often it comes again.
        id = f"{self.consumer}:{hashlib.sha256(text.encode()).hexdigest()}"
        row = self._row(reason, 0, None) | {"text": text[:RAW_LETTERS]}
        self._rows.replace_one({"_id": id}, row, upsert=True)

    def claim(self) -> Document | None:
        """A deferred one whose time has come, for this worker alone; it comes again later where
        the worker ends before it has said what became of it."""
        now = datetime.now(UTC)
        return self._rows.find_one_and_update(
            {"consumer": self.consumer, "due": {"$lte": now}},
            {"$set": {"due": now + CLAIMED_FOR}},
            sort=[("due", 1)],
        )

    def done(self, id: str) -> None:
        """A later attempt has succeeded."""
        self._rows.delete_one({"_id": id})

    def redrive(self, id: str) -> bool:
        """Try a parked one again at once, all attempts anew; False where there is none."""
        fresh = {"$set": {"due": datetime.now(UTC), "attempts": 0}}
        query = {"_id": id, "consumer": self.consumer, "envelope": {"$exists": True}}
        return self._rows.update_one(query, fresh).matched_count == 1

    def discard(self, id: str) -> bool:
        """A person has decided that it needs no effect; False where there is none."""
        return self._rows.delete_one({"_id": id}).deleted_count == 1

    def parked(self) -> list[Document]:
        """Those that wait for a person, oldest first, without their content."""
        query = {"consumer": self.consumer, "due": None}
        return list(self._rows.find(query, {"envelope": 0, "text": 0}).sort("at", 1))

    def forget_all(self) -> None:
        """The consumer is gone, and with it what it could not handle."""
        self._rows.delete_many({"consumer": self.consumer})

    @property
    def _rows(self) -> Collection[Document]:
        return self.database["dead_letters"]

    def _keep(self, envelope: Envelope, reason: str, attempts: int, due: datetime | None) -> None:
        row = self._row(reason, attempts, due) | {"type": envelope.type, "envelope": envelope.raw}
        self._rows.replace_one({"_id": self._id(envelope)}, row, upsert=True)

    def _row(self, reason: str, attempts: int, due: datetime | None) -> Document:
        return {
            "consumer": self.consumer,
            "reason": reason[:REASON_LETTERS],
            "attempts": attempts,
            "due": due,
            "at": datetime.now(UTC),
        }

    def _id(self, envelope: Envelope) -> str:
        return f"{self.consumer}:{envelope.id}"

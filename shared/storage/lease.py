"""One holder at a time for a job that must not run twice at once; each new holder, a new term."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo import ReturnDocument
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.storage.mongo import Db, Document

LEASE_SECONDS = 3.0  # after `kill -9` of the holder the next one takes over within this


@dataclass
class Lease:
    """A row in `leases`. Time is the server's (`$$NOW`), so machines' clocks may differ."""

    database: Db
    name: str
    holder: str
    seconds: float = LEASE_SECONDS
    term: int = 0  # 0: not held

    def hold(self) -> bool:
        """Take or renew it. True where we hold it, for `seconds` from now."""
        until = {"$add": ["$$NOW", int(self.seconds * 1000)]}
        term = {
            "$add": [
                "$term",
                {"$cond": [{"$eq": ["$holder", self.holder]}, 0, 1]},
            ]
        }
        free = {"$lt": ["$until", "$$NOW"]}
        mine = {"$eq": ["$holder", self.holder]}
        row = self._rows.find_one_and_update(
            {"_id": self.name, "$expr": {"$or": [mine, free]}},
            [{"$set": {"term": term, "holder": self.holder, "until": until}}],
            return_document=ReturnDocument.AFTER,
        )
        if row is None and self._make_row():
            return self.hold()
        self.term = row["term"] if row else 0
        return row is not None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew it, by a thread, while one long step is done that can't do so between."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(self.seconds / 4):
                with suppress(PyMongoError):  # tried again, in good time
                    self.hold()

        thread = threading.Thread(target=renew, name=f"lease-{self.name}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _make_row(self) -> bool:
        """True where it was missing, or another made it at the same moment."""
        fresh = {"holder": "", "term": 0, "until": datetime.fromtimestamp(0, UTC)}
        try:
            made = self._rows.update_one({"_id": self.name}, {"$setOnInsert": fresh}, upsert=True)
        except DuplicateKeyError:
            return True
        return made.upserted_id is not None

    @property
    def _rows(self) -> Collection[Document]:
        return self.database["leases"]

    def release(self) -> None:
        """Let the next one take it at once."""
        self._rows.update_one(
            {"_id": self.name, "holder": self.holder},
            [{"$set": {"until": {"$subtract": ["$$NOW", 1]}}}],
        )
        self.term = 0

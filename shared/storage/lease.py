"""One holder at a time for a job that must not run twice at once; each new holder, a new term."""

from dataclasses import dataclass

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from shared.storage.mongo import Db

LEASE_SECONDS = 4.0  # after `kill -9` of the holder the next one takes over within this


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
                {"$ifNull": ["$term", 0]},
                {"$cond": [{"$eq": ["$holder", self.holder]}, 0, 1]},
            ]
        }
        free = {"$lt": [{"$ifNull": ["$until", "$$NOW"]}, "$$NOW"]}
        mine = {"$eq": ["$holder", self.holder]}
        try:
            row = self.database["leases"].find_one_and_update(
                {"_id": self.name, "$expr": {"$or": [mine, free]}},
                [{"$set": {"term": term, "holder": self.holder, "until": until}}],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:  # the upsert met a row that another holds
            self.term = 0
            return False
        self.term = row["term"]
        return True

    def release(self) -> None:
        """Let the next one take it at once."""
        self.database["leases"].update_one(
            {"_id": self.name, "holder": self.holder}, [{"$set": {"until": {"$subtract": ["$$NOW", 1]}}}]
        )
        self.term = 0

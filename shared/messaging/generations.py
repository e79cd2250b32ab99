"""Which generation of a service's projections is read, and which is being built."""

import time

from pymongo.collection import Collection

from shared.storage.mongo import Db, Document

POINTER_SECONDS = 1.0  # how old a reader's knowledge of the live generation may be


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

    def term(self) -> object:
        """Another after each election of a node that is written to, which may take back what no
        majority had."""
        return self._database.client.admin.command("hello").get("electionId")

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

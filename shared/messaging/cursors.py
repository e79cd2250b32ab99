"""How far a consumer has settled each source: in its database, and in memory a moment ahead."""

import time
from dataclasses import dataclass

from pymongo.client_session import ClientSession
from pymongo.read_concern import ReadConcern

from shared.storage.mongo import FAST, Db

SAVE_SECONDS = 0.5  # how long a mark may go unsaved behind events that nothing here needed


@dataclass
class Mark:
    """How far one source is settled."""

    epoch: str = ""
    through: int = 0


class Cursors:
    """The marks of one consumer, in one document."""

    def __init__(self, database: Db, consumer: str) -> None:
        self._rows = database["cursors"].with_options(write_concern=FAST)
        self._consumer = consumer

    def load(self, newest: bool = False, session: ClientSession | None = None) -> dict[str, Mark]:
        """`newest`: as written last, for the consumer itself, which must not step back behind
        its own mark; else what a majority has, which fits figures that are read likewise."""
        rows = self._rows.with_options(read_concern=ReadConcern("local")) if newest else self._rows
        row = rows.find_one({"_id": self._consumer}, session=session) or {}
        return {name: Mark(m["epoch"], m["through"]) for name, m in row.get("marks", {}).items()}

    def settle(self, source: str, epoch: str, through: int) -> None:
        """Only ever forward, also where two workers overlap for a moment."""
        self._rows.update_one(
            {"_id": self._consumer},
            {
                "$max": {f"marks.{source}.through": through},
                "$set": {f"marks.{source}.epoch": epoch},
            },
            upsert=True,
        )

    def forget(self) -> None:
        """The consumer begins anew."""
        self._rows.delete_one({"_id": self._consumer})

    def adopt(self, source: str, epoch: str, through: int) -> None:
        """An operator's decision after a restore: go on with this history, from this place."""
        self._rows.update_one(
            {"_id": self._consumer},
            {"$set": {f"marks.{source}": {"epoch": epoch, "through": through}}},
            upsert=True,
        )


class Marks:
    """The marks of a consumer at work. One thread may use it.

    A mark behind events that had an effect is saved at once, so that few of them come again;
    one behind events that nobody needed, with others later.
    """

    def __init__(self, cursors: Cursors) -> None:
        self._cursors = cursors
        self._marks: dict[str, Mark] = {}
        self._unsaved: set[str] = set()  # sources whose marks are ahead of those in the database
        self._save_at = 0.0

    def load(self) -> None:
        """Begin from what is in the database."""
        self._marks = self._cursors.load(newest=True)
        self._unsaved.clear()

    def of(self, source: str) -> Mark:
        return self._marks.setdefault(source, Mark())

    def move(self, source: str, epoch: str, through: int, needed: bool) -> None:
        """Everything up to `through` is settled; `needed`: it had an effect here."""
        self._marks[source] = Mark(epoch, through)
        self._unsaved.add(source)
        if needed or time.monotonic() >= self._save_at:
            self.save()

    def save(self) -> None:
        """Write what is not in the database yet."""
        for source in self._unsaved:
            mark = self._marks[source]
            self._cursors.settle(source, mark.epoch, mark.through)
        if self._unsaved:
            self._save_at = time.monotonic() + SAVE_SECONDS
        self._unsaved.clear()

"""Projections of jars, with the controls that each lack one protection."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import bson
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern

from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope, decode
from shared.messaging.projection_runner import ProjectionRunner
from shared.messaging.projections import Generations, Projection, Projections
from shared.storage.mongo import Db, Document
from tests.integration.rig import (
    JarFilled,
    LogFeeds,
    Rig,
)


def nothing() -> None: ...


class Shelves(Projection):
    """One document for each jar: how many numbers, and their sum."""

    name = "shelves"
    hears = (JarFilled,)

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] = (
            nothing  # called once, after a read, before its write
        )

    def keys(self, event: JarFilled, envelope: Envelope) -> list[str]:
        if event.number == 13:
            raise KeyError("no key for 13")
        return [event.jar, "all"]

    def fold(self, document: Document, event: JarFilled, envelope: Envelope) -> bool | None:
        meanwhile, self.meanwhile = self.meanwhile, nothing
        meanwhile()
        document["sum"] = document.get("sum", 0) + event.number
        if event.number in (4, 44):
            raise ZeroDivisionError("after it has changed the document")
        document["count"] = document.get("count", 0) + 1
        return None


# ---- controls: each lacks one protection ----


class ForgetsWhatItHeard(Projections):
    def heard_already(self, row: Document, envelope: Envelope) -> bool:
        return False


class WritesUnconditionally(Projections):
    def _write(
        self,
        projection: Projection,
        collection: Collection[Document],
        folded: dict[str, Document],
        marks: dict[str, Document],
    ) -> bool:
        for key, row in folded.items():
            collection.replace_one({"_id": key}, row, upsert=True)
        return True


class Requeues(Projections):
    """An event that can't be folded goes up instead of aside."""

    def _set_aside(self, envelope: Envelope, reason: str) -> None:
        raise RuntimeError(reason)


@dataclass
class Views:
    """A service's projections in one database, as one worker has them."""

    database: Db
    projection: Projection
    kind: type[Projections] = Projections

    @property
    def generations(self) -> Generations:
        return Generations(self.database)

    @property
    def handler(self) -> Projections:
        letters = DeadLetters(self.database, "projections_1")
        return self.kind([self.projection], 1, self.generations, letters)

    def document(self, id: str) -> Document:
        rows = self.generations.collection(self.projection.name, 1)
        return rows.with_options(read_concern=ReadConcern("local")).find_one({"_id": id}) or {}

    def folded(self) -> tuple[int, int]:
        row = self.document("all")
        return row.get("count", 0), row.get("sum", 0)


def views_of(rig: Rig, kind: type[Projections] = Projections, database: str = "") -> Views:
    return Views(rig.open(database) if database else rig.database(), Shelves(), kind)


def decoded(bodies: Sequence[str]) -> list[Envelope]:
    return [decode(body) for body in bodies]


def runner_of(
    rig: Rig, database: Db, projections: Sequence[Projection], feeds: LogFeeds
) -> ProjectionRunner:
    sources = sorted(feeds.logs)

    def consumer(name: str, handler: Projections) -> Consumer:
        made: Consumer = rig.consumer(
            database, handler, feeds, name=name, sources=sources, check_seconds=0.2
        )
        return made

    return ProjectionRunner(projections, database, consumer)


def newest(database: Db, name: str, generation: int) -> Collection[Document]:
    """As its writer left it: what was written a moment ago need not be a majority's yet."""
    rows = Generations(database).collection(name, generation)
    return rows.with_options(read_concern=ReadConcern("local"))


def to_the_byte(database: Db, name: str, generation: int) -> dict[str, bytes]:
    """Each document to the byte, marks aside."""
    rows = newest(database, name, generation).find()
    return {
        row["_id"]: bson.encode({key: value for key, value in row.items() if key != "heard"})
        for row in rows
    }


def differences(database: Db, names: Sequence[str]) -> list[str]:
    found = []
    for name in names:
        live, rebuilt = (
            to_the_byte(database, name, 1),
            to_the_byte(database, name, live_generation(database)),
        )
        found += [
            f"{name} {key} differs" for key in live | rebuilt if live.get(key) != rebuilt.get(key)
        ]
        if not live:
            found.append(f"{name} is empty")
    return found


def live_generation(database: Db) -> int:
    return int(Generations(database).pointer()["live"])


def numbers_counted(database: Db) -> int:
    """How many numbers the live generation has counted."""
    row = newest(database, "shelves", live_generation(database)).find_one({"_id": "all"})
    return int(row["count"]) if row else 0

"""The connection to one service's own database, and its indexes."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import (
    ConnectionFailure,
    ExecutionTimeout,
    PyMongoError,
    WriteConcernError,
    WTimeoutError,
)
from pymongo.write_concern import WriteConcern

log = logging.getLogger(__name__)

Document = dict[str, Any]
Db = Database[Document]

FAST = WriteConcern(w=1)
"""For what can be made again from what a majority has: marks, cursors, outbox removals."""

UNREACHABLE = (ConnectionFailure, ExecutionTimeout, WriteConcernError, WTimeoutError)
"""The database can't be asked now; the same call may succeed later."""


def unreachable(error: PyMongoError) -> bool:
    """True where the failure is of the database's availability, not of what was asked."""
    return isinstance(error, UNREACHABLE) or error.has_error_label("RetryableWriteError")


def connect(url: str, database: str, app: str) -> Db:
    """A client of this process's own (never made before a fork), with time-outs on every wait."""
    client: MongoClient[Document] = MongoClient(
        url,
        appname=app,
        tz_aware=True,
        w="majority",
        wtimeoutMS=5000,
        readConcernLevel="majority",
        connectTimeoutMS=2000,
        serverSelectionTimeoutMS=3000,
        socketTimeoutMS=15000,
        waitQueueTimeoutMS=3000,
        maxPoolSize=50,
    )
    return client[database]


def close(database: Db) -> None:
    """Let go of the sockets."""
    database.client.close()


@dataclass(frozen=True)
class Index:
    """One index of one collection."""

    collection: str
    keys: list[tuple[str, int]]
    unique: bool = False
    where: Mapping[str, Any] = field(default_factory=dict)  # partialFilterExpression


@dataclass(frozen=True)
class Migration:
    """One change of stored documents. It may run twice, so it must stand being run twice."""

    id: str  # "2026-11-24-split-names": recorded when done
    run: Callable[[Db], None]


def prepare(database: Db, indexes: Iterable[Index], migrations: Iterable[Migration] = ()) -> None:
    """Create missing indexes and run the migrations not yet recorded, in order."""
    for index in indexes:
        options: Document = {"unique": index.unique}
        if index.where:
            options["partialFilterExpression"] = dict(index.where)
        database[index.collection].create_index(index.keys, **options)
    done = {row["_id"] for row in database["migrations"].find({}, {"_id": 1})}
    for migration in migrations:
        if migration.id not in done:
            log.info("migrating", extra={"migration": migration.id})
            migration.run(database)
            database["migrations"].replace_one(
                {"_id": migration.id}, {"done": time.time()}, upsert=True
            )


def wait_until_up(database: Db, seconds: float = 120) -> None:
    """Return when the database answers as primary. Raises the last failure after `seconds`."""
    until = time.monotonic() + seconds
    while True:
        try:
            database.command("ping")
            if database.client.primary is not None:
                return
        except PyMongoError:
            if time.monotonic() > until:
                raise
        time.sleep(0.3)

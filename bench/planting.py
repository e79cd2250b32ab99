"""A history in the projections of reports: a short one folded, a long one planted beside it.

The short one goes through the real projections. The long one is the same, with copies of its
evidence and of its ended orders until there are as many as so many events would leave, with tables
of people as full as they would be, and with sums and tables of earlier years. What a number is made
of has then as many events behind it; sums are as many as there are days, sites and groups.
"""

import math
import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import bson
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS, RawBSONDocument
from pymongo import ReplaceOne
from pymongo.collection import Collection

from bench.history import RESIDENTS, VOLUNTEERS, History
from services.reports.model.period import Period
from services.reports.projections import PROJECTIONS, STREET
from services.reports.projections.people import PARTS, WIDTH
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Generations, Projections
from shared.storage.mongo import FAST, Db, Document

BATCH = 1000  # events
GENERATION = 1
PLANTED = 10_000  # documents at once
COPIED: dict[str, Document] = {"evidence": {}, "cases": {"stage": ""}}
"""A document for each event, for each order; of orders those that have ended."""
TABLES = {"people": RESIDENTS, "serving": VOLUNTEERS}
EARLIER = (2, 4)  # years before: the short history lies in two calendar years
_ID_BEGINS = 13  # in an encoded document: lengths, type and name stand before it


def fill(database: Db, last: date, count: int) -> float:
    """A year of so many events up to a day, through the fold; events a second."""
    letters = DeadLetters(database, f"projections_{GENERATION}")
    handler = Projections(PROJECTIONS, GENERATION, Generations(database), letters)
    handler.prepare()
    began, done = time.perf_counter(), 0
    for batch in _batches(History(last - timedelta(days=364), last, count)):
        handler.handle(batch)
        done += len(batch)
    rate = done / (time.perf_counter() - began)
    if bad := database["dead_letters"].count_documents({}):
        raise RuntimeError(f"{bad} events could not be folded")
    return rate


def _batches(history: History) -> Iterator[list[Envelope]]:
    """As a consumer takes them: of one source each."""
    waiting: dict[str, list[Envelope]] = {}
    for each in history:
        batch = waiting.setdefault(each.source, [])
        batch.append(each)
        if len(batch) == BATCH:
            yield waiting.pop(each.source)
    yield from waiting.values()


def lengthen(database: Db, times: int) -> None:
    """As if so many times the events had been folded."""
    for name, most in TABLES.items():
        _fill_tables(_rows(database, name), most, times)
    for name in ("sums", *TABLES):
        _plant_earlier_years(_rows(database, name))
    for name, which in COPIED.items():
        _plant_copies(_rows(database, name), which, times)


def _rows(database: Db, name: str) -> Collection[Document]:
    return database.get_collection(f"{name}_{GENERATION}", write_concern=FAST)


def _fill_tables(rows: Collection[Document], most: int, times: int) -> None:
    """Whoever is met so many times more often is one of a bounded number of people."""
    writes = []
    for row in rows.find({}, {"members": 0}):
        of_site, of_street = PARTS[Period(row["period"]).grain]
        most_here = most / (of_street if row["site"] == STREET else of_site)
        count = int(most_here * -math.expm1(-row["count"] * times / most_here))
        grown = row | {"count": count, "members": os.urandom(count * WIDTH)}
        writes.append(ReplaceOne({"_id": row["_id"]}, grown))
        if len(writes) == BATCH:
            rows.bulk_write(writes, ordered=False)
            writes.clear()
    if writes:
        rows.bulk_write(writes, ordered=False)


def _plant_earlier_years(rows: Collection[Document]) -> None:
    found = list(rows.find())
    for back in EARLIER:
        for place in range(0, len(found), BATCH):
            rows.insert_many([_earlier(each, back) for each in found[place : place + BATCH]])


def _earlier(row: Document, years: int) -> Document:
    year = f"{int(row['period'][:4]) - years}"
    return row | {"_id": year + row["_id"][4:], "period": year + row["period"][4:]}


def _plant_copies(rows: Collection[Document], which: Document, times: int) -> None:
    """Encoded once; a copy has another id, `orders:0000…17` → `orders:0003…17`. Indexes are made
    afterwards, as a rebuild does."""
    raw = rows.with_options(codec_options=DEFAULT_RAW_BSON_OPTIONS, write_concern=FAST)
    encoded = [_parted(bytes(each.raw)) for each in raw.find(which).sort("_id", 1)]
    indexes = [each for each in rows.list_indexes() if each["name"] != "_id_"]
    rows.drop_indexes()
    for copy in range(1, times):
        number = b"%04d" % copy
        for place in range(0, len(encoded), PLANTED):
            some = encoded[place : place + PLANTED]
            raw.insert_many(
                [RawBSONDocument(head + number + tail) for head, tail in some], ordered=False
            )
    for index in indexes:
        keys = [(key, int(order)) for key, order in index["key"].items()]
        options: dict[str, Any] = {}
        if "partialFilterExpression" in index:
            options["partialFilterExpression"] = index["partialFilterExpression"]
        rows.create_index(keys, **options)


def _parted(encoded: bytes) -> tuple[bytes, bytes]:
    """Before and behind the four digits that a copy has others of."""
    id = str(bson.decode(encoded)["_id"])
    digits = id.index(":" if ":" in id else "_") + 1
    if id[digits : digits + 4] != "0000":
        raise RuntimeError(f"no place for a copy's number in {id}")
    begin = _ID_BEGINS + digits
    return encoded[:begin], encoded[begin + 4 :]

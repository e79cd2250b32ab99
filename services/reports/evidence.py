"""What is behind a number: the events that were counted, page by page, in the order of days and
sites."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from services.reports.files import csv_file
from services.reports.model.period import Period
from services.reports.projections import GROUPS
from shared import tables
from shared.service import Kit
from shared.storage.mongo import Document

BATCH = 500  # rows
ORDER = [("day", 1), ("site", 1), ("_id", 1)]
FIELDS = {"heard": 0, "measures": 0}


@dataclass(frozen=True)
class Place:
    """Of one event in the order of evidence."""

    day: str
    site: str
    id: str  # source and sequence


@dataclass(frozen=True)
class Wanted:
    """Which number. `groups`: theme, mode, team, series or item, each with one value. `as_of`: only
    events up to these places of their sources."""

    measure: str
    period: Period
    site: str | None
    groups: dict[str, str] = field(default_factory=dict)
    as_of: dict[str, int] | None = None

    def query(self) -> Document:
        days = {"$gte": self.period.first.isoformat(), "$lte": self.period.last.isoformat()}
        query: Document = {"measures": self.measure, "day": days}
        query |= {"site": self.site} if self.site else {}
        if self.as_of is not None:
            query["$and"] = [{"$or": [_until(*place) for place in sorted(self.as_of.items())]}]
        return query | {("modes" if k == "mode" else k): v for k, v in self.groups.items()}


class Evidence:
    """Of the live generation."""

    def __init__(self, kit: Kit) -> None:
        self._rows = kit.generations.collection("evidence", kit.generations.live())

    def page(self, wanted: Wanted, after: Place | None, limit: int) -> list[Document]:
        """Behind a place: as quick far behind the first as there, since each part of what is left
        is one range of the index."""
        query = wanted.query()
        rows: list[Document] = []
        for rest in _behind(after, wanted) if after else ({},):
            if len(rows) < limit:
                found = self._rows.find(query | rest, FIELDS, batch_size=limit)
                rows += found.sort(ORDER).limit(limit - len(rows))
        return [_shown(row, wanted.measure) for row in rows]

    def rows(self, wanted: Wanted) -> Iterator[Document]:
        """All of them, some hundred in memory at a time."""
        found = self._rows.find(wanted.query(), FIELDS, batch_size=BATCH)
        with found.sort(ORDER) as cursor:
            for row in cursor:
                yield _shown(row, wanted.measure)


def _until(source: str, place: int) -> Document:
    return {"_id": {"$gte": f"{source}:", "$lte": f"{source}:{place:016d}"}}


def _behind(after: Place, wanted: Wanted) -> Iterator[Document]:
    """What is behind a place: of its site and day, of the day's other sites, of the other days."""
    yield {"day": after.day, "site": after.site, "_id": {"$gt": after.id}}
    if not wanted.site:
        yield {"day": after.day, "site": {"$gt": after.site}}
    yield {"day": {"$gt": after.day, "$lte": wanted.period.last.isoformat()}}


def _shown(row: Document, measure: str) -> Document:
    source, sequence = row.pop("_id").split(":")
    place = int(sequence)
    shown: dict[str, Any] = {
        "source": source,
        "sequence": place,
        "count": row["counts"].get(measure, 1),
        "event": f"/v1/feed?after={place - 1}&limit=1",
    }
    return shown | row


COLUMNS = (
    "day",
    "source",
    "sequence",
    "type",
    "subject",
    "site",
    "count",
    "theme",
    "modes",
    *GROUPS,
)


MOST_OF_A_SHEET = 1_048_576
"""Rows of an XLSX sheet, its heading among them."""


def workbook_of(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Written to disk row by row; what a sheet does not hold is left out."""
    whole = chain([COLUMNS], ([_cell(row.get(c)) for c in COLUMNS] for row in rows))
    return tables.write_rows("xlsx", islice(whole, MOST_OF_A_SHEET))


def lines_of(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Some hundred lines at a time."""
    lines = csv_file.written(
        chain([COLUMNS], ([_cell(row.get(c)) for c in COLUMNS] for row in rows))
    )
    yield csv_file.BOM.encode()
    while part := "".join(islice(lines, BATCH)):
        yield part.encode()


def _cell(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value

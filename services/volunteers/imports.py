"""Imports at work: rows are kept sealed, checked a hundred at a time, and then applied.

A chunk is a document: whatever is killed, its work goes on with the first chunk that is not done,
and a row that was applied is found applied. So memory and lost work are those of one chunk.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import IO, TypeVar

from services.volunteers.columns import ColumnSets, Heading
from services.volunteers.model.exchange import OVER, WORKING, Import, ImportStatus
from services.volunteers.rows import Chunk, Kind, Problem, Row, rows_of
from services.volunteers.store import Store
from shared.errors import FieldProblem, InvalidInput, NotFound, Text
from shared.storage.aggregates import Loaded, Origin
from shared.storage.mongo import Document, Index
from shared.storage.vault import Reading
from shared.tables import read_rows

T = TypeVar("T")

CHUNK_ROWS = 100
KEPT_AT_ONCE = 10  # chunks in one message to the database
BUDGET_SECONDS = 2.0  # of a clock's look; other clocks wait meanwhile
MOST_LISTED = 1000  # problems in one answer

INDEXES = [
    Index("imports", [("state.status", 1), ("made", 1), ("_id", 1)]),
    Index("imports", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("import_rows", [("import", 1), ("number", 1)], unique=True),
    # Which is next, and how many rows are done, without reading a chunk.
    *(
        Index("import_rows", [("import", 1), (mark, 1), ("number", 1), ("count", 1)])
        for mark in ("checked", "applied")
    ),
    Index("import_rows", [("import", 1), ("keys", 1)]),
    Index("import_rows", [("import", 1), ("spans.volunteer", 1)]),
]
ORIGIN = Origin(client="volunteers.imports", command="imports.work")


class Imports:
    """What views and the clock do with imports."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._chunks = store.import_rows
        self._readers: dict[str, Callable[[str], str]] = {}
        self.forms = ColumnSets(store.column_sets)

    # ---- coming in ----

    def receive(self, id: str, job: Import, file: IO[bytes]) -> int:
        """Keep every row of the table, sealed; how many. What an attempt before has left goes.
        Raises InvalidInput for what is no table of the import's form."""
        self._delete(id)
        rows = read_rows(file)
        first = next(rows, None)
        if first is None:
            text = Text("holds nothing", "没有内容")
            raise InvalidInput(text, FieldProblem(field="file", text=text))
        heading = Heading(self.forms.get(job.columns), first[1])
        work = rows_of(self._store, id, job)
        count = 0
        try:
            for batch in _chunks(enumerate(_chunks(rows, CHUNK_ROWS)), KEPT_AT_ONCE):
                documents = []
                for number, chunk in batch:
                    found = [Row(row, heading.facts(cells)) for row, cells in chunk]
                    documents.append(self._document(id, number, found, work))
                    count += len(found)
                self._chunks.insert_many(documents)
        except BaseException:
            self._delete(id)
            raise
        return count

    def _document(self, id: str, number: int, rows: list[Row], work: Kind) -> Document:
        text = json.dumps([[row.number, row.facts] for row in rows], ensure_ascii=False)
        by = [work.identity(row.facts).upper() for row in rows]
        return {
            "import": id,
            "number": number,
            "sealed": self._store.people.seal(text),
            "count": len(rows),
            "keys": [self._store.people.found_by(each) if each else "" for each in by],
            "problems": [],
            "checked": False,
            "applied": False,
            "failed": [],
        }

    # ---- by the clock ----

    def work(self) -> None:
        """Go on with whatever import waits, for a while; called again and again."""
        until = time.monotonic() + BUDGET_SECONDS
        for status in WORKING:
            for loaded in self._store.imports.find({"status": status}, limit=1):
                self._go_on(loaded, until)

    def sweep(self) -> None:
        """Rows of imports that are over are deleted; they hold personal data."""
        for id in self._chunks.distinct("import"):
            with suppress(NotFound):
                if self._store.imports.load(id).state.status in OVER:
                    self._delete(id)

    def _go_on(self, loaded: Loaded[Import], until: float) -> None:
        id, job = loaded.id, loaded.state
        checking = job.status is ImportStatus.RECEIVED
        mark = "checked" if checking else "applied"
        work, last = rows_of(self._store, id, job), -1
        while chunk := self._next(id, mark, last):
            rows, last = self._open(id, chunk), chunk["number"]
            done = (
                self._checked(id, chunk, rows, work)
                if checking
                else self._applied(chunk, rows, work)
            )
            self._chunks.update_one({"_id": chunk["_id"]}, {"$set": {mark: True, **done}})
            if time.monotonic() > until:
                return
        self._finish(id, checking)

    def _next(self, id: str, mark: str, last: int) -> Document | None:
        """The first chunk behind `last` that is not done."""
        query = {"import": id, mark: False, "number": {"$gt": last}}
        return self._chunks.find_one(query, sort=[("number", 1)])

    def _checked(self, id: str, chunk: Document, rows: list[Row], work: Kind) -> Document:
        stood = self._stood_before(id, chunk)
        seen: set[str] = set()
        problems: list[Document] = []
        judged = work.check(Chunk(chunk["number"], rows), self._store.now())
        for row, found in zip(rows, judged, strict=True):
            if row.key and (row.key in seen or row.key in stood):
                text = Text("stands in an earlier row already", "与前面的行重复")
                found.append(Problem("", text))
            seen.add(row.key)
            problems += [_listed(row, each) for each in found]
        return {"problems": problems}

    def _applied(self, chunk: Document, rows: list[Row], work: Kind) -> Document:
        bad = {each["row"] for each in chunk["problems"]}
        good = [row for row in rows if row.number not in bad]
        tried = work.apply(Chunk(chunk["number"], good), self._store.now())
        failed = [
            _listed(row, each) for row, found in zip(good, tried, strict=True) for each in found
        ]
        return {"failed": failed}

    def _stood_before(self, id: str, chunk: Document) -> set[str]:
        """What of this chunk stands in an earlier one."""
        keys = sorted({each for each in chunk["keys"] if each})
        earlier = {"import": id, "keys": {"$in": keys}, "number": {"$lt": chunk["number"]}}
        found = self._chunks.find(earlier, {"keys": 1})
        return {key for each in found for key in each["keys"]}.intersection(keys)

    def _finish(self, id: str, checking: bool) -> None:
        bad, failed = self._bad_rows(id, "problems"), self._bad_rows(id, "failed")
        if checking:
            self._store.imports.change(id, ORIGIN, lambda job, now: job.checked(bad))
            return

        self._store.import_results.replace_one(
            {"_id": id}, {"failed": list(islice(self.problems(id, failed=True), MOST_LISTED))}, True
        )
        self._store.imports.change(id, ORIGIN, lambda job, now: job.done(failed))
        self._delete(id)

    def _bad_rows(self, id: str, field: str) -> int:
        steps: list[Document] = [
            {"$match": {"import": id, f"{field}.row": {"$exists": True}}},
            {"$project": {"rows": {"$size": {"$setUnion": [f"${field}.row", []]}}}},
            {"$group": {"_id": None, "rows": {"$sum": "$rows"}}},
        ]
        return next((int(row["rows"]) for row in self._chunks.aggregate(steps)), 0)

    # ---- what it says ----

    def progress(self, id: str) -> Document:
        """Rows that are checked and applied by now; zeros when it is over."""
        counts = {"checked": 0, "applied": 0}
        for mark in counts:
            steps: list[Document] = [
                {"$match": {"import": id, mark: True}},
                {"$group": {"_id": None, "rows": {"$sum": "$count"}}},
            ]
            counts[mark] = next((int(r["rows"]) for r in self._chunks.aggregate(steps)), 0)
        return counts

    def problems(self, id: str, after: int = 0, failed: bool = False) -> Iterator[Document]:
        """Every bad row behind that number, with its reason and no value, while rows are kept."""
        field = "failed" if failed else "problems"
        query = {"import": id, f"{field}.row": {"$gt": after}}
        for chunk in self._chunks.find(query, {field: 1}).sort("number", 1):
            yield from (each for each in chunk[field] if each["row"] > after)

    def rejected(self, id: str, reading: Reading) -> Iterator[tuple[Row, list[Document]]]:
        """The bad rows themselves, to be mended by whoever sent them."""
        read = self._store.people.reader(reading)
        for chunk in self._chunks.find({"import": id, "problems.row": {"$exists": True}}).sort(
            "number", 1
        ):
            by_row: dict[int, list[Document]] = {}
            for each in chunk["problems"]:
                by_row.setdefault(each["row"], []).append(each)
            for row in _rows(read(chunk["sealed"])):
                if row.number in by_row:
                    yield row, by_row[row.number]

    def _open(self, id: str, chunk: Document) -> list[Row]:
        if id not in self._readers:
            self._readers = {
                id: self._store.people.reader(
                    Reading(
                        client="volunteers.imports",
                        person="",
                        operation="imports.work",
                        subject=id,
                        fields=("rows",),
                        purpose="import",
                    )
                )
            }
        return _rows(self._readers[id](chunk["sealed"]), chunk["keys"])

    def _delete(self, id: str) -> None:
        self._chunks.delete_many({"import": id})


def _rows(text: str, keys: Sequence[str] | None = None) -> list[Row]:
    kept = json.loads(text)
    keys = keys or [""] * len(kept)
    return [Row(number, facts, key) for (number, facts), key in zip(kept, keys, strict=True)]


def _listed(row: Row, problem: Problem) -> Document:
    text = problem.text
    return {"row": row.number, "field": problem.field, "en": text.en, "zh": text.zh}


def _chunks(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, size)):
        yield chunk

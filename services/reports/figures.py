"""A month's figures, read from the projections of one generation."""

import time
from collections.abc import Iterable
from typing import Any

from services.reports.projections import STREET
from shared.errors import Text, Unavailable
from shared.messaging.consumer import Cursors
from shared.service import Kit
from shared.storage.mongo import Document

SETTLED_WITHIN_SECONDS = 5.0
LOOK_SECONDS = 0.01

AsOf = dict[str, int]
"""Place in each source's log through which events are in the figures."""


class Figures:
    """Reads one generation, also where a rebuild switches meanwhile."""

    def __init__(self, kit: Kit, generation: int) -> None:
        self._kit = kit
        self._generation = generation

    def as_of(self) -> AsOf:
        """How far each source has been heard: what is read after this holds at least as much."""
        marks = Cursors(self._kit.database, f"projections_{self._generation}").load()
        return {source: mark.through for source, mark in sorted(marks.items())}

    def month(self, month: str, site: str | None) -> dict[str, Any]:
        """A month's sums: of one site, or of the street with each site's own."""
        query: Document = {"month": month} | ({"site": site} if site else {})
        rows = list(self._rows("sums").find(query, {"heard": 0}).sort("site", 1))
        return {
            "totals": self._with_people(month, site or STREET, _sum(r["totals"] for r in rows)),
            "by_theme": _sum_groups(row["by_theme"] for row in rows),
            "by_mode": _sum_groups(row["by_mode"] for row in rows),
            "by_site": {
                row["site"]: self._with_people(month, row["site"], row["totals"]) for row in rows
            },
        }

    def settled(self, month: str, site: str | None) -> tuple[AsOf, dict[str, Any]]:
        """The figures as of exactly these places: read again until nothing moved meanwhile.

        Raises Unavailable where too much happens all the time.
        """
        until = time.monotonic() + SETTLED_WITHIN_SECONDS
        while time.monotonic() < until:
            as_of = self.as_of()
            figures = self.month(month, site)
            if not self._ahead(as_of, month) and self.as_of() == as_of:
                return as_of, figures
            time.sleep(LOOK_SECONDS)
        raise Unavailable(
            Text("Too much happens at this moment; try again.", "此刻更新过于频繁,请稍后重试。"),
            extra={"retry_after": 5},
        )

    def _ahead(self, as_of: AsOf, month: str) -> bool:
        """Whether a document holds more than the places say: the cursor moves after the folds."""
        ahead = [{f"heard.{source}": {"$gt": mark}} for source, mark in as_of.items()]
        query: Document = {"month": month, "$or": ahead}
        return bool(ahead) and any(
            self._rows(name).find_one(query, {"_id": 1}) for name in ("sums", "people")
        )

    def _with_people(self, month: str, site: str, totals: dict[str, int]) -> dict[str, int]:
        people = self._rows("people").count_documents({"month": month, "site": site})
        return totals | {"people": people}

    def _rows(self, name: str) -> Any:
        return self._kit.generations.collection(name, self._generation)


def _sum(rows: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for row in rows:
        for name, value in row.items():
            total[name] = total.get(name, 0) + value
    return dict(sorted(total.items()))


def _sum_groups(rows: Iterable[dict[str, dict[str, int]]]) -> dict[str, dict[str, int]]:
    groups: dict[str, list[dict[str, int]]] = {}
    for row in rows:
        for name, counts in row.items():
            groups.setdefault(name, []).append(counts)
    return {name: _sum(counts) for name, counts in sorted(groups.items())}

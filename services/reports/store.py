"""The reports service's own database: projections read, and published reports."""

from collections.abc import Iterable
from typing import Any

from services.reports.model.report import Report
from services.reports.projections import STREET
from shared.messaging.consumer import Cursors
from shared.service import Kit
from shared.sites import SiteDirectory
from shared.storage.aggregates import Aggregates
from shared.storage.mongo import Document, Index

INDEXES = [
    Index("reports", [("state.month", 1), ("state.site", 1), ("made", 1)]),
    Index("reports", [("made", 1), ("_id", 1)]),
]


class Store:
    """What views of this service work on."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self.reports = Aggregates(kit.database, "reports", Report, kit.clock)
        self.sites = SiteDirectory(kit.generations)

    def figures(self, month: str, site: str | None) -> dict[str, Any]:
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

    def as_of(self) -> dict[str, int]:
        """How far each source has been heard."""
        name = f"projections_{self._kit.generations.live()}"
        marks = Cursors(self._kit.database, name).load()
        return {source: mark.through for source, mark in sorted(marks.items())}

    def last_published(self, month: str, site: str | None) -> str | None:
        """Id of the report that a new one supersedes."""
        found = list(self.reports.find({"month": month, "site": site}, limit=1000))
        return found[-1].id if found else None

    def _with_people(self, month: str, site: str, totals: dict[str, int]) -> dict[str, int]:
        people = self._rows("people").count_documents({"month": month, "site": site})
        return totals | {"people": people}

    def _rows(self, name: str) -> Any:
        return self._kit.generations.collection(name, self._kit.generations.live())


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

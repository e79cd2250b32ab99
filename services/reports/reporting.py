"""Where the rules of reporting and the stations' monthly reports are kept."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from services.reports.model.monthly_report import MonthlyReport
from services.reports.model.reporting import Reporting
from shared.errors import NotFound
from shared.service import Kit
from shared.storage.aggregates import Aggregates, Loaded, Origin, Receipt
from shared.storage.ids import derived_id
from shared.storage.mongo import Document, Index

OF_MONTHLY_REPORTS = "monthly-report"  # what files are for: photographs
RULES = derived_id("rul", "reporting")

INDEXES = [
    Index("monthly_reports", [("state.month", 1), ("state.site", 1)], unique=True),
    Index("monthly_reports", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("monthly_reports", [("made", 1), ("_id", 1)]),
]


class ReportingBooks:
    """Both kinds of aggregates."""

    def __init__(self, kit: Kit) -> None:
        self.monthly = Aggregates(kit.database, "monthly_reports", MonthlyReport, kit.clock)
        self.rules = Aggregates(kit.database, "reporting", Reporting, kit.clock)
        self.aggregates: list[Aggregates[Any]] = [self.monthly, self.rules]
        self.clock = kit.clock
        self._database = kit.database

    def current(self) -> Loaded[Reporting]:
        """The rules; with version 0 where the clock has not begun yet."""
        with suppress(NotFound):
            return self.rules.load(RULES)
        now = self.clock.now()
        return Loaded(RULES, 0, now, Reporting.begin(now), [])

    def begin(self, origin: Origin) -> Receipt:
        """The clock begins; where it has begun already, nothing changes."""
        return self.rules.change(
            RULES, origin, lambda rules, now: [], initial=lambda: Reporting.begin(self.clock.now())
        )

    def absent(self, collection: str, ids: Iterable[str]) -> list[str]:
        """Those of the ids that nothing has been made under, in the same order."""
        wanted = list(ids)
        rows = self._database[collection].find({"_id": {"$in": wanted}}, {"_id": 1})
        there = {row["_id"] for row in rows}
        return [id for id in wanted if id not in there]

    def standing(self, month: str, sites: frozenset[str] | None) -> list[Document]:
        """Of each site that owes a month's report, how it stands, by site; None: of all."""
        query: Document = {"state.month": month}
        if sites is not None:
            query["state.site"] = {"$in": sorted(sites)}
        names = ("site", "status", "deadline", "overdue", "urged", "submitted_at", "submitted")
        fields = {f"state.{name}": 1 for name in names}
        rows = self._database["monthly_reports"].find(query, fields).sort("state.site", 1)
        return [{"id": row["_id"]} | row["state"] for row in rows]

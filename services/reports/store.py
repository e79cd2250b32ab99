"""The reports service's own database: projections read, and published reports."""

from services.reports.figures import Figures
from services.reports.model.report import Report
from shared.service import Kit
from shared.sites import SiteDirectory
from shared.storage.aggregates import Aggregates
from shared.storage.mongo import Index

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

    def figures(self) -> Figures:
        """Of the live generation."""
        return Figures(self._kit, self._kit.generations.live())

    def last_published(self, month: str, site: str | None) -> str | None:
        """Id of the report that a new one supersedes."""
        return self.reports.newest({"month": month, "site": site})

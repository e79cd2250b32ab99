"""What a subscriber begins with: the figures of now, and the places that they are as of."""

from collections.abc import Sequence
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from services.reports.figures import AsOf, at_rest
from services.reports.model.period import SHANGHAI, Period
from shared.errors import NotFound, Text
from shared.service import Kit
from shared.storage.mongo import Document

SHOWN = ("totals", "by_theme", "by_mode", "by_site")


class Snapshots:
    """One for a subscription, taken once."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._rows = kit.database["snapshots"]

    def take(self, id: str, sites: Sequence[str], now: datetime) -> AsOf:
        """Of the month and the year, for each of the sites or for the street; as of which places.
        Taken before: that one's. Raises Unavailable where too much happens all the time."""
        found = self._rows.find_one({"_id": id}, {"as_of": 1})
        if found:
            return dict(found["as_of"])
        head = self._kit.log.head()
        today = now.astimezone(SHANGHAI)
        places: list[str | None] = [*sites] or [None]
        year, month = Period(f"{today:%Y}"), Period(f"{today:%Y-%m}")
        with at_rest(self._kit, year) as (as_of, figures):
            rows = [
                {"period": period.code, "site": site} | {name: sums[name] for name in SHOWN}
                for site in places
                for period in (month, year)
                for sums in [figures.of(period, site)]
            ]
        taken = {"as_of": as_of | {"reports": head}, "taken_at": now, "figures": rows}
        try:
            self._rows.insert_one({"_id": id, **taken})
        except DuplicateKeyError:  # the same request, at the same moment
            return self.take(id, sites, now)
        return dict(as_of | {"reports": head})

    def read(self, id: str) -> Document:
        """Raises NotFound."""
        found = self._rows.find_one({"_id": id})
        if not found:
            raise NotFound(Text("It did not begin with a snapshot.", "该订阅不是从快照开始的。"))
        return found

"""Reading what the public may know: as a list, and as entries of a calendar."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from services.events.model.site import Site
from services.events.projections import PROGRAMME
from services.events.store import Store, site_id
from shared.contracts.vocabulary import LABELS, ActivityKind, Theme
from shared.errors import NotFound
from shared.storage.mongo import Document
from shared.web.icalendar_feed import Entry, Standing

MOST = 1000  # activities and programmes in one answer
KEPT_AFTER = timedelta(days=31)  # what is over stays in a calendar so long
UID_DOMAIN = "activities.shijian"


class Listings:
    """The live generation of the projection `listing`."""

    def __init__(self, store: Store, rows: Any) -> None:
        self._store = store
        self._rows = rows
        self._sites: dict[str, Site | None] = {}

    def coming(self, wanted: Document, now: datetime) -> list[Document]:
        """What is not over, with their sessions to come; no cancelled ones."""
        found = []
        for row in self._find(wanted | {"cancelled": False}, now):
            sessions = [
                {"session": code, "starts_at": s["starts_at"], "ends_at": s["ends_at"]}
                | {"place": self._place(row["site"], s)}
                for code, s in row["sessions"].items()
                if not s["cancelled"] and s["ends_at"] > now
            ]
            if sessions:
                facts = ("site", "title", "theme", "kind", "series", "audience", "capacity")
                shown = {"activity": row["_id"]} | {name: row[name] for name in facts}
                found.append(shown | {"sessions": sessions})
        return found

    def entries(self, wanted: Document, now: datetime) -> Iterator[Entry]:
        """One for each session; of the last month too, and the cancelled ones."""
        for row in self._find(wanted, now - KEPT_AFTER):
            for code, session in row["sessions"].items():
                cancelled = row["cancelled"] or session["cancelled"]
                yield Entry(
                    uid=f"{row['_id']}-{code}@{UID_DOMAIN}",
                    sequence=row["revision"],
                    changed_at=row["changed_at"],
                    starts_at=session["starts_at"],
                    ends_at=session["ends_at"],
                    title=row["title"],
                    place=self._place(row["site"], session),
                    categories=(
                        LABELS[Theme(row["theme"])][1],
                        _kind(row["kind"]),
                    ),
                    standing=Standing.CANCELLED if cancelled else Standing.CONFIRMED,
                )

    def _find(self, wanted: Document, after: datetime) -> Iterator[Document]:
        query = {"public": True, "ends_at": {"$gt": after}} | wanted
        yield from self._rows.find(query).sort([("ends_at", 1), ("_id", 1)]).limit(MOST)

    def _place(self, code: str, session: Document) -> str:
        """Site, its address, and the room once it is theirs."""
        if code not in self._sites:
            try:
                self._sites[code] = self._store.sites.load(site_id(code)).state
            except NotFound:
                self._sites[code] = None
        site = self._sites[code]
        if site is None:
            return code
        room = site.rooms.get(session["room"]) if session["has_room"] else None
        parts = (site.title, site.address, room.title if room else "")
        return " ".join(part for part in parts if part)


def _kind(kind: str) -> str:
    """As a calendar's category."""
    return "培训课程" if kind == PROGRAMME else LABELS[ActivityKind(kind)][1]

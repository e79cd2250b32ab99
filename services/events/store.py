"""The events service's own database: its aggregates, and their indexes."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import TypeAdapter

from services.events import selections
from services.events.model.activity import Activity
from services.events.model.archive import Archive
from services.events.model.drive import Drive
from services.events.model.feedback import Feedback
from services.events.model.plan import Drafting, Plan
from services.events.model.programme import Programme
from services.events.model.registration import LIVE
from services.events.model.room_calendar import RoomCalendar
from services.events.model.series import Series
from services.events.model.site import Site, SiteStatus
from services.events.selections import Selections
from services.events.tickets import Tickets
from shared.errors import NotFound, ShijianError, invalid
from shared.service import Kit
from shared.storage import files
from shared.storage.aggregates import Aggregates
from shared.storage.ids import derived_id
from shared.storage.mongo import Db, Index, Migration

OF_ACTIVITIES = "activity"  # what files are for: scans, photographs, papers of an activity
KNOWN_SECONDS = 1.0  # how long an open site is taken to be open without looking again

INDEXES = [
    Index("sites", [("made", 1), ("_id", 1)]),
    Index("series", [("made", 1), ("_id", 1)]),
    Index("activities", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("activities", [("made", 1), ("_id", 1)]),
    Index("feedback", [("state.activity", 1), ("made", 1), ("_id", 1)]),
    Index("plans", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("plans", [("state.year", 1), ("made", 1), ("_id", 1)]),
    Index("drives", [("made", 1), ("_id", 1)]),
    Index("programmes", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("programmes", [("made", 1), ("_id", 1)]),
    *selections.INDEXES,
    *files.INDEXES,
]


def _count_seats(database: Db) -> None:
    """Activities stored before their seats were counted up: registrations become texts."""
    kind = TypeAdapter(Activity)
    rows = database["activities"]
    for row in rows.find({"state.taken": {"$exists": False}}, {"state": 1, "version": 1}):
        activity: Activity = kind.validate_python(row["state"])
        for id, held in activity.registrations.items():
            if held.status in LIVE:
                activity.enter(id, held)
        query = {"_id": row["_id"], "version": row["version"]}
        rows.update_one(query, {"$set": {"state": kind.dump_python(activity)}})


MIGRATIONS = [Migration("2026-11-24-activities-count-seats", _count_seats)]


class Store:
    """What views of this service work on."""

    def __init__(self, kit: Kit) -> None:
        self.sites = Aggregates(kit.database, "sites", Site, kit.clock)
        self.series = Aggregates(kit.database, "series", Series, kit.clock)
        self.activities = Aggregates(kit.database, "activities", Activity, kit.clock)
        self.rooms = Aggregates(kit.database, "rooms", RoomCalendar, kit.clock)
        self.draftings = Aggregates(kit.database, "draftings", Drafting, kit.clock)
        self.plans = Aggregates(kit.database, "plans", Plan, kit.clock)
        self.archives = Aggregates(kit.database, "archives", Archive, kit.clock)
        self.feedback = Aggregates(kit.database, "feedback", Feedback, kit.clock)
        self.tickets = Tickets(kit.database, kit.vault)
        self.drives = Aggregates(kit.database, "drives", Drive, kit.clock)
        self.programmes = Aggregates(kit.database, "programmes", Programme, kit.clock)
        self.selections = Selections(kit)
        self.files = files.Files(kit.database, kit.clock)
        self._generations = kit.generations
        self._open: dict[str, float] = {}  # code: until when it is taken to be open

    def require_open(self, code: str) -> None:
        """Raises Unprocessable naming the field for a site that is unknown or closed."""
        if self._open.get(code, 0) > time.monotonic():
            return
        try:
            site = self.sites.load(site_id(code)).state
        except NotFound:
            raise invalid(
                "site",
                f"there is no site {code}; GET /v1/sites lists them",
                f"没有站点 {code};可查询 GET /v1/sites",
            ) from None
        if site.status is SiteStatus.CLOSED:
            raise invalid("site", f"the site {code} is closed", f"站点 {code} 已关闭")
        self._open[code] = time.monotonic() + KNOWN_SECONDS

    def site(self, code: str) -> Site:
        """As it is now. Raises NotFound."""
        return self.sites.load(site_id(code)).state

    def require_rooms(self, site: str, rooms: Iterable[str]) -> None:
        """Raises Unprocessable for one that can't be used. Who is first to have it, its calendar
        decides."""
        for room in set(rooms):
            try:
                self.site(site).open_room(room)
            except ShijianError as error:
                raise invalid("room", *error.detail) from None

    def plan(self, id: str) -> Plan:
        """Raises Unprocessable naming the field."""
        try:
            return self.plans.load(id).state
        except NotFound:
            raise invalid("plan", f"there is no plan {id}", f"没有计划 {id}") from None

    def listing_rows(self) -> Any:
        """What the public may know of activities: the live generation of that projection."""
        return self._generations.collection("listing", self._generations.live())

    def require_series(self, code: str) -> None:
        """Raises Unprocessable naming the field."""
        try:
            self.series.load(series_id(code))
        except NotFound:
            raise invalid(
                "series",
                f"there is no series {code}; GET /v1/series lists them",
                f"没有系列 {code};可查询 GET /v1/series",
            ) from None

    def claim(self, ids: Sequence[str], site: str, purpose: str, field: str) -> None:
        """Something names these files now. Raises Unprocessable naming the field."""
        for number, id in enumerate(ids):
            self.files.claim(id, site, purpose, f"{field}.{number}")


def site_id(code: str) -> str:
    """A code is given once."""
    return derived_id("sit", code)


def series_id(code: str) -> str:
    """A code is given once."""
    return derived_id("ser", code)


def plan_id(site: str, year: int) -> str:
    """A site has one plan a year."""
    return derived_id("pln", site, str(year))


def room_id(site: str, code: str) -> str:
    """Of a room's calendar."""
    return derived_id("rom", site, code)

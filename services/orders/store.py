"""The orders service's own database: its aggregates, their indexes, and what it looks up."""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from services.orders import reported
from services.orders.model.commands import PlaceOrder
from services.orders.model.menu_item import MenuItem, MenuItemStatus
from services.orders.model.order import Order
from services.orders.model.question import Question, WorkingTime
from services.orders.model.snapshot import Snapshot
from services.orders.model.survey import Offer, Survey, SurveyAnswer
from services.orders.model.wish import Wish
from services.orders.working_time import OfficeHours
from shared.contracts.base import Event
from shared.errors import NotFound, Unprocessable, invalid
from shared.service import Kit
from shared.sites import SiteDirectory
from shared.storage import files
from shared.storage.aggregates import Aggregates, Origin, Receipt
from shared.storage.mongo import Document, Index

MENU_SECONDS = 1.0  # how long another process's withdrawal of an item may go unseen

MENU_LIMIT = 5000  # items that a comparison with the menu looks at

INDEXES = [
    Index("orders", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("orders", [("made", 1), ("_id", 1)]),
    Index("menu_items", [("made", 1), ("_id", 1)]),
    *files.INDEXES,
    *reported.INDEXES,
    *(
        Index(name, keys)
        for name in ("wishes", "questions", "snapshots")
        for keys in (
            [("state.site", 1), ("state.status", 1), ("made", 1), ("_id", 1)],
            [("made", 1), ("_id", 1)],
        )
    ),
    Index("snapshots", [("state.order", 1), ("made", -1), ("_id", -1)]),
    Index("surveys", [("made", 1), ("_id", 1)]),
    Index("survey_answers", [("state.survey", 1), ("state.site", 1), ("made", 1), ("_id", 1)]),
]


class Store:
    """What views, reactions and clocks of this service work on."""

    def __init__(self, kit: Kit) -> None:
        self.orders = Aggregates(kit.database, "orders", Order, kit.clock)
        self.menu_items = Aggregates(kit.database, "menu_items", MenuItem, kit.clock)
        self.files = files.Files(kit.database, kit.clock)
        self.wishes = Aggregates(kit.database, "wishes", Wish, kit.clock)
        self.questions = Aggregates(kit.database, "questions", Question, kit.clock)
        self.snapshots = Aggregates(kit.database, "snapshots", Snapshot, kit.clock)
        self.surveys = Aggregates(kit.database, "surveys", Survey, kit.clock)
        self.survey_answers = Aggregates(kit.database, "survey_answers", SurveyAnswer, kit.clock)
        self.working_time: WorkingTime = OfficeHours()
        self.reported = reported.Reported(kit.database)
        self._answers = kit.database["survey_answers"]
        self.sites = SiteDirectory(kit.generations)
        self._menu: dict[str, tuple[float, MenuItem]] = {}  # id: until when it is fresh, item

    def menu_item(self, id: str) -> MenuItem:
        """The item for an order. Raises Unprocessable naming the field."""
        until, item = self._menu.get(id, (0.0, None))
        if item is None or until < time.monotonic():
            try:
                item = self.menu_items.load(id).state
            except NotFound:
                raise unknown_item(id) from None
            self._menu[id] = (time.monotonic() + MENU_SECONDS, item)
        return item

    def place_order(self, id: str, command: PlaceOrder, client: str, origin: Origin) -> Receipt:
        """点单, under an id of the caller's: the same id and origin again place nothing more."""

        def build(now: datetime) -> tuple[Order, list[Event]]:
            self.sites.require_open(command.site)
            return Order.place(id, command, self.menu_item(command.item), client, now)

        return self.orders.make(id, origin, build)

    def snapshot_of(self, order: str) -> str | None:
        """Id of the snapshot that became this order."""
        return self.snapshots.newest({"order": order})

    def claim_files(self, files: Iterable[str], site: str, purpose: str, field: str) -> None:
        """Those that were uploaded are named by something now. Raises Unprocessable for one that
        is not of this site and purpose; addresses elsewhere are taken as they are."""
        for file in files:
            if not file.startswith("https:"):
                self.files.claim(file, site, purpose, field)

    def offers(self) -> list[Offer]:
        """The published menu."""
        published = self.menu_items.find({"status": MenuItemStatus.PUBLISHED}, limit=MENU_LIMIT)
        return [
            Offer(
                item=each.id,
                title=each.state.title,
                theme=each.state.theme,
                sites=frozenset(each.state.sites),
            )
            for each in published
        ]

    def voices(self, survey: str, criteria: Document) -> dict[tuple[str, str], int]:
        """How many voices ask for each option at each site: (site, option)."""
        match = {"state.survey": survey} | {f"state.{key}": each for key, each in criteria.items()}
        rows = self._answers.aggregate(
            [
                {"$match": match},
                {"$unwind": "$state.wants"},
                {
                    "$group": {
                        "_id": {"site": "$state.site", "option": "$state.wants"},
                        "voices": {"$sum": "$state.voices"},
                    }
                },
            ]
        )
        return {(row["_id"]["site"], row["_id"]["option"]): row["voices"] for row in rows}

    def find_menu_item(self, id: str) -> MenuItem | None:
        """None where there is none."""
        with suppress(Unprocessable):
            return self.menu_item(id)
        return None

    def forget_menu_item(self, id: str) -> None:
        """It has changed."""
        self._menu.pop(id, None)


def unknown_item(id: str) -> Unprocessable:
    return invalid(
        "item",
        f"there is no menu item {id}; GET /v1/menu-items lists them",
        f"没有服务项目 {id};可查询 GET /v1/menu-items",
    )

"""The orders service's own database: its aggregates, their indexes, and what it looks up."""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Generic, TypeVar

from services.orders import care, reported
from services.orders.model.commands import PlaceOrder, Reasoned
from services.orders.model.menu_item import MenuItem, MenuItemStatus
from services.orders.model.moves import OrderStatus
from services.orders.model.order import Order
from services.orders.model.question import Question, WorkingTime
from services.orders.model.quota import QuotaBook, period_of
from services.orders.model.rules import Merged, Rules, keys_for, merged
from services.orders.model.snapshot import Snapshot
from services.orders.model.survey import Offer, Survey, SurveyAnswer
from services.orders.model.template import Template
from services.orders.model.wish import Wish
from services.orders.volunteer_directory import VolunteerDirectory
from services.orders.working_time import OfficeHours
from shared.contracts.base import Event
from shared.errors import NotFound, Unprocessable, invalid
from shared.service import Kit
from shared.sites import SiteDirectory
from shared.storage import files, vault
from shared.storage.aggregates import Aggregates, Loaded, Origin, Receipt
from shared.storage.ids import derived_id
from shared.storage.mongo import Document, Index

T = TypeVar("T")
R = TypeVar("R", bound=Reasoned)

KNOWN_SECONDS = 1.0  # how long another process's change of an item or a rule may go unseen
MOST_KNOWN = 5000  # items, or rules, that are remembered at once

MOST_OF_ONE = 1000  # orders of one person that are looked at
UNBEGUN = (OrderStatus.OPEN, OrderStatus.DISPATCHED, OrderStatus.ASSIGNED)
MENU_LIMIT = 5000  # items that a comparison with the menu looks at

INDEXES = [
    Index("orders", [("state.site", 1), ("made", 1), ("_id", 1)]),
    Index("orders", [("made", 1), ("_id", 1)]),
    Index("orders", [("state.resident", 1), ("state.item", 1), ("state.starts_at", 1)]),
    Index("orders", [("state.site", 1)], where={"due": {"$exists": True}}),
    *(
        Index(
            "orders",
            [(f"state.{name}", 1), ("made", 1)],
            where={f"state.{name}.0": {"$exists": True}},
        )
        for name in ("ever_asked", "serving")
    ),
    Index("orders", [("state.department", 1)], where={"state.department": {"$type": "string"}}),
    Index("orders", [("state.recipient", 1)], where={"state.recipient": {"$gt": ""}}),
    Index("menu_items", [("made", 1), ("_id", 1)]),
    Index("rules", [("state.key", 1)]),
    Index("templates", [("made", 1), ("_id", 1)]),
    *files.INDEXES,
    *vault.INDEXES,
    *care.INDEXES,
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


class Remembered(Generic[T]):
    """What was looked up less than a second ago."""

    def __init__(self, look_up: Callable[[str], T]) -> None:
        self._look_up = look_up
        self._known: dict[str, tuple[float, T]] = {}  # key: until when it is fresh

    def get(self, key: str) -> T:
        until, value = self._known.get(key, (0.0, None))
        if value is None or until < time.monotonic():
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            value = self._look_up(key)
            self._known[key] = (time.monotonic() + KNOWN_SECONDS, value)
        return value

    def forget(self, key: str = "") -> None:
        """It has changed; without a key, all may have."""
        self._known.pop(key, None) if key else self._known.clear()


class Store:
    """What views, reactions and clocks of this service work on."""

    def __init__(self, kit: Kit) -> None:
        self.orders = Aggregates(kit.database, "orders", Order, kit.clock)
        self.menu_items = Aggregates(kit.database, "menu_items", MenuItem, kit.clock)
        self.rules = Aggregates(kit.database, "rules", Rules, kit.clock)
        self.templates = Aggregates(kit.database, "templates", Template, kit.clock)
        self.quotas = Aggregates(kit.database, "quotas", QuotaBook, kit.clock)
        self.files = files.Files(kit.database, kit.clock)
        self.wishes = Aggregates(kit.database, "wishes", Wish, kit.clock)
        self.questions = Aggregates(kit.database, "questions", Question, kit.clock)
        self.snapshots = Aggregates(kit.database, "snapshots", Snapshot, kit.clock)
        self.surveys = Aggregates(kit.database, "surveys", Survey, kit.clock)
        self.survey_answers = Aggregates(kit.database, "survey_answers", SurveyAnswer, kit.clock)
        self.working_time: WorkingTime = OfficeHours()
        self.care = care.Care(kit)
        self.reported = reported.Reported(kit.database)
        self._answers = kit.database["survey_answers"]
        self.sites = SiteDirectory(kit.generations)
        self._menu = Remembered(self._find_item)
        self._merged = Remembered(self._find_rules)
        self.volunteers = VolunteerDirectory(kit.database, kit.generations)

    def menu_item(self, id: str) -> MenuItem:
        """The item for an order. Raises Unprocessable naming the field."""
        return self._menu.get(id)

    def place_order(self, id: str, command: PlaceOrder, client: str, origin: Origin) -> Receipt:
        """点单, under an id of the caller's: the same id and origin again place nothing more."""

        def build(now: datetime) -> tuple[Order, list[Event]]:
            self.sites.require_open(command.site)
            item = self.menu_item(command.item)
            limits = self.rules_for(command.site, command.item).limits
            order, events = Order.place(id, command, item, client, now, limits)
            # Only what is in order takes files, and a place in the quota.
            purpose = "private-order" if command.private else "order"
            self.claim_files(command.attachments, command.site, purpose, "attachments")
            order.quota = self._enter_quota(id, command, item, origin)
            return order, events

        return self.orders.make(id, origin, build)

    def orders_for(self, recipient: str) -> list[str]:
        """Ids of what was ordered for a recipient."""
        return [each.id for each in self.orders.find({"recipient": recipient}, limit=MOST_OF_ONE)]

    def open_orders_of(self, person: str) -> list[Loaded[Order]]:
        """Vetted, and not begun yet."""
        criteria: Document = {"resident": person, "status": {"$in": list(UNBEGUN)}}
        return list(self.orders.find(criteria, limit=MOST_OF_ONE))

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
        self._menu.forget(id)

    def _find_item(self, id: str) -> MenuItem:
        try:
            return self.menu_items.load(id).state
        except NotFound:
            raise unknown_item(id) from None

    def rules_for(self, site: str, item: str) -> Merged:
        """What holds for an item at a site."""
        return self._merged.get(f"{site}/{item}")

    def forget_rules(self) -> None:
        """Some have changed."""
        self._merged.forget()

    def _find_rules(self, key: str) -> Merged:
        site, item = key.split("/")
        found = self.rules.find({"key": {"$in": keys_for(site, item)}})
        return merged((each.state for each in found), site, item)

    def _enter_quota(
        self, id: str, command: PlaceOrder, item: MenuItem, origin: Origin
    ) -> str | None:
        """Enter an order in the book of its period, where the item has a quota: id of the book.
        Raises Unprocessable where it is full. Before the order itself is written: what then fails
        holds its place until it is sent again, or the period is over."""
        quota = item.quota
        if quota is None:
            return None
        period = period_of(quota.per, command.starts_at)
        book = derived_id("quo", command.item, command.site, period)
        self.quotas.change(
            book,
            Origin(client=origin.client, command="quotas.take", correlation=origin.correlation),
            lambda each, now: each.take(id, quota),
            initial=lambda: QuotaBook(command.item, command.site, period),
        )
        return book

    def live_orders(self, criteria: Document, volunteer: str | None, limit: int) -> list[Order]:
        """Orders that wait for something, the oldest first; of a volunteer those that ask for them
        or that they serve."""
        if volunteer is None:
            return [each.state for each in self.orders.find(criteria, limit=limit, live=True)]
        found = {
            each.id: each.state
            for name in ("ever_asked", "serving")
            for each in self.orders.find(
                criteria | {name: volunteer, f"{name}.0": {"$exists": True}}, limit=limit, live=True
            )
        }
        return list(found.values())

    def in_words(self, command: R, move: str) -> R:
        """The command with the words of its template as its reason. Raises Unprocessable."""
        if command.template is None:
            return command
        try:
            template = self.templates.load(command.template).state
        except NotFound:
            raise invalid(
                "template", "there is none; GET /v1/templates lists them", "没有该模板"
            ) from None
        return command.model_copy(update={"reason": template.words_for(move)})


def unknown_item(id: str) -> Unprocessable:
    return invalid(
        "item",
        f"there is no menu item {id}; GET /v1/menu-items lists them",
        f"没有服务项目 {id};可查询 GET /v1/menu-items",
    )

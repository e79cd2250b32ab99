"""A menu item (菜单, 服务项目): what can be ordered, in editions."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from services.orders.model.commands import (
    AnswerCoOrganising,
    ChangeMenuItem,
    HandOut,
    MenuItemFacts,
    PlaceOrder,
    PublishMenuItem,
    Quota,
    Season,
    StockMaterial,
)
from services.orders.model.questions import check_answers, check_questions
from shared import working_days
from shared.contracts import orders as told
from shared.contracts.base import Event
from shared.contracts.orders import ItemKind
from shared.contracts.vocabulary import Department, Mode, Theme
from shared.errors import Conflict, Text, invalid

E = TypeVar("E", bound=told.MenuItemEvent)

MOST_EDITIONS = 200


class MenuItemStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


MOVES: dict[MenuItemStatus, tuple[str, ...]] = {
    MenuItemStatus.DRAFT: ("change", "publish", "withdraw", "co-organise", "stock"),
    MenuItemStatus.PUBLISHED: ("change", "withdraw", "co-organise", "stock", "hand-out"),
    MenuItemStatus.WITHDRAWN: ("change", "publish", "stock", "hand-out"),
}
"""What each status allows."""


@dataclass(kw_only=True)
class ItemFacts:
    """What is said of a service: one edition of it."""

    title: str
    theme: Theme
    modes: list[Mode]
    hands: int  # volunteers; 0: the provider serves it itself
    minutes: int
    sites: list[str]  # empty: every site
    kind: ItemKind = ItemKind.HELP
    description: str | None = None
    audience: str | None = None
    provider: Department | None = None
    co_organisers: list[Department] = field(default_factory=list)
    skills: list[str] = field(default_factory=list)
    qualifications: list[str] = field(default_factory=list)
    lead_days: int = 0  # working days
    quota: Quota | None = None
    questions: dict[str, Any] | None = None
    season: Season | None = None
    seats: int = 1
    file: str | None = None
    project: str | None = None
    post: str | None = None


FACTS = tuple(each.name for each in fields(ItemFacts))


@dataclass(kw_only=True)
class MenuItem(ItemFacts):
    """A service on the menu, as it is now, with its earlier editions."""

    status: MenuItemStatus
    edition: int = 1
    earlier: dict[str, ItemFacts] = field(default_factory=dict)  # by number of the edition
    co_answers: dict[Department, bool] = field(default_factory=dict)  # of the present edition
    stock: int = 0  # copies of a material
    handed_out: int = 0

    @classmethod
    def publish(cls, id: str, command: PublishMenuItem) -> tuple["MenuItem", list[Event]]:
        """On the menu from now on, or a draft."""
        _check(command)
        status = MenuItemStatus.DRAFT if command.draft else MenuItemStatus.PUBLISHED
        item = cls(status=status, **_facts(command))
        return item, [] if command.draft else [item._tell(told.MenuItemPublished, id)]

    def publish_again(self, id: str, now: datetime) -> Sequence[Event]:
        """What was drafted, or withdrawn, is on the menu."""
        self._require("publish")
        self.status = MenuItemStatus.PUBLISHED
        return [self._tell(told.MenuItemPublished, id)]

    def change(self, id: str, command: ChangeMenuItem, now: datetime) -> Sequence[Event]:
        """Another edition; of a draft the same one. Departments that stay keep their answer."""
        self._require("change")
        _check(command)
        new = _facts(command)
        if new == self.facts():
            return []
        if self.status is not MenuItemStatus.DRAFT:
            if self.edition >= MOST_EDITIONS:
                raise self._refused(
                    f"An item has at most {MOST_EDITIONS} editions; publish another one.",
                    f"每个服务项目最多 {MOST_EDITIONS} 个版本,请另行发布。",
                )
            self.earlier[str(self.edition)] = ItemFacts(**self.facts())
            self.edition += 1
        for name, value in new.items():
            setattr(self, name, value)
        self.co_answers = {d: a for d, a in self.co_answers.items() if d in self.co_organisers}
        if self.status is MenuItemStatus.PUBLISHED:
            return [self._tell(told.MenuItemChanged, id)]
        return []

    def withdraw(self, id: str, now: datetime) -> Sequence[Event]:
        """Off the menu; orders placed before go on."""
        self._require("withdraw")
        was, self.status = self.status, MenuItemStatus.WITHDRAWN
        return [] if was is MenuItemStatus.DRAFT else [told.MenuItemWithdrawn(item=id)]

    def answer(self, id: str, command: AnswerCoOrganising, now: datetime) -> Sequence[Event]:
        """A co-organising department accepts or declines; it may think again."""
        self._require("co-organise")
        if command.department not in self.co_organisers:
            raise invalid("department", "was not asked to co-organise", "该部门不是协办部门")
        if self.co_answers.get(command.department) is command.accepted:
            return []
        self.co_answers[command.department] = command.accepted
        return [
            told.MenuItemCoOrganised(
                item=id, department=command.department, accepted=command.accepted
            )
        ]

    # ---- 资料: copies of a material ----

    def stock_up(self, id: str, command: StockMaterial, now: datetime) -> Sequence[Event]:
        """More copies, or fewer."""
        self._require("stock")
        self._require_material("difference")
        if self.stock + command.difference < 0:
            raise invalid("difference", f"there are {self.stock} copies", f"库存为 {self.stock} 份")
        if not command.difference:
            return []
        self.stock += command.difference
        return [told.MaterialStocked(item=id, difference=command.difference, stock=self.stock)]

    def hand_out(self, id: str, command: HandOut, now: datetime) -> Sequence[Event]:
        """Copies given to people without an order."""
        self._require("hand-out")
        self._require_material("copies")
        if command.copies > self.stock:
            raise invalid("copies", f"there are {self.stock} copies", f"库存为 {self.stock} 份")
        return self._gave(id, command.site, command.copies, None)

    def handed_out_by_order(self, id: str, site: str, copies: int, order: str) -> Sequence[Event]:
        """Copies given with an order, which has happened: the stock may have been counted wrong."""
        return self._gave(id, site, copies, order) if copies else []

    def _gave(self, id: str, site: str, copies: int, order: str | None) -> Sequence[Event]:
        self.stock = max(0, self.stock - copies)
        self.handed_out += copies
        return [
            told.MaterialHandedOut(item=id, site=site, copies=copies, stock=self.stock, order=order)
        ]

    # ---- what an order asks ----

    def offered_at(self, site: str) -> bool:
        """Whether it can be ordered at this site."""
        return self.status is MenuItemStatus.PUBLISHED and (not self.sites or site in self.sites)

    def require_offered(self, command: PlaceOrder, now: datetime) -> None:
        """Raises Unprocessable naming the field that does not fit what is offered."""
        if not self.offered_at(command.site):
            raise invalid(
                "item",
                f"this service is not offered at {command.site}; GET /v1/menu-items lists what is",
                f"站点 {command.site} 不提供该服务;可查询 GET /v1/menu-items",
            )
        if self.hands == 0 and command.hands:
            raise invalid("hands", "no volunteers are needed", "该服务不需要志愿者")
        if self.season and not self.season.holds(day_of(command.starts_at)[5:]):
            season = f"{self.season.first} – {self.season.last}"
            raise invalid("starts_at", f"offered from {season}", f"仅在 {season} 提供")
        earliest = working_days.after(now, self.lead_days)
        if self.lead_days and command.starts_at < earliest:
            raise invalid(
                "starts_at",
                f"should be {self.lead_days} working days ahead: from {earliest:%Y-%m-%dT%H:%MZ}",
                f"须提前 {self.lead_days} 个工作日预约",
            )
        if command.copies and self.kind is not ItemKind.MATERIAL:
            raise invalid("copies", "only of a material", "仅资料类项目可填写份数")
        if self.copies_for(command) > self.stock:
            raise invalid("copies", f"there are {self.stock} copies", f"库存为 {self.stock} 份")
        check_answers(self.questions, command.answers)

    def copies_for(self, command: PlaceOrder) -> int:
        """Of a material at least one."""
        return (command.copies or 1) if self.kind is ItemKind.MATERIAL else 0

    # ---- inside ----

    def facts(self) -> dict[str, Any]:
        """The present edition."""
        return {name: getattr(self, name) for name in FACTS}

    def _require_material(self, name: str) -> None:
        if self.kind is not ItemKind.MATERIAL:
            raise invalid(name, "only a material has copies", "仅资料类项目有库存")

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self._refused(
                f"An item that is {self.status} can't be moved by {move}.",
                f"服务项目状态为 {self.status},不能执行 {move}。",
            )

    def _refused(self, en: str, zh: str) -> Conflict:
        return Conflict(
            Text(en, zh), extra={"state": self.status, "allowed": list(MOVES[self.status])}
        )

    def _tell(self, event: type[E], id: str) -> E:
        return event(
            item=id,
            title=self.title,
            theme=self.theme,
            modes=self.modes,
            hands=self.hands,
            minutes=self.minutes,
            sites=self.sites,
            kind=self.kind,
            edition=self.edition,
            provider=self.provider,
            co_organisers=self.co_organisers,
        )


def day_of(moment: datetime) -> str:
    """The day in Shanghai, `2026-10-09`."""
    return moment.astimezone(working_days.SHANGHAI).date().isoformat()


def _facts(command: MenuItemFacts) -> dict[str, Any]:
    return {name: getattr(command, name) for name in FACTS}


def _check(command: MenuItemFacts) -> None:
    if command.questions is not None:
        check_questions(command.questions)
    if command.file and command.kind is not ItemKind.MATERIAL:
        raise invalid("file", "only a material has a file", "仅资料类项目可附文件")
    if command.hands == 0 and command.kind not in (
        ItemKind.MATERIAL,
        ItemKind.DEPARTMENT_SERVICE,
    ):
        raise invalid("hands", "should be at least 1", "应不小于 1")

"""What is told of the menu (菜单)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Event, Id, SiteCode
from shared.contracts.vocabulary import Department, Mode, Theme


class ItemKind(StrEnum):
    """What is ordered."""

    LECTURE = "lecture"  # 宣讲
    HELP = "help"  # 帮办
    HOME_VISIT = "home-visit"  # 上门
    MATERIAL = "material"  # 资料: a booklet, a file
    DEPARTMENT_SERVICE = "department-service"  # 部门服务


class MenuItemEvent(Event):
    """What is told whenever the facts of an item are."""

    item: Id
    title: str
    theme: Theme
    modes: list[Mode]
    hands: int
    minutes: int
    sites: Annotated[list[SiteCode], Field(description="Empty: all")]
    kind: ItemKind = ItemKind.HELP
    edition: Annotated[int, Field(description="Orders name the edition they were placed by")] = 1
    provider: Department | None = None
    co_organisers: list[Department] = []


class MenuItemPublished(MenuItemEvent, name="orders.menu-item.published", version=1):
    """A service can be ordered from now on."""


class MenuItemChanged(MenuItemEvent, name="orders.menu-item.changed", version=1):
    """A service has another edition; orders placed before keep theirs."""


class MenuItemWithdrawn(Event, name="orders.menu-item.withdrawn", version=1):
    """A service can no longer be ordered; orders placed before go on."""

    item: Id


class MenuItemCoOrganised(Event, name="orders.menu-item.co-organised", version=1):
    """A department that was asked to help in organising it has answered."""

    item: Id
    department: Department
    accepted: bool


class MaterialHandedOut(Event, name="orders.material.handed-out", version=1):
    """Copies of a material were given to people."""

    item: Id
    site: SiteCode
    copies: int
    stock: Annotated[int, Field(description="Left, of all sites")]
    order: Id | None = None


class MaterialStocked(Event, name="orders.material.stocked", version=1):
    """Copies came in, or were counted: how many there are more, or fewer."""

    item: Id
    difference: int
    stock: int

"""A menu item (菜单, 服务项目): what can be ordered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.orders.model.commands import PublishMenuItem
from shared.contracts.base import Event
from shared.contracts.orders import MenuItemPublished, MenuItemWithdrawn
from shared.contracts.vocabulary import Mode, Theme
from shared.errors import Conflict, Text


class MenuItemStatus(StrEnum):
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass
class MenuItem:
    """A service on the menu."""

    status: MenuItemStatus
    title: str
    theme: Theme
    modes: list[Mode]
    hands: int
    minutes: int
    sites: list[str]  # empty: every site

    @classmethod
    def publish(cls, id: str, command: PublishMenuItem) -> tuple["MenuItem", list[Event]]:
        """On the menu from now on."""
        item = cls(status=MenuItemStatus.PUBLISHED, **command.model_dump())
        return item, [MenuItemPublished(item=id, **command.model_dump())]

    def withdraw(self, id: str, now: datetime) -> Sequence[Event]:
        """Off the menu; orders placed before go on."""
        if self.status is MenuItemStatus.WITHDRAWN:
            raise Conflict(
                Text("It is withdrawn already.", "该服务项目已下架。"), extra={"allowed": []}
            )
        self.status = MenuItemStatus.WITHDRAWN
        return [MenuItemWithdrawn(item=id)]

    def offered_at(self, site: str) -> bool:
        """Whether it can be ordered at this site."""
        return self.status is MenuItemStatus.PUBLISHED and (not self.sites or site in self.sites)

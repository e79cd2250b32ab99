"""What is told of the menu (菜单)."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Event, Id, SiteCode
from shared.contracts.vocabulary import Mode, Theme


class MenuItemPublished(Event, name="orders.menu-item.published", version=1):
    """A service can be ordered from now on."""

    item: Id
    title: str
    theme: Theme
    modes: list[Mode]
    hands: int
    minutes: int
    sites: Annotated[list[SiteCode], Field(description="Empty: all")]


class MenuItemWithdrawn(Event, name="orders.menu-item.withdrawn", version=1):
    """A service can no longer be ordered; orders placed before go on."""

    item: Id

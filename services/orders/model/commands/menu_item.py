"""What can be asked about the menu (菜单)."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Command, Line, Minutes, SiteCode
from shared.contracts.vocabulary import Mode, Theme

Modes = Annotated[list[Mode], Field(min_length=1, max_length=6)]


class PublishMenuItem(Command):
    """Put a service on the menu."""

    title: Line
    theme: Theme
    modes: Modes
    hands: Annotated[int, Field(ge=1, le=50, description="Volunteers needed")] = 1
    minutes: Minutes = 60
    sites: Annotated[list[SiteCode], Field(max_length=200, description="Empty: all")] = []


class WithdrawMenuItem(Command):
    """Take a service off the menu."""

"""What can be asked of sites (所, 站, 点)."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Command, Line, SiteCode
from shared.contracts.events import CommunityCode, Position
from shared.contracts.vocabulary import SiteLevel


class SiteFacts(Command):
    """What is known of a site."""

    level: SiteLevel
    title: Line
    title_en: Line
    communities: Annotated[list[CommunityCode], Field(max_length=50)] = []
    demonstration: Annotated[bool, Field(description="示范点")] = False
    position: Position | None = None


class OpenSite(SiteFacts):
    """A new institute, station or point. The code is its station code (站点编码)."""

    code: SiteCode


class ChangeSite(SiteFacts):
    """The whole of the facts, as they are to be."""


class CloseSite(Command):
    """Nothing new may be held or ordered here."""

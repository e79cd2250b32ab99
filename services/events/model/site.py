"""A site: institute, station or point (所, 站, 点). Its code is its own, not a division code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.events.model.commands import ChangeSite, OpenSite
from shared.contracts.base import Event
from shared.contracts.events import Position, SiteChanged, SiteClosed, SiteOpened
from shared.contracts.vocabulary import SiteLevel
from shared.errors import Conflict, Text


class SiteStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass
class Site:
    """Its history is in the event log."""

    code: str
    status: SiteStatus
    level: SiteLevel
    title: str
    title_en: str
    communities: list[str]
    demonstration: bool
    position: Position | None

    @classmethod
    def open(cls, command: OpenSite) -> tuple["Site", list[Event]]:
        """It exists from now on."""
        facts = dict(command)
        code = facts.pop("code")
        site = cls(code=code, status=SiteStatus.OPEN, **facts)
        return site, [SiteOpened(site=code, **facts)]

    def change(self, command: ChangeSite, now: datetime) -> Sequence[Event]:
        """New facts for old."""
        self._require_open()
        for name, value in command:
            setattr(self, name, value)
        return [SiteChanged(site=self.code, **dict(command))]

    def close(self, now: datetime) -> Sequence[Event]:
        """Nothing new may be held or ordered here."""
        self._require_open()
        self.status = SiteStatus.CLOSED
        return [SiteClosed(site=self.code)]

    def _require_open(self) -> None:
        if self.status is not SiteStatus.OPEN:
            raise Conflict(Text("The site is closed.", "该站点已关闭。"), extra={"allowed": []})

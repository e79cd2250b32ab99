"""What the parts of an inspection file are made with."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.reports.inspection_file.services import NotHad, Services
from services.reports.model.period import Period
from services.reports.store import Store
from services.reports.zip_stream import Entry, safe
from shared.errors import NotFound
from shared.storage.media import EXTENSIONS, Media
from shared.storage.mongo import Document

ENDINGS = {str(media): ending for media, ending in EXTENSIONS.items()}


@dataclass(frozen=True)
class Missing:
    """What should be there, and why it is not."""

    what: str
    why: str
    count: int = 1


@dataclass(frozen=True)
class Making:
    """One inspection file on its way. `dry`: only what is missing is asked for, no file is read."""

    store: Store
    services: Services
    period: Period
    site: str | None
    dry: bool = False

    @property
    def of_site(self) -> Document:
        """Filter of this service's own aggregates."""
        return {"site": self.site} if self.site else {}

    @property
    def query(self) -> str:
        """The same, of the others' lists."""
        return f"?site={self.site}" if self.site else ""

    def holds(self, day: str | None) -> bool:
        """Whether a day, ISO 8601, is in the period."""
        return day is not None and self.first <= day[:10] <= self.last

    @property
    def first(self) -> str:
        return self.period.first.isoformat()

    @property
    def last(self) -> str:
        return self.period.last.isoformat()

    def fetch(self, service: str, id: str, path: str) -> Iterator[Entry | Missing]:
        """A file of another service, under a path without its ending."""
        if self.dry:
            return
        try:
            data, media = self.services.file(service, id)
        except NotHad as error:
            yield Missing(path, str(error))
        else:
            yield Entry(f"{path}.{ENDINGS.get(media, 'bin')}", data)

    def own(self, id: str, path: str) -> Iterator[Entry | Missing]:
        """A file that reports itself keeps."""
        if self.dry:
            return
        try:
            facts, data = self.store.files.read(id)
        except NotFound:
            yield Missing(path, "已不存在")
        else:
            yield Entry(f"{path}.{EXTENSIONS[Media(facts.media)]}", data)


def fewer(found: int, least: int, what: str) -> Iterator[Missing]:
    """Where there are not as many as the contents ask for."""
    if found < least:
        yield Missing(what, f"应有 {least},实有 {found}", least - found)


__all__ = ["Entry", "Making", "Missing", "fewer", "safe"]

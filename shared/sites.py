"""A service's own copy of the registry of sites, kept from the events service's events."""

import time
from typing import Any

from shared.contracts.events import SiteChanged, SiteClosed, SiteOpened
from shared.errors import invalid
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Generations, Projection
from shared.storage.mongo import Document

KNOWN_SECONDS = 1.0  # how long an open site is taken to be open without looking again


class Sites(Projection):
    """One document for each site, by its code."""

    name = "sites"
    hears = (SiteOpened, SiteChanged, SiteClosed)

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        return [event.site]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        if isinstance(event, SiteClosed):
            document["open"] = False
        else:
            document |= event.model_dump(mode="json") | {"open": True}


class SiteDirectory:
    """Answers whether a site may be used now."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._open: dict[str, float] = {}  # code: until when it is taken to be open

    def require_open(self, code: str, field: str = "site") -> None:
        """Raises Unprocessable naming the field for a site that is unknown or closed."""
        if self._open.get(code, 0) > time.monotonic():
            return
        row = self._rows().find_one({"_id": code})
        if row is None:
            raise invalid(
                field,
                f"there is no site {code}; GET /v1/sites of the events service lists them",
                f"没有站点 {code};可查询 events 服务的 GET /v1/sites",
            )
        if not row["open"]:
            raise invalid(field, f"the site {code} is closed", f"站点 {code} 已关闭")
        self._open[code] = time.monotonic() + KNOWN_SECONDS

    def facts(self, code: str) -> Document:
        """What is known of a site; empty where nothing is."""
        return self._rows().find_one({"_id": code}, {"heard": 0}) or {}

    def all(self) -> list[Document]:
        """Every site ever opened, by code."""
        return list(self._rows().find({}, {"heard": 0}).sort("_id", 1))

    def _rows(self) -> Any:
        return self._generations.collection("sites", self._generations.live())

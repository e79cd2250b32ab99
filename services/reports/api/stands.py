"""What subscriptions of both kinds show, and what they begin with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from services.reports.exchange.rights import require_sites
from services.reports.model.queue import SubscribeQueue
from services.reports.model.subscription import Subscribe
from services.reports.store import Store
from shared.contracts import registry
from shared.errors import invalid
from shared.storage.mongo import Document
from shared.web.api import Call


class Stand(BaseModel):
    """How far one source has been told."""

    through: Annotated[int, Field(description="Everything of the filter up to here was taken")]
    head: Annotated[int, Field(description="Last event of the source that reports has heard")]
    attempts: Annotated[int, Field(description="That failed, one after the other")] = 0
    since: datetime | None = None
    next_at: datetime | None = None
    error: str | None = None


class SnapshotFigures(BaseModel):
    """A period's sums, of a site or of the street; what they mean: `GET /v1/measures`."""

    period: str
    site: str | None
    totals: dict[str, int]
    by_theme: dict[str, dict[str, int]]
    by_mode: dict[str, dict[str, int]]
    by_site: dict[str, dict[str, int]]


class Snapshot(BaseModel):
    """The figures that a subscription begins with. What it is told lies behind `as_of`."""

    as_of: Annotated[dict[str, int], Field(description="Place in each source's feed")]
    taken_at: datetime
    figures: list[SnapshotFigures]


def stands_of(
    starts: Mapping[str, int], state: Document, heads: dict[str, int]
) -> dict[str, Stand]:
    """By source."""
    facts: dict[str, Any] = state["failing"]
    return {
        source: Stand(
            through=state["through"].get(source, starts.get(source, 0)),
            head=head,
            **facts.get(source, {}),
        )
        for source, head in heads.items()
    }


def beginning(
    call: Call[Store], id: str, body: Subscribe | SubscribeQueue, now: datetime
) -> dict[str, int]:
    """The places behind which it begins. Raises Forbidden, Unprocessable, Unavailable."""
    require_sites(call.client, body.sites)
    unknown = sorted(set(body.types) - registry.all_events().keys())
    if unknown:
        raise invalid(
            "types",
            f"nobody tells {', '.join(unknown)}; see docs/asyncapi.json",
            f"没有服务发布 {', '.join(unknown)},见 docs/asyncapi.json",
        )
    if body.begin == "beginning":
        return {}
    if body.begin == "now":
        return call.app.heads()
    call.client.require_scope("reports:read")
    return call.app.snapshots.take(id, body.sites, now)

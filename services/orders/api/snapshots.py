"""Residents' snapshots (随手拍) over HTTP."""

from collections.abc import Sequence
from datetime import datetime

from services.orders.model.commands import snapshot as asked
from services.orders.model.order import Order
from services.orders.model.snapshot import Snapshot, SnapshotStatus
from services.orders.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.orders.snapshot import SnapshotKind
from shared.errors import invalid
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class SnapshotsQuery(PageQuery):
    """Filters of the list of snapshots."""

    site: SiteCode | None = None
    status: SnapshotStatus | None = None
    kind: SnapshotKind | None = None


@api.command("/v1/snapshots", scope="snapshots:take", made="id")
def take_snapshot(call: Call[Store], body: asked.TakeSnapshot) -> Receipt:
    """A resident shows what should be mended."""
    call.client.require_site(body.site)
    id = call.new_id("snp")

    def build(now: datetime) -> tuple[Snapshot, list[Event]]:
        if body.place is None and body.position is None:
            raise invalid("place", "say where: place, or position", "请说明地点:place 或 position")
        call.app.sites.require_open(body.site)
        call.app.claim_files(body.photographs, body.site, "snapshot", "photographs")
        return Snapshot.take(id, body, call.client.id, now)

    return call.app.snapshots.make(id, call.origin, build)


@api.query("/v1/snapshots", scope="snapshots:read")
def list_snapshots(call: Call[Store], query: SnapshotsQuery) -> Page[Snapshot]:
    """Snapshots of the sites this client may act for, oldest first."""
    criteria = query.model_dump(include={"site", "status", "kind"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.snapshots, criteria, query)


@api.query("/v1/snapshots/{id}", scope="snapshots:read")
def read_snapshot(call: Call[Store], id: str) -> Loaded[Snapshot]:
    """One snapshot, with the order it became."""
    return call.read(call.app.snapshots, id)


@api.command("/v1/snapshots/{id}/accept", scope="snapshots:decide")
def accept_snapshot(call: Call[Store], id: str, body: asked.AcceptSnapshot) -> Receipt:
    """It becomes an order; the snapshot names it, and within seconds it is placed."""
    order = call.new_id("ord")

    def accept(snapshot: Snapshot, now: datetime) -> Sequence[Event]:
        events = snapshot.accept(body, order, call.client.id, now)
        call.app.sites.require_open(snapshot.site)
        # Tried, so that what can't be ordered is refused here and not when it is placed.
        item = call.app.menu_item(body.item)
        Order.place(order, snapshot.placing(), item, call.client.id, now)
        return events

    return call.change(call.app.snapshots, id, accept)


@api.command("/v1/snapshots/{id}/refuse", scope="snapshots:decide")
def refuse_snapshot(call: Call[Store], id: str, body: asked.RefuseSnapshot) -> Receipt:
    """Nothing will be done, and why."""
    return call.change(call.app.snapshots, id, lambda each, now: each.refuse(body, now))

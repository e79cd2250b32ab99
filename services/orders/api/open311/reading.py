"""Requests as they are shown: to anybody the least that serves, to a client with a key the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.orders.api.open311.services import service_name, snapshot_code
from services.orders.reported import Request
from shared.contracts.orders.snapshot import SnapshotKind
from shared.web.clients import Client

STATUS_WORDS: Mapping[str, tuple[str, str]] = {
    "taken": ("Received", "已收到"),
    "accepted": ("Accepted", "已受理"),
    "ordered": ("An order was placed", "已派单办理"),
    "mended": ("Done", "已办结"),
    "refused": ("Refused", "不予受理"),
    "duplicate": ("Refused: reported already", "不予受理:重复反映"),
    "not-found": ("Refused: nothing was found there", "不予受理:现场未发现"),
    "unclear": ("Refused: not clear enough", "不予受理:内容不清"),
    "not-ours": ("Refused: of another authority", "不予受理:不属本街道"),
    "private": ("Refused: shows people or private rooms", "不予受理:涉及他人隐私"),
    "placed": ("Received", "已收到"),
    "open": ("Vetted, waits for volunteers", "已审核,待接单"),
    "dispatched": ("Volunteers were asked", "已派单"),
    "assigned": ("Volunteers are found", "已接单"),
    "started": ("Being served", "服务中"),
    "completed": ("Served, to be rated", "已办结,待评价"),
    "closed": ("Done", "已完成"),
    "rejected": ("Rejected", "未通过审核"),
    "returned": ("To be vetted again", "已退回,待重新审核"),
    "withdrawn": ("Withdrawn", "已撤回"),
    "cancelled": ("Cancelled", "已取消"),
}


@dataclass(frozen=True)
class Reader:
    """Who reads, in which language, and what things are called."""

    client: Client
    titles: Mapping[str, str]  # of the menu, by item
    sites: Mapping[str, Mapping[str, Any]]
    language: int

    @property
    def sees_orders(self) -> bool:
        return self.client.may("orders:read")

    @property
    def sees_private(self) -> bool:
        return self.client.may("orders:private")

    @property
    def own_sites(self) -> frozenset[str] | None:
        """Those that a client may act for; None: all, as for anybody, who sees less of each."""
        limited = bool(self.client.scopes) and not self.client.everywhere
        return self.client.sites if limited else None

    def may_see(self, request: Request) -> bool:
        """By its id, which nobody can guess, anybody may ask what has become of a request."""
        return not request.private or (self.sees_private and self._knows_all_of(request))

    def show(self, request: Request) -> dict[str, Any]:
        """Words of residents', photographs and exact places only where the client may read them."""
        code = request.item or snapshot_code(SnapshotKind(request.kind or "other"))
        site = self.sites.get(request.site, {})
        title = site.get("title" if self.language else "title_en")
        full = self._knows_all_of(request)
        return {
            "service_request_id": request.id,
            "status": "closed" if request.ended else "open",
            "status_notes": STATUS_WORDS.get(request.status, (request.status,) * 2)[self.language],
            "service_name": service_name(code, dict(self.titles), self.language),
            "service_code": code,
            "description": request.text if full else None,
            "agency_responsible": title,
            "service_notice": None,
            "requested_datetime": request.requested,
            "updated_datetime": request.updated,
            "expected_datetime": request.expected,
            "address": ", ".join(filter(None, (request.place if full else None, title))) or None,
            "address_id": request.site,
            "zipcode": None,
            "lat": request.position[0] if request.position else None,
            "long": request.position[1] if request.position else None,
            "media_url": request.photograph if full else None,
        }

    def _knows_all_of(self, request: Request) -> bool:
        scope = "orders:read" if request.item else "snapshots:read"
        return self.client.may(scope) and self.client.acts_for(request.site)

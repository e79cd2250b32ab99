"""The sites as this service has heard of them, and whose figures a client may see."""

from typing import Any

from services.reports.store import Store
from shared.errors import Forbidden, Text
from shared.web.api import Api, Call
from shared.web.clients import Client

api: Api[Store] = Api()


@api.query("/v1/sites", scope="reports:read")
def list_sites(call: Call[Store]) -> dict[str, Any]:
    """The sites as this service has heard of them."""
    return {"items": call.app.sites.all()}


def require_site(client: Client, site: str | None) -> None:
    """The street's figures are for those who may act for every site."""
    if site:
        client.require_site(site)
    elif not client.everywhere:
        raise Forbidden(
            Text("Name one of your sites: ?site=", "请指定所属站点:?site="),
            extra={"sites": sorted(client.sites)},
        )


def require_everywhere(client: Client) -> None:
    """What is of all sites is for those who may act for all."""
    if not client.everywhere:
        raise Forbidden(
            Text("This needs a client that acts for every site.", "需要可代表全部站点的客户端。"),
            extra={"sites": sorted(client.sites)},
        )

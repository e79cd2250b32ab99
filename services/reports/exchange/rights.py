"""Whether a subscription's client may still be told: it may have lost a scope or a site since."""

from collections.abc import Sequence
from pathlib import Path

from shared.errors import Forbidden, Text
from shared.web.clients import Client, ClientRegistry


class Rights:
    """Those of one scope, as the file of clients says now."""

    def __init__(self, clients_file: Path, scope: str) -> None:
        self._registry = ClientRegistry(clients_file)
        self._scope = scope

    def lost(self, client: str, sites: Sequence[str]) -> str:
        """Why the client may not be told of these sites; empty where it may. Raises OSError or
        ValueError where no client can be read."""
        found = self._registry.of_id(client)
        if found is None:
            return f"the client {client} is not known any more"
        try:
            found.require_scope(self._scope)
            require_sites(found, sites)
        except Forbidden as refusal:
            return refusal.detail.en
        return ""


def require_sites(client: Client, sites: Sequence[str]) -> None:
    """All of them, which nobody has named, are for clients that act for every site."""
    for site in sites:
        client.require_site(site)
    if not sites and not client.everywhere:
        raise Forbidden(
            Text("Name your sites: sites.", "请用 sites 指定所属站点。"),
            extra={"sites": sorted(client.sites)},
        )

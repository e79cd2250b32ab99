"""The clients of a local installation, and their keys in clear under `.run/keys/`.

Elsewhere an operator keeps the keys; here the demonstration and people who try things need them.
The file with the hashes, which the services read, is made by the kit's own command.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from shared.settings import SERVICES


@dataclass(frozen=True, kw_only=True)
class LocalClient:
    """A client to be made: what `python -m shared.web.clients add` is told."""

    id: str
    name: str
    scopes: str  # separated by commas; * for all
    sites: str  # separated by commas; * for all


CALLERS = (
    LocalClient(id="office", name="创建办公室", scopes="*", sites="*"),
    LocalClient(
        id="station",
        name="实践站",
        scopes="orders:*,volunteers:*,teams:*,hours:*,certificates:*,activities:*,menu:read,"
        "sites:read,reports:read,monthly-reports:write",
        sites="*",
    ),
    LocalClient(
        id="department",
        name="部门系统",
        scopes="orders:*,activities:*,menu:*,volunteers:read,teams:read,sites:read,reports:read",
        sites="*",
    ),
)
_SERVICES = tuple(
    LocalClient(id=service, name=f"service {service}", scopes="feed:read", sites="*")
    for service in SERVICES
)


class LocalClients:
    """The clients file and the clear keys under one folder."""

    def __init__(self, run: Path, root: Path) -> None:
        """`run` keeps the files, `root` is where the kit's command can be imported."""
        self.file = run / "clients.json"
        self._keys = run / "keys"
        self._root = root

    def key_file(self, id: str) -> Path:
        return self._keys / id

    def key(self, id: str) -> str:
        return self.key_file(id).read_text().strip()

    def make_missing(self) -> None:
        """Makes each client that has no key yet. Raises CalledProcessError with its words."""
        self._keys.mkdir(mode=0o700, exist_ok=True)
        if not self.file.exists():  # keys without their hashes are of no use
            for stale in self._keys.iterdir():
                stale.unlink()
        for client in (*CALLERS, *_SERVICES):
            if not self.key_file(client.id).exists():
                self._add(client)

    def _add(self, client: LocalClient) -> None:
        command = [sys.executable, "-m", "shared.web.clients", "add", client.id]
        command += ["--file", str(self.file), "--name", client.name]
        command += ["--scopes", client.scopes, "--sites", client.sites]
        done = subprocess.run(
            command, cwd=self._root, stdout=subprocess.PIPE, check=True, text=True
        )
        draft = self.key_file(client.id).with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(done.stdout)
        os.replace(draft, self.key_file(client.id))

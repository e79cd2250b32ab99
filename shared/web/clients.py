"""Who may call: clients with hashed keys, scopes and sites, in one file mounted into every service.

The operator's command: `python -m shared.web.clients add|rotate|remove|list … --file clients.json`.
"""

import argparse
import hashlib
import json
import os
import re
import secrets
import sys
import threading
import time
from base64 import b32encode
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from shared.contracts.base import SiteCode
from shared.errors import Forbidden, Text, Unauthenticated

KEY_PREFIX = "sj_"
KEYS_AT_ONCE = 2  # while rotating: the new one and the old one
LOOK_SECONDS = 1.0  # how often the file's time is looked at
EVERYWHERE = "*"
ACCOUNT_PREFIX = "oidc-"
PERSON_RULE = f"at most 64 letters, digits, . _ -, and not one of accounts ({ACCOUNT_PREFIX}…)"
TOLD_PERSON = re.compile(rf"(?!{ACCOUNT_PREFIX})[A-Za-z0-9._-]{{0,64}}\Z")
"""A reference of a person; nobody can tell that an account acts, but with its token."""
SHOWN = ("id", "name", "scopes", "sites", "person")
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True)
class Client:
    """A department's or station's system, or one of our own services."""

    id: str
    name: str
    scopes: frozenset[str]
    sites: frozenset[str]  # station codes it may act for, or {"*"}
    person: str = ""  # proved: whose account or key it is; it speaks for nobody else

    def may(self, scope: str) -> bool:
        """`orders:*` grants every scope of orders, `*` grants all."""
        return bool(self.scopes & {scope, scope.split(":")[0] + ":*", EVERYWHERE})

    @property
    def everywhere(self) -> bool:
        return EVERYWHERE in self.sites

    def acts_for(self, site: str) -> bool:
        return self.everywhere or site in self.sites

    def require_scope(self, scope: str) -> None:
        """Raises Forbidden naming the scope."""
        if not self.may(scope):
            raise Forbidden(
                Text(f"This needs the scope {scope}.", f"需要权限 {scope}。"),
                extra={"scope": scope},
            )

    def require_proved(self) -> None:
        """Raises Forbidden where who acts is only what the client tells."""
        if not self.person:
            raise Forbidden(
                Text(
                    "Who checks what another did signs in, or has a key of one person's own.",
                    "复核须由经办人以本人账号或本人密钥办理。",
                ),
                extra={"second_person": "proved"},
            )

    def require_site(self, site: SiteCode) -> None:
        """Raises Forbidden naming the site."""
        if not self.acts_for(site):
            raise Forbidden(
                Text(f"This client may not act for {site}.", f"该客户端无权代表站点 {site} 操作。"),
                extra={"site": site},
            )

    def limit(self, criteria: dict[str, object]) -> None:
        """Narrow a list's criteria to the sites it may see; Forbidden for a site it may not."""
        if "site" in criteria:
            self.require_site(str(criteria["site"]))
        elif not self.everywhere:
            criteria["site"] = {"$in": sorted(self.sites)}


NOBODY = Client("-", "-", frozenset(), frozenset())
"""Who asks a public operation: no key, no scope, no site."""


class ClientRegistry:
    """The file, read again when it changes. A file that can't be read leaves what was known."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._by_hash: dict[str, Client] = {}
        self._stamp = 0
        self._looked = float("-inf")
        self._lock = threading.Lock()

    def authenticate(self, authorization: str | None) -> Client:
        """The client of an `Authorization: Bearer …` header. Raises Unauthenticated."""
        self._look()
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Unauthenticated(
                Text(
                    "Send the client's key: Authorization: Bearer sj_…",
                    "请在请求头中携带客户端密钥:Authorization: Bearer sj_…",
                )
            )
        client = self._by_hash.get(hash_key(key.strip()))
        if client is None:
            raise Unauthenticated(Text("This key is not known here.", "该密钥无效。"))
        return client

    def of_hash(self, hashed: str) -> Client | None:
        """The client of a key that is known by its hash; None where it is valid no longer."""
        self._look()
        return self._by_hash.get(hashed)

    def of_id(self, id: str) -> Client | None:
        """The client of that name as it may act now; None where it has no key any more."""
        self._look()
        return next((each for each in self._by_hash.values() if each.id == id), None)

    def known(self) -> int:
        """How many keys can be used; 0 where the file can't be read."""
        with suppress(*UNREADABLE):
            self._look()
        return len(self._by_hash)

    def _look(self) -> None:
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return
        with self._lock:  # nobody goes on before the first reading is done
            if time.monotonic() - self._looked < LOOK_SECONDS:
                return
            try:
                stamp = os.stat(self._path).st_mtime_ns
                if stamp != self._stamp:
                    self._by_hash = _by_hash(json.loads(self._path.read_text()))
                    self._stamp = stamp
            except UNREADABLE:
                if not self._by_hash:
                    raise
            self._looked = time.monotonic()


def hash_key(key: str) -> str:
    """SHA-256 is enough: a key is 160 random bits, not a password."""
    return hashlib.sha256(key.encode()).hexdigest()


def _by_hash(content: dict[str, list[dict[str, object]]]) -> dict[str, Client]:
    found: dict[str, Client] = {}
    for row in content["clients"]:
        client = Client(
            id=str(row["id"]),
            name=str(row["name"]),
            scopes=frozenset(map(str, row["scopes"])),  # type: ignore[call-overload]
            sites=frozenset(map(str, row["sites"])),  # type: ignore[call-overload]
            person=str(row.get("person", "")),
        )
        for hashed in row["keys"]:  # type: ignore[attr-defined]
            found[str(hashed)] = client
    return found


def new_key() -> str:
    """A key in clear: shown once, never stored."""
    return KEY_PREFIX + b32encode(secrets.token_bytes(20)).decode().lower()


class ClientsFile:
    """What the operator's command does to the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.rows: list[dict[str, object]] = (
            json.loads(path.read_text())["clients"] if path.exists() else []
        )

    def add(self, id: str, name: str, scopes: list[str], sites: list[str], person: str = "") -> str:
        """A new client, or other rights for one that exists; a new key either way. `person`: the
        key is one person's own. Raises SystemExit for what is no reference of a person."""
        if not TOLD_PERSON.match(person):
            raise SystemExit(f"{person} is no reference of a person: {PERSON_RULE}")
        row = self._row(id)
        if row is None:
            row = {"id": id, "keys": []}
            self.rows.append(row)
        row |= {"name": name, "scopes": scopes, "sites": sites, "person": person}
        return self.rotate(id)

    def rotate(self, id: str) -> str:
        """A new key; the one before it stays valid until the next rotation."""
        row = self._row(id)
        if row is None:
            raise SystemExit(f"there is no client {id}")
        key = new_key()
        row["keys"] = [hash_key(key), *row["keys"]][:KEYS_AT_ONCE]  # type: ignore[misc]
        self._save()
        return key

    def remove(self, id: str) -> None:
        self.rows = [row for row in self.rows if row["id"] != id]
        self._save()

    def _row(self, id: str) -> dict[str, object] | None:
        return next((row for row in self.rows if row["id"] == id), None)

    def _save(self) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text(json.dumps({"clients": self.rows}, ensure_ascii=False, indent=1))
        draft.chmod(0o640)
        os.replace(draft, self._path)


def main(arguments: list[str] | None = None) -> None:
    """Prints the clear key of `add` and `rotate`, once."""
    parser = argparse.ArgumentParser(prog="python -m shared.web.clients", description=__doc__)
    parser.add_argument("action", choices=["add", "rotate", "remove", "list"])
    parser.add_argument("id", nargs="?")
    parser.add_argument("--file", type=Path, default=os.environ.get("CLIENTS_FILE"))
    parser.add_argument("--name", default="")
    parser.add_argument("--scopes", default="", help="a,b,c or *")
    parser.add_argument("--sites", default="", help="XP01,XP02 or *")
    parser.add_argument("--person", default="", help="whose own key it is; else the client tells")
    chosen = parser.parse_args(arguments)
    if chosen.file is None or (chosen.action != "list" and not chosen.id):
        parser.error("give the client's id, and --file or CLIENTS_FILE")
    clients = ClientsFile(chosen.file)
    if chosen.action == "add":
        scopes, sites = _list(chosen.scopes), _list(chosen.sites)
        name = chosen.name or chosen.id
        print(clients.add(chosen.id, name, scopes, sites, chosen.person))
    elif chosen.action == "rotate":
        print(clients.rotate(chosen.id))
    elif chosen.action == "remove":
        clients.remove(chosen.id)
    else:
        for row in clients.rows:
            shown = {key: row[key] for key in SHOWN if key in row}
            json.dump(shown, sys.stdout, ensure_ascii=False)
            print()


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


if __name__ == "__main__":
    main()

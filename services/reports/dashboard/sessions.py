"""Who has signed in: a random token in a cookie, kept here as its hash, for half a day.

The cookie says nothing by itself, so there is nothing to sign; what it stands for ends with the
session, with the client's key, or at sign-out.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.storage.mongo import Db, Index
from shared.web.clients import Client, ClientRegistry, hash_key

LASTS = timedelta(hours=12)
COOKIE = "shijian_session"
TOKEN_BYTES = 32

INDEXES = [Index("sessions", [("ends", 1)])]


@dataclass(frozen=True)
class Session:
    """A client that a browser acts for."""

    client: Client
    form_token: str  # comes back with each form, so that no other page can send one


class Sessions:
    """Of one process; sessions are in the database, and hold for all processes."""

    def __init__(self, database: Db, registry: ClientRegistry) -> None:
        self._rows = database["sessions"]
        self._registry = registry

    def begin(self, key: str) -> str:
        """The token of a new session. Raises Unauthenticated for a key that is not known."""
        self._registry.authenticate(f"Bearer {key}")
        now, token = datetime.now(UTC), secrets.token_urlsafe(TOKEN_BYTES)
        self._rows.delete_many({"ends": {"$lt": now}})
        self._rows.insert_one(
            {
                "_id": _hash(token),
                "key": hash_key(key),
                "form": secrets.token_urlsafe(TOKEN_BYTES),
                "ends": now + LASTS,
            }
        )
        return token

    def of(self, token: str) -> Session | None:
        """None where it has ended, or the client's key is no longer valid."""
        row = self._rows.find_one({"_id": _hash(token), "ends": {"$gt": datetime.now(UTC)}})
        client = self._registry.of_hash(row["key"]) if row else None
        return Session(client, row["form"]) if row and client else None

    def end(self, token: str) -> None:
        """Sign out."""
        self._rows.delete_one({"_id": _hash(token)})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

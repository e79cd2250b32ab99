"""Who has signed in: a random token in a cookie, kept here as its hash, for half a day.

The cookie says nothing by itself, so there is nothing to sign; what it stands for ends with the
session, with the client's key or the rule that lets an account in, or at sign-out.
"""

import hashlib
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from shared.storage.mongo import Db, Document, Index
from shared.web.access import AccessRules, Granted
from shared.web.clients import Client, ClientRegistry, hash_key

LASTS = timedelta(hours=12)
COOKIE = "shijian_session"
TOKEN_BYTES = 32

INDEXES = [Index("sessions", [("ends", 1)])]


@dataclass(frozen=True)
class Session:
    """A client or a person that a browser acts for."""

    client: Client
    form_token: str  # comes back with each form, so that no other page can send one


class Sessions:
    """Of one process; sessions are in the database, and hold for all processes."""

    def __init__(self, database: Db, registry: ClientRegistry, rules: AccessRules | None) -> None:
        self._rows = database["sessions"]
        self._registry = registry
        self._rules = rules

    def begin(self, key: str) -> str:
        """The token of a new session. Raises Unauthenticated for a key that is not known."""
        self._registry.authenticate(f"Bearer {key}")
        return self._begin({"key": hash_key(key)})

    def begin_for(self, granted: Granted) -> str:
        """The token of a new session of somebody with an account."""
        return self._begin({"granted": asdict(granted)})

    def _begin(self, who: Document) -> str:
        now, token = datetime.now(UTC), secrets.token_urlsafe(TOKEN_BYTES)
        self._rows.delete_many({"ends": {"$lt": now}})
        form = secrets.token_urlsafe(TOKEN_BYTES)
        self._rows.insert_one({"_id": _hash(token), "form": form, "ends": now + LASTS} | who)
        return token

    def of(self, token: str) -> Session | None:
        """None where it has ended, or the key or the rule behind it is no longer valid."""
        row = self._rows.find_one({"_id": _hash(token), "ends": {"$gt": datetime.now(UTC)}})
        client = self._client(row) if row else None
        return Session(client, row["form"]) if row and client else None

    def _client(self, row: Document) -> Client | None:
        if "key" in row:
            return self._registry.of_hash(row["key"])
        kept = row["granted"]
        granted = Granted(kept["rule"], kept["account"], tuple(kept["sites"]))
        return self._rules.client(granted) if self._rules else None

    def end(self, token: str) -> None:
        """Sign out."""
        self._rows.delete_one({"_id": _hash(token)})


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

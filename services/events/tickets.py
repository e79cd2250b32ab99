"""Tickets (入场凭证): signed, so that a door can read them without asking, also offline.

A ticket is a JWS (Ed25519) over the ids of activity and registration, and nothing else: no name, no
number of a person. The key pair is made by whichever process first needs it, and kept in the
service's own database, its private half sealed by the vault: who has the database alone can make no
ticket. The public half is all that reading needs; it is given to whoever checks at a door.
docs/decisions/0066.
"""

import json
import threading
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.events.model.check_in import Reason
from shared.storage.mongo import Db, Document
from shared.storage.vault import Reading, Vault

KEY = "ticket-key"
ALGORITHM = "Ed25519"  # RFC 9864
SIGNING = Reading(
    client="events",
    person="",
    operation="tickets.sign",
    subject=KEY,
    fields=("private",),
    purpose="sign",
)
"""The entry of the audit that says that a process has taken the key."""


class BadTicket(Exception):
    """What was scanned is no ticket for this; `reason` says why not."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Tickets:
    """Signs and reads tickets."""

    def __init__(self, database: Db, vault: Vault) -> None:
        self._rows = database["ticket_keys"]
        self._vault = vault
        self._lock = threading.Lock()
        self._public: Any = None
        self._private: Any = None

    def sign(self, activity: str, registration: str) -> str:
        """The same registration always has the same ticket. Raises Unavailable without the master
        key."""
        from joserfc import jws  # heavy

        payload = json.dumps({"a": activity, "r": registration}, separators=(",", ":"))
        header = {"alg": ALGORITHM}
        return jws.serialize_compact(header, payload, self._signing_key(), algorithms=[ALGORITHM])

    def read(self, token: str, activity: str) -> str:
        """The registration it was made for. Raises BadTicket."""
        from joserfc import jws  # heavy
        from joserfc.errors import JoseError

        try:
            found = jws.deserialize_compact(token, self._reading_key(), algorithms=[ALGORITHM])
            claims = json.loads(found.payload)
            of, registration = str(claims["a"]), str(claims["r"])
        except (JoseError, ValueError, KeyError, TypeError):
            raise BadTicket(Reason.BAD_TICKET) from None
        if of != activity:
            raise BadTicket(Reason.OTHER_ACTIVITY)
        return registration

    def public_key(self) -> dict[str, Any]:
        """As a JWK: a device with it reads tickets offline."""
        found: dict[str, Any] = self._reading_key().as_dict(private=False)
        return found

    def _reading_key(self) -> Any:
        from joserfc.jwk import OKPKey  # heavy

        with self._lock:
            if self._public is None:
                self._public = OKPKey.import_key(self._row()["public"])
            return self._public

    def _signing_key(self) -> Any:
        from joserfc.jwk import OKPKey  # heavy

        with self._lock:
            if self._private is None:
                clear = self._vault.open(self._row()["private"], SIGNING)
                self._private = OKPKey.import_key(json.loads(clear))
            return self._private

    def _row(self) -> Document:
        """The one key pair of the service, whichever process made it."""
        row: Document | None = self._rows.find_one({"_id": KEY})
        if row is None:
            row = self._sealed_pair() | {"_id": KEY}
            try:
                self._rows.insert_one(row)
            except DuplicateKeyError:
                return self._row()  # another process was first
        if "jwk" in row:  # kept in clear by an earlier version
            sealed = {"$set": self._sealed_pair(row["jwk"]), "$unset": {"jwk": ""}}
            self._rows.update_one({"_id": KEY, "jwk": {"$exists": True}}, sealed)
            return self._row()
        return row

    def _sealed_pair(self, jwk: Any = None) -> Document:
        """Of this key, or a new one."""
        from joserfc.jwk import OKPKey  # heavy

        pair = OKPKey.import_key(jwk) if jwk else OKPKey.generate_key("Ed25519")
        private = json.dumps(pair.as_dict(private=True))
        return {"public": pair.as_dict(private=False), "private": self._vault.seal(private)}

"""Tickets (入场凭证): signed, so that a door can read them without asking, also offline.

A ticket is a JWS (Ed25519) over the ids of activity and registration, and nothing else: no name, no
number of a person. The key is made by whichever process first needs it, and kept in the service's
own database; the public half is given to whoever checks at a door.
"""

import json
import threading
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.events.model.check_in import Reason
from shared.storage.mongo import Db

KEY = "ticket-key"
ALGORITHM = "Ed25519"  # RFC 9864


class BadTicket(Exception):
    """What was scanned is no ticket for this; `reason` says why not."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Tickets:
    """Signs and reads tickets."""

    def __init__(self, database: Db) -> None:
        self._rows = database["ticket_keys"]
        self._lock = threading.Lock()
        self._kept: Any = None

    def sign(self, activity: str, registration: str) -> str:
        """The same registration always has the same ticket."""
        from joserfc import jws  # heavy

        payload = json.dumps({"a": activity, "r": registration}, separators=(",", ":"))
        header = {"alg": ALGORITHM}
        return jws.serialize_compact(header, payload, self._key(), algorithms=[ALGORITHM])

    def read(self, token: str, activity: str) -> str:
        """The registration it was made for. Raises BadTicket."""
        from joserfc import jws  # heavy
        from joserfc.errors import JoseError

        try:
            found = jws.deserialize_compact(token, self._key(), algorithms=[ALGORITHM])
            claims = json.loads(found.payload)
            of, registration = str(claims["a"]), str(claims["r"])
        except (JoseError, ValueError, KeyError, TypeError):
            raise BadTicket(Reason.BAD_TICKET) from None
        if of != activity:
            raise BadTicket(Reason.OTHER_ACTIVITY)
        return registration

    def public_key(self) -> dict[str, Any]:
        """As a JWK: a device with it reads tickets offline."""
        found: dict[str, Any] = self._key().as_dict(private=False)
        return found

    def _key(self) -> Any:
        from joserfc.jwk import OKPKey  # heavy

        with self._lock:
            if self._kept is None:
                self._kept = OKPKey.import_key(self._stored(OKPKey))
            return self._kept

    def _stored(self, kind: Any) -> dict[str, Any]:
        row = self._rows.find_one({"_id": KEY})
        if row is None:
            try:
                made = kind.generate_key("Ed25519").as_dict(private=True)
                self._rows.insert_one({"_id": KEY, "jwk": made})
            except DuplicateKeyError:
                pass  # another process was first
            row = self._rows.find_one({"_id": KEY})
        jwk: dict[str, Any] = row["jwk"] if row else {}
        return jwk

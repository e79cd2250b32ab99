"""Files that people attach: photographs, scans, documents; each one bounded document.

A file is what its content says, never what its name says. Pictures are made anew from their pixels,
so that nothing of their EXIF data (place, device, time) is kept (DOMAIN.md, rules of the country).
Whoever names a file in a command `claim`s it; one that nobody claims within a day is dropped.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bson import Binary
from pymongo.errors import DuplicateKeyError

from shared.clock import Clock
from shared.errors import Conflict, NotFound, Text, invalid
from shared.storage.aggregates import Origin, Receipt, same_answer
from shared.storage.media import Media, cleaned
from shared.storage.mongo import Db, Document, Index

COLLECTION = "files"
UNCLAIMED_KEPT = timedelta(days=1)

INDEXES = [
    Index(COLLECTION, [("unclaimed_until", 1)], where={"unclaimed_until": {"$exists": True}})
]


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """What is known of a file, without its bytes."""

    id: str
    site: str  # whose clients may read it
    purpose: str  # what it is for; it decides which scope reads it
    media: Media
    size: int  # bytes, as kept
    digest: str  # SHA-256 of the bytes as kept
    uploaded_by: str  # id of the client
    uploaded_at: datetime
    claimed: bool  # something names it
    erased: bool  # its bytes are gone


class Files:
    """The files of one service. Bytes are written once; a change is another file."""

    def __init__(self, database: Db, clock: Clock) -> None:
        self._rows = database[COLLECTION]
        self._clock = clock

    def keep(self, id: str, origin: Origin, site: str, purpose: str, data: bytes) -> Receipt:
        """Take a file in. Raises Unprocessable for a type that isn't taken, or can't be read."""
        now = self._clock.now()
        media, clean = cleaned(data)
        self._rows.delete_many({"unclaimed_until": {"$lte": now}})
        entry = vars(origin) | {"version": 1, "status": "kept", "at": now}
        try:
            self._rows.insert_one(
                {
                    "_id": id,
                    "site": site,
                    "purpose": purpose,
                    "media": media,
                    "size": len(clean),
                    "digest": hashlib.sha256(clean).hexdigest(),
                    "audit": [entry],
                    "data": Binary(clean),
                    "unclaimed_until": now + UNCLAIMED_KEPT,
                }
            )
        except DuplicateKeyError:
            first = self._row(id)["audit"][0]
            if not origin.key or first["key"] != origin.key:
                raise Conflict(
                    Text(f"It exists already: {id}.", f"已存在:{id}。"), extra={"allowed": []}
                ) from None
            return same_answer(id, first, origin)
        return Receipt(id=id, version=1, status="kept", at=now)

    def claim(self, id: str, site: str | None, purpose: str, field: str) -> StoredFile:
        """Something of this site (None: of any) names the file now. Raises Unprocessable naming the
        field; asking twice is the same as once."""
        query: Document = {"_id": id, "purpose": purpose, "erased_at": {"$exists": False}}
        if site:
            query["site"] = site
        row = self._rows.find_one_and_update(
            query,
            {"$unset": {"unclaimed_until": ""}},
            {"data": 0},
        )
        if row is None:
            raise invalid(
                field,
                f"there is no file {id} of this site for {purpose}; upload it by POST /v1/files",
                f"该站点没有用于 {purpose} 的文件 {id};请先用 POST /v1/files 上传",
            )
        return _known(row | {"unclaimed_until": None})

    def facts(self, id: str) -> StoredFile:
        """All but the bytes. Raises NotFound."""
        return _known(self._row(id))

    def read(self, id: str) -> tuple[StoredFile, bytes]:
        """The file. Raises NotFound, also where its bytes were erased."""
        row = self._rows.find_one({"_id": id})
        if not row or "erased_at" in row:
            raise _not_there(id)
        return _known(row), bytes(row["data"])

    def erase(self, id: str, origin: Origin) -> None:
        """Its bytes are gone, what it was stays known. Asking twice is the same as once."""
        now = self._clock.now()
        entry = vars(origin) | {"version": 2, "status": "erased", "at": now}
        self._rows.update_one(
            {"_id": id, "erased_at": {"$exists": False}},
            {
                "$set": {"erased_at": now, "data": Binary(b"")},
                "$unset": {"unclaimed_until": ""},
                "$push": {"audit": entry},
            },
        )

    def _row(self, id: str) -> Document:
        row = self._rows.find_one({"_id": id}, {"data": 0})
        if not row:
            raise _not_there(id)
        return row


def _known(row: Document) -> StoredFile:
    first: dict[str, Any] = row["audit"][0]
    return StoredFile(
        id=row["_id"],
        site=row["site"],
        purpose=row["purpose"],
        media=Media(row["media"]),
        size=row["size"],
        digest=row["digest"],
        uploaded_by=first["client"],
        uploaded_at=first["at"],
        claimed=not row.get("unclaimed_until"),
        erased="erased_at" in row,
    )


def _not_there(id: str) -> NotFound:
    return NotFound(Text(f"There is no file {id}.", f"没有文件 {id}。"))

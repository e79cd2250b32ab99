"""Ballot boxes: where the ballots of a round lie sealed until it closes (PROTOCOL 5).

A vote is ONE insert: a *voice*, which is the mark that somebody has voted and, until the count, the
ballot in an envelope that nothing in the database opens. So mark and ballot can't come apart, no
process that is killed blocks anything, and no order or time of two writes can be laid side by side.
`_id` is derived from box, voter and slot: the second ballot of a voter meets the first.

The count takes the ballots out of their envelopes, forgets whose they were, and hands back a list
in the order of content; then it burns the envelopes and the key. docs/decisions/0070.
"""

import base64
import hashlib
import hmac
import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bson import Binary
from pymongo.errors import DuplicateKeyError

from services.events import sealing
from services.events.sealing import KeyPair, Unreadable
from shared.errors import Conflict, NotFound, Text
from shared.storage.mongo import Db, Document, Index

log = logging.getLogger(__name__)

BOXES, VOICES = "boxes", "voices"
KNOWN_SECONDS = 60.0  # how long a process keeps the public half of a box, which never changes

INDEXES = [
    Index(VOICES, [("box", 1), ("site", 1)]),
    Index(BOXES, [("private", 1)], where={"private": {"$exists": True}}),
]

Marks = tuple[int, ...]


@dataclass(frozen=True)
class Box:
    """What is needed to put a ballot into a box."""

    id: str
    public: bytes
    salt: bytes


@dataclass(frozen=True)
class Contents:
    """What came out of a box."""

    voices: int
    spoiled: int  # of them, in an envelope that could not be opened, or not a ballot by the rules
    ballots: "Counter[Marks]"


class BallotBoxes:
    """The boxes of one service. `keep` and `unwrap` seal and open a box's private key with a key
    that is not in the database; `secret` is not in it either."""

    def __init__(
        self,
        database: Db,
        secret: str,
        keep: Callable[[str], str],
        unwrap: Callable[[str, str], str],  # box, what `keep` gave
    ) -> None:
        self._boxes, self._voices = database[BOXES], database[VOICES]
        self._secret = secret
        self._keep, self._unwrap = keep, unwrap
        self._known: dict[str, tuple[float, Box]] = {}

    # ---- while the round is open ----

    def set_up(self, id: str) -> None:
        """The box stands from now on. Again: nothing."""
        if self._boxes.find_one({"_id": id}, {"_id": 1}):
            return
        pair = sealing.new_pair()
        try:
            self._boxes.insert_one(
                {
                    "_id": id,
                    "open": True,
                    "public": Binary(pair.public),
                    "salt": Binary(secrets.token_bytes(32)),
                    "private": self._keep(base64.b64encode(pair.private).decode()),
                }
            )
        except DuplicateKeyError:
            return  # another process was first, and its pair holds

    def cast(
        self, id: str, voter: str, slots: Sequence[str], site: str, key: str, marks: Marks
    ) -> str:
        """Put a ballot into the first of the voter's slots that is free; the id of the voice.

        `key` is what the request would be known by if it came again; the choice must not be in it.
        Raises Conflict where every slot is used, or the box has been closed: then nothing is kept.
        """
        box = self._box(id)
        tag = self._tag(id, key) if key else ""
        voice: Document = {
            "box": id,
            "site": site,
            "tag": tag,
            "sealed": Binary(sealing.seal(box.public, bytes(marks), id)),
        }
        for slot in slots:
            voice["_id"] = _voice_id(box, voter, slot)
            try:
                self._voices.insert_one(voice)
            except DuplicateKeyError:
                if tag and self._voices.find_one({"_id": voice["_id"], "tag": tag}, {"_id": 1}):
                    break  # this very request, sent again
                continue
            break
        else:
            raise Conflict(
                Text("This voter has voted already.", "该选民已投票。"), extra={"allowed": []}
            )
        self._require_counted(id, str(voice["_id"]))
        return str(voice["_id"])

    def turnout(self, id: str) -> dict[str, int]:
        """Ballots so far, by site. Read from an index: it never looks at a ballot.

        Once the ballots are taken, those: a vote that came too late, and whose process died before
        it could take it out again, is not in it.
        """
        taken = self._boxes.find_one({"_id": id, "taken": True}, {"_id": 1})
        groups = self._voices.aggregate(
            [
                {"$match": {"box": id} | ({"taken": True} if taken else {})},
                {"$group": {"_id": "$site", "voices": {"$sum": 1}}},
                {"$sort": {"_id": 1}},
            ],
            hint={"box": 1, "site": 1},
        )
        return {row["_id"]: row["voices"] for row in groups}

    # ---- after its close ----

    def close(self, id: str) -> None:
        """What is in the box now is counted, and nothing that comes later. Again: nothing.

        A vote looks after its insert whether the box is still open. If so, its insert was before
        this close, and is taken here; if not, it takes itself out again unless it was taken.
        """
        self._boxes.update_one({"_id": id}, {"$set": {"open": False}})
        if self._boxes.find_one({"_id": id, "taken": True}, {"_id": 1}):
            return
        self._voices.update_many({"box": id}, {"$set": {"taken": True}})
        self._boxes.update_one({"_id": id}, {"$set": {"taken": True}})

    def voices(self, id: str) -> int:
        """How many were taken. The box is closed."""
        return self._voices.count_documents({"box": id, "taken": True})

    def open_envelopes(self, id: str, valid: Callable[[Marks], bool]) -> Contents:
        """Everything that was taken, whose it was forgotten. The box is closed."""
        row = self._row(id)
        if "private" not in row:
            raise Conflict(Text("This box is burnt.", "该票箱已销毁。"), extra={"allowed": []})
        private = base64.b64decode(self._unwrap(id, row["private"]))
        pair = KeyPair(bytes(row["public"]), private)
        ballots: Counter[Marks] = Counter()
        voices = spoiled = 0
        for envelope in self._envelopes(id):
            voices += 1
            try:
                marks = tuple(sealing.unseal(pair, envelope, id))
            except Unreadable:
                marks = ()
            if valid(marks):
                ballots[marks] += 1
            else:
                spoiled += 1
        if spoiled:
            log.warning("ballots could not be read", extra={"box": id, "spoiled": spoiled})
        return Contents(voices, spoiled, ballots)

    def _envelopes(self, id: str) -> Iterator[bytes]:
        rows = self._voices.find({"box": id, "taken": True}, {"_id": 0, "sealed": 1})
        return (bytes(row.get("sealed", b"")) for row in rows)

    def unburnt(self) -> list[str]:
        """Boxes whose key is still there."""
        return [row["_id"] for row in self._boxes.find({"private": {"$exists": True}}, {"_id": 1})]

    def burn(self, id: str) -> None:
        """The envelopes and the key are gone; that somebody has voted stays. Again: nothing."""
        self._boxes.update_one({"_id": id}, {"$set": {"open": False}})
        self._voices.delete_many({"box": id, "taken": {"$exists": False}})
        self._voices.update_many({"box": id}, {"$unset": {"sealed": ""}})
        self._boxes.update_one({"_id": id}, {"$unset": {"private": ""}})

    # ---- inside ----

    def _box(self, id: str) -> Box:
        until, box = self._known.get(id, (0.0, None))
        if box is None or until < time.monotonic():
            row = self._row(id)
            box = Box(id, bytes(row["public"]), bytes(row["salt"]))
            self._known = {k: v for k, v in self._known.items() if v[0] > time.monotonic()}
            self._known[id] = (time.monotonic() + KNOWN_SECONDS, box)
        return box

    def _row(self, id: str) -> Document:
        row = self._boxes.find_one({"_id": id})
        if row is None:
            raise NotFound(Text("There is no such ballot box.", "没有该票箱。"))
        return row

    def _require_counted(self, id: str, voice: str) -> None:
        """Raises Conflict, and keeps nothing, where the vote came too late to be counted."""
        if self._boxes.find_one({"_id": id, "open": True}, {"_id": 1}):
            return
        late = self._voices.delete_one({"_id": voice, "taken": {"$exists": False}})
        if late.deleted_count or not self._voices.find_one({"_id": voice}, {"_id": 1}):
            raise Conflict(Text("The round has closed.", "本轮投票已结束。"), extra={"allowed": []})

    def _tag(self, id: str, key: str) -> str:
        """Nobody who has the database alone can try out what the key may have been."""
        text = f"{id}\0{key}".encode()
        return hmac.new(self._secret.encode(), text, hashlib.sha256).hexdigest()[:32]


def _voice_id(box: Box, voter: str, slot: str) -> str:
    """One for each slot of a voter, however the number's letters are written."""
    text = f"{voter.casefold()}\0{slot}".encode()
    return "voi_" + hmac.new(box.salt, text, hashlib.sha256).hexdigest()[:32]

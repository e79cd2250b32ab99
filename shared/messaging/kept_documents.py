"""What a projection's writer remembers of one batch, and from one batch to the next.

Who alone writes documents knows what is in them: `KeptDocuments` holds those written last, encoded,
so that what changes with nearly every event is not read each time. It is a guess that each write
proves: a document is written on condition of its marks, so where somebody else was faster nothing
is written, the guess is forgotten, and the document is read.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import bson
from bson.codec_options import CodecOptions

from shared.storage.mongo import Document

KEPT_BYTES = 8 * 1024 * 1024  # of all documents together
KEPT_DOCUMENTS = 10_000

CODEC: CodecOptions[Document] = CodecOptions(tz_aware=True)

T = TypeVar("T")

Place = tuple[str, str]
"""Projection and id of a document."""


class KeptDocuments:
    """The documents written last, the longest unused forgotten first."""

    def __init__(self, most_bytes: int = KEPT_BYTES, most: int = KEPT_DOCUMENTS) -> None:
        self._most_bytes, self._most = most_bytes, most
        self._encoded: OrderedDict[Place, bytes] = OrderedDict()
        self._bytes = 0

    def get(self, place: Place) -> bytes | None:
        encoded = self._encoded.get(place)
        if encoded is not None:
            self._encoded.move_to_end(place)
        return encoded

    def put(self, place: Place, encoded: bytes) -> None:
        self._bytes += len(encoded) - len(self._encoded.pop(place, b""))
        self._encoded[place] = encoded
        while self._bytes > self._most_bytes or len(self._encoded) > self._most:
            self._bytes -= len(self._encoded.popitem(last=False)[1])

    def forget(self, places: Iterable[Place]) -> None:
        for place in places:
            self._bytes -= len(self._encoded.pop(place, b""))

    def forget_all(self) -> None:
        self._encoded.clear()
        self._bytes = 0


def decoded(encoded: bytes) -> Document:
    """A document of its own: who changes it changes nothing that is kept."""
    return bson.decode(encoded, CODEC)


class Read:
    """`read(projection, ids)`: documents of the generation that is folded into, by id. One for each
    batch."""

    def __init__(self, find: Callable[[str, Sequence[str]], Mapping[str, Document]]) -> None:
        self._find = find
        self._made: dict[str, Any] = {}

    def __call__(self, projection: str, ids: Sequence[str]) -> Mapping[str, Document]:
        return self._find(projection, ids)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What several projections need of one batch is made for the first of them."""
        if name not in self._made:
            self._made[name] = make()
        made: T = self._made[name]
        return made

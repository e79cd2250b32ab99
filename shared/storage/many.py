"""Many aggregates made by one write, each for itself: for tables that come in.

A hundred inserts in one message wait once for the majority, where they would wait a hundred times.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from shared.contracts.base import Event
from shared.errors import ShijianError
from shared.storage.aggregates import Aggregates, Origin
from shared.storage.mongo import Document

T = TypeVar("T")

TAKEN = 11000  # the server's code: something unique is there already


@dataclass(frozen=True)
class Wanted(Generic[T]):
    """One of them: what `Aggregates.make` is told."""

    id: str
    origin: Origin
    build: Callable[[datetime], tuple[T, Sequence[Event]]]


def make_all(
    aggregates: Aggregates[T],
    collection: Collection[Document],
    wanted: Sequence[Wanted[T]],
    now: datetime,
) -> list[ShijianError | None]:
    """`make` for each, in their order: None where it is there now, by this or by an earlier
    attempt of the same origin, else why not. One that is refused keeps no other back."""
    answers: list[ShijianError | None] = []
    documents: list[Document] = []
    places: list[int] = []
    for place, each in enumerate(wanted):
        answers.append(None)
        try:
            state, events = each.build(now)
        except ShijianError as refusal:
            answers[place] = refusal
            continue
        places.append(place)
        documents.append(aggregates.new_document(each.id, each.origin, state, events, now))
    for failure in _insert(collection, documents):
        place = places[failure["index"]]
        try:
            aggregates.made_before(wanted[place].id, wanted[place].origin, failure)
        except ShijianError as refusal:
            answers[place] = refusal
    return answers


def _insert(collection: Collection[Document], documents: list[Document]) -> list[Document]:
    """What the server says of those that something unique keeps out."""
    if not documents:
        return []
    try:
        collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        failures: list[Document] = error.details["writeErrors"]
        others = any(each["code"] != TAKEN for each in failures)
        if others or error.details["writeConcernErrors"]:
            raise
        return failures
    return []

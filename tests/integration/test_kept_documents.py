"""PROTOCOL 3: a writer trusts what it keeps of its documents as far as each write proves it."""

from collections.abc import Sequence
from typing import Any

import pytest
from pymongo.read_concern import ReadConcern

from shared.messaging.envelope import Envelope
from shared.messaging.kept_documents import KeptDocuments
from shared.messaging.projections import Projections, TakenBack
from shared.storage.mongo import Db, Document
from tests.integration.rig import Judge, LogFeeds, Rig, protected
from tests.integration.shelves import Shelves, Views, decoded


class TrustsItself(Projections):
    """Control: goes on with what it keeps, whatever it is handed."""

    def _trust_what_follows(self, events: Sequence[Envelope]) -> None: ...


def copied(database: Db) -> dict[str, list[Document]]:
    """As this node has it: what was written a moment ago, a majority may not have yet."""
    local = database.client.get_database(database.name, read_concern=ReadConcern("local"))
    return {name: list(local[name].find()) for name in ("shelves_1", "cursors")}


def take_back(database: Db, before: dict[str, list[Document]]) -> None:
    """As a failover leaves a database: the newest writes that no majority had are gone."""
    for name, rows in before.items():
        database[name].delete_many({})
        database[name].insert_many(rows)


@protected(Projections, (TrustsItself, "lost"))
def test_what_a_failover_takes_back_is_folded_again(rig: Rig, part: Any, judge: Judge) -> None:
    shelf, database = rig.shelf(), rig.database()
    views = Views(database, Shelves(), part)
    consumer = rig.consumer(database, views.handler, LogFeeds(shelf.log))
    consumer.take(shelf.tell(1))
    before = copied(database)
    consumer.take(shelf.tell(2, 3))
    take_back(database, before)

    consumer.catch_up()

    judge([] if views.folded() == (3, 6) else ["what was taken back is lost"])


def test_a_writer_that_finds_its_documents_taken_back_begins_again(rig: Rig) -> None:
    shelf, database = rig.shelf(), rig.database()
    views = Views(database, Shelves())
    consumer = rig.consumer(database, views.handler, LogFeeds(shelf.log))
    consumer.take(shelf.tell(1))
    before = copied(database)
    consumer.take(shelf.tell(2, 3))
    take_back(database, before)

    with pytest.raises(TakenBack):
        consumer.take(shelf.tell(5))  # it follows, as far as the consumer knows
    consumer.catch_up()

    assert views.folded() == (4, 11)


def test_a_document_that_another_wrote_meanwhile_is_read(rig: Rig) -> None:
    shelf, database = rig.shelf(), rig.database()
    mine, others = (Views(database, Shelves()).handler for _ in range(2))
    told = decoded(shelf.tell(1, 2, 3))
    mine.handle(told[:1])
    others.handle(told[:2])

    mine.handle(told[1:])

    assert Views(database, Shelves()).folded() == (3, 6)


def test_what_seemed_to_begin_a_document_and_did_not_is_folded_into_it(rig: Rig) -> None:
    class Beginning(Shelves):
        def begins(self, event: Any) -> bool:
            return True

    shelf, database = rig.shelf(), rig.database()
    told = decoded(shelf.tell(1, 2, 3))
    Views(database, Beginning()).handler.handle(told[:2])  # killed here
    Views(database, Beginning()).handler.handle(told)

    assert Views(database, Beginning()).folded() == (3, 6)


def test_an_event_that_leaves_a_document_as_it_was_does_not_write_it(rig: Rig) -> None:
    class Highest(Shelves):
        def fold(self, document: Document, event: Any, envelope: Envelope) -> bool:
            if event.number <= document.get("count", 0):
                return False
            document["count"] = document["sum"] = event.number
            return True

    shelf, database = rig.shelf(), rig.database()
    views = Views(database, Highest())
    views.handler.handle(decoded(shelf.tell(7, 3)))

    assert views.document("all")["heard"] == {"jars": 1}
    views.handler.handle(decoded(shelf.tell(9)))
    assert (views.folded(), views.document("all")["heard"]) == ((9, 9), {"jars": 3})


def test_no_more_is_kept_than_has_room() -> None:
    kept = KeptDocuments(most_bytes=100, most=3)
    for number in range(5):
        kept.put(("sums", str(number)), b"x" * 30)
    assert [number for number in range(5) if kept.get(("sums", str(number)))] == [2, 3, 4]

    kept.get(("sums", "2"))
    kept.put(("sums", "5"), b"x" * 60)
    assert [number for number in range(6) if kept.get(("sums", str(number)))] == [2, 5]

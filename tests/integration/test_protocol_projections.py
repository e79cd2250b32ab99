"""PROTOCOL 3, projections: folded once, in any interleaving."""

import threading
import time
from typing import Any

import pytest

from shared.messaging.envelope import Envelope
from shared.messaging.projections import Projections
from shared.storage.mongo import Document
from tests.integration.rig import (
    JarFilled,
    Judge,
    LogFeeds,
    Rig,
    hearing,
    protected,
    soon,
)
from tests.integration.shelves import (
    ForgetsWhatItHeard,
    Requeues,
    Shelves,
    Views,
    WritesUnconditionally,
    decoded,
    runner_of,
    views_of,
)

# ---- once each ----


@protected(Projections, (ForgetsWhatItHeard, "counted 5 times"))
def test_a_crash_between_the_documents_and_the_cursor_counts_nothing_twice(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, views = rig.shelf(), views_of(rig, part)
    bodies = shelf.tell(1, 2, 3)
    views.handler.handle(decoded(bodies[:2]))  # killed here: the cursor never moved
    rig.consumer(views.database, views.handler, LogFeeds(shelf.log)).take(bodies)
    count, _ = views.folded()
    judge([] if count == 3 else [f"3 events were counted {count} times"])


@protected(Projections, (WritesUnconditionally, "were kept"))
def test_two_workers_that_fold_at_the_same_moment_lose_no_count(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, slow = rig.shelf(), views_of(rig, part)
    fast = views_of(rig, part, slow.database.name)
    slow.handler.handle(decoded(shelf.tell(1)))
    told = decoded(shelf.tell(2, 3, 5))
    slow.projection.meanwhile = lambda: fast.handler.handle(told)  # type: ignore[attr-defined]
    slow.handler.handle(told[:1])  # has read before the other wrote, and writes after it
    judge([] if slow.folded() == (4, 11) else [f"of 4 events {slow.folded()[0]} were kept"])


@protected(Projections, (WritesUnconditionally, "were kept"))
def test_two_workers_that_make_the_same_document_lose_no_count(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, slow = rig.shelf(), views_of(rig, part)
    fast = views_of(rig, part, slow.database.name)
    told = decoded(shelf.tell(1, 2, 3))
    slow.projection.meanwhile = lambda: fast.handler.handle(told)  # type: ignore[attr-defined]
    slow.handler.handle(told[:1])
    judge([] if slow.folded() == (3, 6) else [f"of 3 events {slow.folded()[0]} were kept"])


def test_a_batch_that_meets_others_writes_for_ever_waits_instead_of_guessing(rig: Rig) -> None:
    class NeverFirst(Projections):
        @staticmethod
        def _write(*_: Any) -> bool:
            return False

    shelf, views = rig.shelf(), views_of(rig, NeverFirst)
    with pytest.raises(Exception, match="too fast"):
        views.handler.handle(decoded(shelf.tell(1)))


# ---- what can't be folded ----


@protected(Projections, (Requeues, "stops"))
def test_an_event_that_cannot_be_folded_is_set_aside_and_the_next_one_is_handled(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, views = rig.shelf(), views_of(rig, part)
    consumer = rig.consumer(views.database, views.handler, LogFeeds(shelf.log))
    found = []
    try:
        consumer.take(shelf.tell(1, 4, 2))
    except RuntimeError:
        found = ["it stops at the bad one"]
    judge(found)
    if not found:
        kept = list(views.database["dead_letters"].find())
        assert views.folded() == (2, 3)  # nothing of the bad one, not even half
        assert views.document("all")["heard"] == {"jars": 3}
        assert views.generations.pointer()["incomplete"] == [1]
        assert [each["due"] for each in kept] == [None]
        assert "ZeroDivisionError" in kept[0]["reason"]


@pytest.mark.parametrize("bad", [4, 13])
def test_many_events_that_cannot_be_folded_do_not_stop_a_projection(rig: Rig, bad: int) -> None:
    shelf, views = rig.shelf(), views_of(rig)
    shelf.tell(*[bad] * 30, 1)
    rig.consumer(views.database, views.handler, LogFeeds(shelf.log)).catch_up()
    assert views.folded() == (1, 1)
    assert views.database["dead_letters"].count_documents({}) == 30
    assert views.generations.pointer()["incomplete"] == [1]


def test_a_fold_that_makes_what_mongodb_cannot_keep_is_set_aside(rig: Rig) -> None:
    class Unkeepable(Shelves):
        def fold(self, document: Document, event: JarFilled, envelope: Envelope) -> None:
            super().fold(document, event, envelope)
            document["sum"] = {event.number} if event.number == 2 else document["sum"]

    shelf, database = rig.shelf(), rig.database()
    views = Views(database, Unkeepable())
    views.handler.handle(decoded(shelf.tell(1, 2, 3)))
    assert views.folded() == (2, 4)


def test_a_rebuild_after_the_fix_makes_an_incomplete_projection_whole(rig: Rig) -> None:
    class Mended(Shelves):
        def fold(self, document: Document, event: JarFilled, envelope: Envelope) -> None:
            document["sum"] = document.get("sum", 0) + event.number

    shelf, views = rig.shelf(), views_of(rig)
    rig.consumer(views.database, views.handler, LogFeeds(shelf.log), name="projections_1").take(
        shelf.tell(1, 4, 2)
    )
    runner = runner_of(rig, views.database, [Mended()], LogFeeds(shelf.log))
    runner.build(views.generations.ask_rebuild(), threading.Event())
    pointer = views.generations.pointer()
    assert (pointer["live"] > 1, pointer["building"]) == (True, None)
    assert pointer["live"] not in pointer["incomplete"]
    row = views.generations.collection("shelves", pointer["live"]).find_one({"_id": "all"}) or {}
    assert row["sum"] == 7


# ---- with the real queue ----


def test_two_workers_fold_one_queue_and_count_everything_once(rig: Rig) -> None:
    shelf, first = rig.shelf(), views_of(rig)
    relay, second = shelf.relay(), views_of(rig, database=first.database.name)
    consumers = [
        rig.consumer(each.database, each.handler, LogFeeds(shelf.log), check_seconds=0.05)
        for each in (first, second)
    ]
    numbers = range(20, 44)
    with hearing(consumers[0]), hearing(consumers[1]):
        for number in numbers[::4]:
            shelf.tell(*range(number, number + 4), jar=f"jar_{number}")
            shelf.publish_all(relay)
        soon(lambda: first.folded()[0] >= len(numbers))
        time.sleep(0.2)
    assert first.folded() == (len(numbers), sum(numbers))

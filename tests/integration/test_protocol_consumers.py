"""PROTOCOL 3: every consumer keeps a cursor and compares it with the feed."""

import json
import random
import threading
import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from shared.messaging import cursors
from shared.messaging.consumer import DRAIN_SECONDS, Consumer, ForeignHistory
from shared.messaging.cursors import Cursors
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope
from shared.messaging.feed_client import FeedUnreachable
from shared.storage.mongo import Db
from tests.integration.rig import (
    Diary,
    Judge,
    LogFeeds,
    Rig,
    hearing,
    once_each,
    protected,
    publish,
    soon,
)

# ---- controls: each lacks one protection ----


class TrustsTheQueue(Consumer):
    """Handles what comes as it comes."""

    def settle(self, source: str, envelopes: Sequence[Envelope]) -> None:
        self._handle(source, envelopes, envelopes[-1].epoch)


class SkipsGaps(Consumer):
    """Drops what it knows, but takes a gap for nothing."""

    def settle(self, source: str, envelopes: Sequence[Envelope]) -> None:
        through = self._mark(source).through
        fresh = [each for each in envelopes if each.sequence > through]
        if fresh:
            self._handle(source, fresh, fresh[-1].epoch)


class NeverCompares(Consumer):
    """Believes that the queue brings everything."""

    def catch_up(self) -> int:
        self._marks.load()
        return 0


class AnyHistory(SkipsGaps):
    """Looks at numbers only, not at whose they are."""


class TakesAnybodysWord(Consumer):
    """Believes what a message says of its source."""

    def take(self, bodies: Sequence[bytes | str], publisher: str | None = None) -> None:
        super().take(bodies)


# ---- doubled, reordered, missing ----


@protected(Consumer, (TrustsTheQueue, "times"))
def test_doubled_and_reordered_messages_are_handled_once_and_in_order(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, diary = rig.shelf(), Diary()
    consumer = rig.consumer(rig.database(), diary, LogFeeds(shelf.log), part)
    chance = random.Random(7)
    bodies = shelf.tell(*range(1, 31)) * 2
    for _ in range(40):
        bodies[chance.randrange(60)], bodies[chance.randrange(60)] = (
            bodies[chance.randrange(60)],
            bodies[chance.randrange(60)],
        )
    while bodies:
        size = chance.randrange(1, 9)
        consumer.take(bodies[:size])
        del bodies[:size]
    consumer.take(shelf.tell(31))
    judge(once_each(diary.numbers, 31))


@protected(Consumer, (SkipsGaps, "3 lost"))
def test_a_gap_is_fetched_from_the_feed_and_the_order_kept(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, diary = rig.shelf(), Diary()
    consumer = rig.consumer(rig.database(), diary, LogFeeds(shelf.log), part)
    consumer.take(shelf.tell(1))  # the first one is always fetched: only the feed knows the epoch
    two, _, four, five = shelf.tell(2, 3, 4, 5)
    consumer.take([two])
    consumer.take([four])
    consumer.take([five])
    judge(once_each(diary.numbers, 5))


def test_where_a_gap_cannot_be_fetched_what_is_behind_it_waits(rig: Rig) -> None:
    shelf, diary, database = rig.shelf(), Diary(), rig.database()
    feeds = LogFeeds(shelf.log)
    consumer = rig.consumer(database, diary, feeds)
    consumer.take(shelf.tell(1))
    _, three = shelf.tell(2, 3)
    feeds.down = {"jars"}
    with pytest.raises(FeedUnreachable):
        consumer.take([three])
    assert (diary.numbers, Cursors(database, "reactions").load()["jars"].through) == ([1], 1)
    feeds.down = set()
    consumer.take([three])  # it was not acknowledged, so it comes again
    assert diary.numbers == [1, 2, 3]


# ---- what the queue never brings ----


@protected(Consumer, (NeverCompares, "lost"))
def test_a_consumer_that_starts_after_events_were_told_hears_them_all(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, diary = rig.shelf(), Diary()
    relay = shelf.relay()
    shelf.tell(1, 2, 3)
    shelf.publish_all(relay)  # to nobody
    consumer = rig.consumer(rig.database(), diary, LogFeeds(shelf.log), part)
    with hearing(consumer):
        heard = soon(lambda: len(diary.numbers) == 3, 5 if part is Consumer else 1.5)
        assert heard or part is NeverCompares
    judge(once_each(diary.numbers, 3))


@protected(Consumer, (NeverCompares, "lost"))
@pytest.mark.parametrize("accident", ["purged", "deleted"])
def test_a_queue_that_lost_its_messages_loses_nothing(
    rig: Rig, part: Any, judge: Judge, accident: str
) -> None:
    shelf, database = rig.shelf(), rig.database()
    relay, before, after = shelf.relay(), Diary(), Diary()
    with hearing(rig.consumer(database, before, LogFeeds(shelf.log), part)):
        shelf.tell(1)
        shelf.publish_all(relay)
        soon(lambda: before.numbers == [1])
    shelf.tell(2, 3)
    shelf.publish_all(relay)
    queue = f"{database.name}.reactions"
    if accident == "purged":
        assert rig.purge_queue(queue) >= 2
    else:
        rig.delete_queue(queue)
    with hearing(rig.consumer(database, after, LogFeeds(shelf.log), part)):
        soon(lambda: after.numbers, 5 if part is Consumer else 1.5)
    judge(once_each(before.numbers + after.numbers, 3))


def test_a_queue_deleted_under_a_consumer_is_made_again(rig: Rig) -> None:
    shelf, database, diary = rig.shelf(), rig.database(), Diary()
    relay = shelf.relay()
    with hearing(rig.consumer(database, diary, LogFeeds(shelf.log))):
        shelf.tell(1)
        shelf.publish_all(relay)
        assert soon(lambda: diary.numbers == [1])
        rig.delete_queue(f"{database.name}.reactions")
        shelf.tell(2)
        shelf.publish_all(relay)
        assert soon(lambda: diary.numbers == [1, 2]), diary.numbers


@protected(Consumer, (NeverCompares, "2 lost"))
def test_a_last_message_that_was_dropped_is_found_by_the_regular_comparison(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, diary = rig.shelf(), Diary()
    consumer = rig.consumer(rig.database(), diary, LogFeeds(shelf.log), part)
    consumer.take(shelf.tell(1))
    shelf.tell(2)
    consumer.catch_up()
    judge(once_each(diary.numbers, 2))


def test_a_feed_that_is_down_hides_no_gap_of_another_source(rig: Rig) -> None:
    shelf, diary = rig.shelf(), Diary()
    feeds = LogFeeds(shelf.log)
    feeds.down = {"attic"}
    consumer = rig.consumer(rig.database(), diary, feeds, sources=["attic", "jars"])
    shelf.tell(1)
    with pytest.raises(FeedUnreachable):
        consumer.catch_up()
    assert diary.numbers == [1]


# ---- another history ----


@protected(Consumer, (AnyHistory, "another history"))
def test_a_foreign_epoch_is_not_gone_on_with(rig: Rig, part: Any, judge: Judge) -> None:
    shelf, diary = rig.shelf(), Diary()
    consumer = rig.consumer(rig.database(), diary, LogFeeds(shelf.log), part)
    consumer.take(shelf.tell(1))
    shelf.log.renew_epoch()
    found = []
    try:
        consumer.take(shelf.tell(2))
        found = ["went on with another history"]
    except ForeignHistory:
        assert diary.numbers == [1]
    judge(found)


def test_a_mark_past_the_head_is_not_gone_on_with(rig: Rig) -> None:
    shelf, database = rig.shelf(), rig.database()
    consumer = rig.consumer(database, Diary(), LogFeeds(shelf.log))
    shelf.tell(1, 2)
    consumer.catch_up()
    shelf.database["event_log"].delete_one({"_id": 2})  # as a backup without it
    with pytest.raises(ForeignHistory):
        consumer.catch_up()


def test_a_consumer_in_another_history_says_that_it_needs_a_rebuild(rig: Rig) -> None:
    shelf, database = rig.shelf(), rig.database()
    shelf.tell(1)
    Cursors(database, "reactions").settle("jars", "of-the-past", 1)
    with hearing(rig.consumer(database, Diary(), LogFeeds(shelf.log))) as consumer:
        assert soon(lambda: "rebuild needed" in consumer.problem)


@protected(Consumer, (AnyHistory, "9"))
def test_stale_messages_of_an_old_epoch_are_dropped_where_the_feed_is_still_ours(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, diary = rig.shelf(), Diary()
    consumer = rig.consumer(rig.database(), diary, LogFeeds(shelf.log), part)
    consumer.take(shelf.tell(1))
    (two,) = shelf.tell(2)
    stale = json.dumps(
        json.loads(two) | {"epoch": "of-the-past", "data": {"jar": "jar_one", "number": 9}}
    )
    consumer.take([stale])
    judge([] if diary.numbers == [1, 2] else [f"heard {diary.numbers}"])


def test_after_a_restore_a_consumer_goes_on_where_it_is_told_to(rig: Rig) -> None:
    shelf, diary, database = rig.shelf(), Diary(), rig.database()
    consumer = rig.consumer(database, diary, LogFeeds(shelf.log))
    consumer.take(shelf.tell(1, 2, 3))
    shelf.database["event_log"].delete_one({"_id": 3})  # the backup was older
    epoch = shelf.log.renew_epoch()
    with pytest.raises(ForeignHistory):
        consumer.catch_up()
    Cursors(database, "reactions").adopt("jars", epoch, 2)
    consumer.catch_up()
    consumer.take(shelf.tell(4))
    assert diary.numbers == [1, 2, 3, 4]


def test_one_who_hears_a_restored_log_from_its_beginning_hears_both_epochs(rig: Rig) -> None:
    shelf, diary = rig.shelf(), Diary()
    shelf.tell(1, 2)
    shelf.log.renew_epoch()
    consumer = rig.consumer(rig.database(), diary, LogFeeds(shelf.log))
    consumer.catch_up()
    consumer.take(shelf.tell(3))
    consumer.catch_up()
    assert once_each(diary.numbers, 3) == []


# ---- what can't be read ----


def test_poison_is_parked_at_once_with_its_reason_and_the_next_one_is_handled(rig: Rig) -> None:
    shelf, diary, database = rig.shelf(), Diary(), rig.database()
    consumer = rig.consumer(database, diary, LogFeeds(shelf.log))
    (one,) = shelf.tell(1)
    foreign = json.dumps(json.loads(one) | {"source": "/elsewhere/things"})
    consumer.take([b"\xff not JSON", '{"specversion": "0.3"}', foreign, one])
    reasons = [row["reason"] for row in database["dead_letters"].find()]
    assert diary.numbers == [1]
    assert len(DeadLetters(database, "reactions").parked()) == len(reasons) == 3
    assert any("not from one that may tell" in each for each in reasons)


def test_poison_that_comes_again_is_parked_once(rig: Rig) -> None:
    shelf, diary, database = rig.shelf(), Diary(), rig.database()
    feeds = LogFeeds(shelf.log)
    feeds.down = {"jars"}
    consumer = rig.consumer(database, diary, feeds)
    (_, two) = shelf.tell(1, 2)
    for _ in range(3):  # the gap can't be fetched, so nothing of the batch is acknowledged
        with pytest.raises(FeedUnreachable):
            consumer.take([b"poison", two])
    assert len(DeadLetters(database, "reactions").parked()) == 1


@protected(Consumer, (TakesAnybodysWord, "99 in another's name"))
def test_nobody_tells_in_anothers_name(rig: Rig, part: Any, judge: Judge) -> None:
    shelf, diary, database = rig.shelf(), Diary(), rig.database()
    consumer = rig.consumer(database, diary, LogFeeds(shelf.log), part)
    with hearing(consumer):
        shelf.tell(1)
        shelf.publish_all(shelf.relay())
        soon(lambda: diary.numbers)
        (real,) = shelf.tell(2)  # logged, and not yet published: the next number is known
        forged = json.loads(real) | {"id": "forged"}
        forged["data"]["number"] = 99
        rig.put(f"{database.name}.reactions", json.dumps(forged))
        soon(lambda: 99 in diary.numbers or database["dead_letters"].find_one())
        shelf.publish_all(shelf.relay())
        soon(lambda: 99 in diary.numbers or 2 in diary.numbers)
    judge(["99 in another's name"] if 99 in diary.numbers else once_each(diary.numbers, 2))


# ---- the loop itself ----


def test_a_message_is_acknowledged_only_after_it_is_handled(rig: Rig) -> None:
    shelf, database = rig.shelf(), rig.database()
    relay, handled = shelf.relay(), threading.Event()

    class Stuck(Diary):
        def handle(self, events: Sequence[Envelope]) -> bool:
            handled.set()
            raise ConnectionError("killed in the middle")

    diary = Diary()
    feeds = LogFeeds(shelf.log)
    with hearing(rig.consumer(database, Stuck(), feeds)):
        soon(lambda: not feeds.down)
        shelf.tell(1)
        shelf.publish_all(relay)
        assert handled.wait(10)
    with hearing(rig.consumer(database, diary, feeds)):
        assert soon(lambda: diary.numbers == [1])
    assert publish(relay) == 0


# ---- marks behind events that nobody here needed ----


class Deaf(Diary):
    """Needs nothing of what it is handed."""

    def handle(self, events: Sequence[Envelope]) -> bool:
        super().handle(events)
        return False


def saved(database: Db) -> int:
    """Through which number the mark in the database is."""
    marks = Cursors(database, "reactions").load(newest=True)
    return marks["jars"].through if marks else 0


def test_in_a_stream_of_what_nobody_needs_the_mark_is_saved_each_half_second(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(cursors, "time", SimpleNamespace(monotonic=lambda: now[0]))
    shelf, database, deaf = rig.shelf(), rig.database(), Deaf()
    consumer = rig.consumer(database, deaf, LogFeeds(shelf.log))
    marks = []
    for number in range(1, 13):
        consumer.take(shelf.tell(number))
        marks.append(saved(database))
        now[0] += 0.125
    assert marks == [1] * 4 + [5] * 4 + [9] * 4
    assert deaf.numbers == list(range(1, 13))


def test_once_it_is_quiet_the_mark_is_saved_at_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cursors, "SAVE_SECONDS", 600.0)  # so that nothing else saves it
    shelf, database, deaf = rig.shelf(), rig.database(), Deaf()
    relay = shelf.relay()
    with hearing(rig.consumer(database, deaf, LogFeeds(shelf.log), check_seconds=600)):
        shelf.tell(1)
        shelf.publish_all(relay)
        assert soon(lambda: deaf.numbers == [1] and saved(database) == 1)
        shelf.tell(2, 3)
        shelf.publish_all(relay)
        assert soon(lambda: deaf.numbers == [1, 2, 3])
        began = time.monotonic()
        assert soon(lambda: saved(database) == 3), saved(database)
        assert time.monotonic() - began < DRAIN_SECONDS + 5  # of a busy machine

"""PROTOCOL 2, on the database's side: outbox → numbered log, by one relay at a time."""

import math
import random
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any

import pytest
from pymongo import UpdateOne

from shared.messaging import event_log
from shared.messaging.envelope import decode
from shared.messaging.event_log import EventLog, Logged, LostRace
from shared.messaging.relay import POLL_SECONDS, Relay, Told
from shared.storage.aggregates import Origin
from shared.storage.mongo import Document
from tests.integration.rig import Judge, LogFeeds, Rig, Shelf, once_each, protected, soon

EVENT_ID_NOT_UNIQUE = [index for index in event_log.INDEXES if not index.unique]


class Killed(Exception):
    """The process is gone at this place."""


class Interleaved(Relay):
    """A relay in which a test can do something between two steps, once."""

    before_reading: Callable[[], Any] | None = None
    after_reading: Callable[[], Any] | None = None
    before_clearing: Callable[[], Any] | None = None

    def read_outboxes(self, names: Collection[str] | None = None) -> list[Told]:
        self._once("before_reading")
        told = super().read_outboxes(names)
        self._once("after_reading")
        return told

    def clear_outboxes(self, told: Sequence[Told]) -> None:
        self._once("before_clearing")
        super().clear_outboxes(told)

    def _once(self, name: str) -> None:
        step = getattr(self, name)
        setattr(self, name, None)
        if step:
            step()


class Counting(Relay):
    """Counts lost races."""

    lost = 0

    def begin_again(self, told: Sequence[Told]) -> None:
        self.lost += 1
        super().begin_again(told)


def _be_killed() -> None:
    raise Killed


# ---- controls: each lacks one protection ----


class OverwritingLog(EventLog):
    """The sequence is not unique: who comes later writes over what is there."""

    def append(self, told: Sequence[Document], head: int, epoch: str) -> list[Logged]:
        for sequence in range(head + 1, head + 1 + len(told)):
            self._entries.delete_one({"_id": sequence})
        return super().append(told, head, epoch)


class KeepsItsBatch(Interleaved):
    """After a lost race: the new head, and the same batch again."""

    def begin_again(self, told: Sequence[Told]) -> None:
        self._kept = list(told)
        self._head = self._log.head()

    def read_outboxes(self, names: Collection[str] | None = None) -> list[Told]:
        kept: list[Told] = getattr(self, "_kept", [])
        self._kept = []
        return kept or super().read_outboxes(names)


class EmptiesTheOutbox(Interleaved):
    """Sets the outbox empty instead of taking out what is logged."""

    def removal(self, id: str, event_ids: list[str]) -> UpdateOne:
        return UpdateOne({"_id": id}, {"$set": {"outbox": []}})


class CountsTheVersionUp(Interleaved):
    def removal(self, id: str, event_ids: list[str]) -> UpdateOne:
        pull = {"$pull": {"outbox": {"id": {"$in": event_ids}}}}
        return UpdateOne({"_id": id}, pull | {"$inc": {"version": 1}})


class TrustsItsWakeUps(Relay):
    """Looks only where the change stream said that something has changed."""

    def _to_read(self) -> Collection[str]:
        self._next_poll = math.inf
        return super()._to_read()


@protected(Relay, (TrustsItsWakeUps, "unseen"))
def test_a_change_that_nobody_saw_is_found_by_the_poll(rig: Rig, part: Any, judge: Judge) -> None:
    shelf, stop = rig.shelf(), threading.Event()
    relay = shelf.relay(part)  # without its watching loop
    thread = threading.Thread(target=relay.run_logging, args=(stop,), daemon=True)
    thread.start()
    try:
        shelf.fill(1)
        found = soon(lambda: shelf.log.head() == 1, 8 * POLL_SECONDS)
    finally:
        stop.set()
        thread.join(10)
    judge([] if found else ["unseen"])


# ---- the log's two unique keys ----


@protected(event_log.INDEXES, (EVENT_ID_NOT_UNIQUE, "times"))
def test_a_relay_killed_between_logging_and_clearing_tells_nothing_twice(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf = rig.shelf(indexes=part)
    shelf.fill(1, 2, 3)
    dying, next_one = shelf.relay(Interleaved), shelf.relay()
    dying.before_clearing = _be_killed
    with pytest.raises(Killed):
        dying.log_step()
    shelf.fill(4)
    shelf.expire_lease()
    shelf.log_all(next_one)
    judge(shelf.violations(4))
    assert shelf.untold() == 0


@protected(EventLog, (OverwritingLog, "lost"))
def test_a_relay_with_a_stale_head_writes_over_nothing(rig: Rig, part: Any, judge: Judge) -> None:
    shelf = rig.shelf(log=part)
    stale, fresh = shelf.relay(Interleaved), shelf.relay()

    def lose_the_lease() -> None:
        shelf.expire_lease()
        shelf.log_all(fresh)
        shelf.fill(3)

    shelf.fill(1, 2)
    stale.before_reading = lose_the_lease  # it knows the head, and believes in its lease
    stale.log_step()
    shelf.log_all(fresh)
    judge(shelf.violations(3))


@protected(
    (Interleaved, event_log.INDEXES),
    ((KeepsItsBatch, EVENT_ID_NOT_UNIQUE), "times"),
    ((KeepsItsBatch, event_log.INDEXES), "3 lost"),  # it runs into the same wall for ever
)
def test_a_relay_with_a_stale_batch_drops_it_and_begins_again(
    rig: Rig, part: Any, judge: Judge
) -> None:
    kind, indexes = part
    shelf = rig.shelf(indexes=indexes)
    stale, fresh = shelf.relay(kind), shelf.relay()

    def lose_the_lease() -> None:
        shelf.expire_lease()
        shelf.log_all(fresh)
        shelf.expire_lease()

    shelf.fill(1, 2)
    stale.after_reading = lose_the_lease
    stale.log_step()
    shelf.fill(3)
    for _ in range(5):
        stale.log_step()
    judge(shelf.violations(3))


@protected(EventLog, (OverwritingLog, "lost"))
def test_two_relays_in_any_interleaving_tell_everything_once(
    rig: Rig, part: Any, judge: Judge
) -> None:
    runs = (_random_interleaving(rig.shelf(log=part), seed) for seed in range(4))
    judge(next((violations for violations in runs if violations), []))


def _random_interleaving(shelf: Shelf, seed: int) -> list[str]:
    """Relays stall after reading, lose their lease, are killed; commands go on meanwhile."""
    chance = random.Random(seed)
    relays = [shelf.relay(Interleaved) for _ in range(3)]
    told = 0

    def fill() -> None:
        nonlocal told
        for _ in range(chance.randrange(3)):
            told += 1
            shelf.fill(told, jar=f"jar_{chance.randrange(4)}")

    def meanwhile() -> None:
        fill()
        if chance.random() < 0.5:
            shelf.expire_lease()
            chance.choice(relays).log_step()

    for _ in range(40):
        relay = chance.choice(relays)
        step = chance.choice(["before_reading", "after_reading", "before_clearing"])
        setattr(relay, step, _be_killed if chance.random() < 0.2 else meanwhile)
        try:
            relay.log_step()
        except Killed:
            relays[relays.index(relay)] = shelf.relay(Interleaved)
        fill()
    shelf.expire_lease()
    shelf.log_all(shelf.relay())
    return shelf.violations(told)


# ---- taking out of the outbox ----


@protected(Interleaved, (EmptiesTheOutbox, "2 lost"))
def test_an_event_pushed_between_reading_and_clearing_stays_in_the_outbox(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf = rig.shelf()
    relay = shelf.relay(part)
    shelf.fill(1)
    relay.before_clearing = lambda: shelf.fill(2)
    shelf.log_all(relay)
    judge(shelf.violations(2))


@protected(Interleaved, (CountsTheVersionUp, "version"))
def test_telling_an_event_leaves_the_version_alone(rig: Rig, part: Any, judge: Judge) -> None:
    shelf = rig.shelf()
    shelf.fill(1)
    seen = shelf.jars.load("jar_one").version
    shelf.log_all(shelf.relay(part))
    now = shelf.jars.load("jar_one").version
    judge([] if now == seen else [f"the version went from {seen} to {now} without a command"])


def test_events_of_one_aggregate_keep_their_order_across_batches(rig: Rig) -> None:
    shelf = rig.shelf()
    relay = shelf.relay()
    for number in range(1, 31):
        shelf.fill(number, jar=f"jar_{number % 3}")
        if number % 4 == 0:
            relay.log_step()
    shelf.log_all(relay)
    assert shelf.violations(30) == []


def test_a_relay_that_is_alone_loses_no_race_against_itself(rig: Rig) -> None:
    shelf = rig.shelf()
    relay = shelf.relay(Counting)
    for number in range(1, 21):
        shelf.fill(number)
        relay.log_step()
        relay.log_step()  # as its loop does: what it has just cleared must not be read again
    shelf.log_all(relay)
    assert (relay.lost, shelf.violations(20)) == (0, [])


# ---- the log as readers see it ----


def test_readers_meet_no_gap_while_relays_append(rig: Rig) -> None:
    shelf = rig.shelf()
    feeds, relay = LogFeeds(shelf.log), shelf.relay()
    heard: list[int] = []
    for number in range(1, 61):
        shelf.fill(number)
        if number % 3 == 0:
            relay.log_step()
        page = feeds.page("jars", len(heard), limit=7)
        assert [each.sequence for each in page.events] == list(
            range(len(heard) + 1, len(heard) + 1 + len(page.events))
        )
        heard += [each.data["number"] for each in page.events]
    heard += [each.data["number"] for each in feeds.page("jars", len(heard)).events]
    assert once_each(heard, 60) == []


def test_the_log_keeps_its_epoch_until_it_is_renewed_and_envelopes_carry_it(rig: Rig) -> None:
    shelf = rig.shelf()
    (first,) = shelf.tell(1)
    assert decode(first).epoch == shelf.log.epoch()
    renewed = shelf.log.renew_epoch()
    (second,) = shelf.tell(2)
    assert decode(second).epoch == renewed != decode(first).epoch
    assert decode(second).sequence == 2


def test_a_lost_race_is_told_apart_from_other_failures(rig: Rig) -> None:
    shelf = rig.shelf()
    shelf.fill(1)
    entries = [entry for _, _, entry in shelf.relay().read_outboxes()]
    shelf.log.append(entries, 0, "epoch")
    with pytest.raises(LostRace):
        shelf.log.append(entries, 0, "epoch")  # the number is taken
    with pytest.raises(LostRace):
        shelf.log.append(entries, 1, "epoch")  # the event is there
    assert shelf.violations(1) == []


def test_a_command_saves_its_state_and_its_event_in_one_write_or_neither(rig: Rig) -> None:
    shelf = rig.shelf()

    def refuse(*_: Any) -> Any:
        raise Killed

    with pytest.raises(Killed):
        shelf.jars.change("jar_one", Origin(client="t", command="t"), refuse, initial=object)  # type: ignore[arg-type]
    assert shelf.untold() == 0
    shelf.fill(1)
    document = shelf.database["jars"].find_one({}) or {}
    assert (document["state"]["numbers"], len(document["outbox"])) == ([1], 1)

"""PROTOCOL 1: one document, one write, an id derived from what asked for it; and the lease of 2."""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from pymongo import ReturnDocument

from shared.clock import SystemClock
from shared.errors import Conflict, Text, Unprocessable, VersionMismatch
from shared.storage.aggregates import Aggregates, Origin, Receipt
from shared.storage.ids import derived_id, random_id
from shared.storage.lease import LEASE_SECONDS, Lease
from tests.integration.rig import Jar, Judge, Rig, Shelf, protected

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
NewId = Callable[[str], str]


def _by_key(key: str) -> str:
    return derived_id("jar", "client", "/v1/jars", key)


def _at_random(key: str) -> str:
    return random_id("jar")


def _origin(key: str = "k1", fingerprint: str = "body") -> Origin:
    return Origin(client="client", command="jars.make", key=key, fingerprint=fingerprint)


def _make(shelf: Shelf, id: str, origin: Origin, number: int = 1) -> Receipt:
    def build(now: datetime) -> tuple[Jar, Sequence[Any]]:
        jar = Jar()
        return jar, jar.fill(id, number)

    return shelf.jars.make(id, origin, build)


class Blind(Aggregates[Jar]):
    """Control: saves over whatever version is there."""

    def _save(self, id: str, version: int, *rest: Any) -> Receipt | None:
        return super()._save(id, self.load(id).version, *rest)


class NoKeys(Aggregates[Jar]):
    """Control: forgets what a change was asked by."""

    def change(self, id: str, origin: Origin, *rest: Any, **more: Any) -> Receipt:
        return super().change(id, Origin(client="client", command="fill"), *rest, **more)


# ---- made once ----


@protected(_by_key, (_at_random, "6 documents"))
def test_the_same_key_at_the_same_moment_makes_one_thing_and_one_answer(
    rig: Rig, part: NewId, judge: Judge
) -> None:
    shelves = [rig.shelf()]
    shelves += [Shelf(rig.open(shelves[0].database.name), rig.amqp_url) for _ in range(5)]
    together = threading.Barrier(len(shelves))

    def ask(shelf: Shelf) -> Receipt:
        id = part("k1")
        together.wait()
        return _make(shelf, id, _origin())

    with ThreadPoolExecutor(len(shelves)) as pool:
        answers = list(pool.map(ask, shelves))
    made = shelves[0].database["jars"].count_documents({})
    found = [] if made == 1 else [f"{made} documents for one key"]
    judge(found + [f"another answer: {each}" for each in answers if each.id != answers[0].id])
    if not found:
        assert len(set(answers)) == 1  # also while the first was in flight


def test_the_same_key_with_another_body_is_refused(rig: Rig) -> None:
    shelf = rig.shelf()
    id = _by_key("k1")
    first = _make(shelf, id, _origin())
    with pytest.raises(Unprocessable):
        _make(shelf, id, _origin(fingerprint="another"))
    assert _make(shelf, id, _origin()) == first
    shelf.fill(2, jar=id)
    assert _make(shelf, id, _origin()) == first  # the key lives as long as its effect


def test_a_repeat_gets_the_first_answer_also_where_it_would_be_refused_now(rig: Rig) -> None:
    shelf = rig.shelf()
    first = _make(shelf, "jar_one", _origin())

    def refuse(now: datetime) -> tuple[Jar, Sequence[Any]]:
        raise Conflict(Text("Its time has begun.", "服务时间已开始。"))

    assert shelf.jars.make("jar_one", _origin(), refuse) == first
    with pytest.raises(Unprocessable):
        shelf.jars.make("jar_one", _origin(fingerprint="another"), refuse)
    with pytest.raises(Conflict, match="begun"):
        shelf.jars.make("jar_two", _origin("k2"), refuse)


def test_what_exists_already_by_another_key_is_told_from_a_repeat(rig: Rig) -> None:
    shelf = rig.shelf()
    _make(shelf, "jar_one", _origin("k1"))
    for key in ("k2", ""):
        with pytest.raises(Conflict):
            _make(shelf, "jar_one", _origin(key))


# ---- changed once ----


@protected(Aggregates, (NoKeys, "came 4 times"))
def test_a_change_that_is_asked_for_again_happens_once(rig: Rig, part: Any, judge: Judge) -> None:
    shelf = rig.shelf(jars=part)
    shelf.fill(1)
    for _ in range(2):
        shelf.fill(2, key="k2")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: shelf.fill(2, key="k2"), range(2)))
    numbers = shelf.jars.load("jar_one").state.numbers
    judge([] if numbers == [1, 2] else [f"2 came {numbers.count(2)} times"])


@protected(Aggregates, (Blind, "lost"))
def test_two_changes_at_once_are_both_kept(rig: Rig, part: Any, judge: Judge) -> None:
    shelf = rig.shelf(jars=part)
    other = Shelf(rig.open(shelf.database.name), rig.amqp_url, jars=part)
    shelf.fill(1)
    interruptions = iter([2])

    def decide(jar: Jar, now: datetime) -> Sequence[Any]:
        for number in interruptions:
            other.fill(number)  # another process, between our read and our write
        return jar.fill("jar_one", 3)

    shelf.jars.change("jar_one", _origin(""), decide)
    numbers = shelf.jars.load("jar_one").state.numbers
    judge([f"{number} lost" for number in (1, 2, 3) if number not in numbers])
    assert shelf.jars.load("jar_one").version == 3


def test_many_processes_change_one_document_and_lose_nothing(rig: Rig) -> None:
    shelf = rig.shelf()
    others = [Shelf(rig.open(shelf.database.name), rig.amqp_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: others[n].fill(*range(n * 20, n * 20 + 20)), range(4)))
    loaded = shelf.jars.load("jar_one")
    assert sorted(loaded.state.numbers) == list(range(80))
    assert loaded.version == len(loaded.audit) == 80


def test_an_expected_version_that_is_not_the_current_one_is_refused(rig: Rig) -> None:
    shelf = rig.shelf()
    shelf.fill(1, 2)
    with pytest.raises(VersionMismatch):
        shelf.jars.change("jar_one", _origin(""), lambda jar, _: jar.fill("jar_one", 3), expected=1)
    assert shelf.jars.load("jar_one").state.numbers == [1, 2]


# ---- moved by time ----


@dataclass
class Egg(Jar):
    """An aggregate that time moves; one of them is bad."""

    def due_at(self) -> datetime | None:
        return LONG_AGO if self.status == "open" else None

    def boil(self, now: datetime) -> Sequence[Any]:
        if self.numbers == [13]:
            raise RuntimeError("a bad egg")
        self.status = "boiled"
        return []


def _laid(egg: Egg, now: datetime) -> tuple[Egg, Sequence[Any]]:
    return egg, []


def test_one_aggregate_that_time_cannot_move_holds_up_no_other(rig: Rig) -> None:
    eggs = Aggregates(rig.database(), "eggs", Egg, SystemClock())
    for egg in (Egg(numbers=[13]), Egg(numbers=[14])):
        eggs.make(f"egg_{egg.numbers[0]}", _origin(""), partial(_laid, egg))
    for _ in range(2):
        with contextlib.suppress(RuntimeError):
            eggs.pass_time(_origin(""), Egg.boil)
    assert eggs.load("egg_14").state.status == "boiled"


# ---- one at a time ----


class Everybodys(Lease):
    """Control: takes it whether it is free or not."""

    def hold(self) -> bool:
        self.expire()
        return super().hold()

    def expire(self) -> None:
        past = {"$set": {"until": datetime.fromtimestamp(0, UTC)}}
        self._rows.update_one({"_id": self.name}, past)


class Termless(Lease):
    """Control: the next holder begins no new term."""

    def hold(self) -> bool:
        held = super().hold()
        if held:
            row = self._rows.find_one_and_update(
                {"_id": self.name}, {"$set": {"term": 1}}, return_document=ReturnDocument.AFTER
            )
            self.term = row["term"] if row else 0
        return held


@protected(Lease, (Everybodys, "two held it"))
def test_a_lease_that_is_held_is_not_given_to_another(rig: Rig, part: Any, judge: Judge) -> None:
    database = rig.database()
    held = [part(database, "relay", holder).hold() for holder in ("one", "two")]
    judge([] if held == [True, False] else [f"two held it: {held}"])


def test_of_many_who_want_the_lease_at_the_same_moment_one_has_it(rig: Rig) -> None:
    database = rig.database()
    leases = [Lease(rig.open(database.name), "relay", f"holder-{n}") for n in range(4)]
    together = threading.Barrier(len(leases))

    def take(lease: Lease) -> bool:
        together.wait()
        return lease.hold()

    with ThreadPoolExecutor(len(leases)) as pool:
        held = list(pool.map(take, leases))
    assert held.count(True) == 1


@protected(Lease, (Everybodys, "too early"), (Termless, "no new term"))
def test_after_its_holder_is_killed_the_next_one_takes_over_in_time_with_a_new_term(
    rig: Rig, part: Any, judge: Judge
) -> None:
    database = rig.database()
    dead, heir = part(database, "relay", "dead"), part(database, "relay", "heir")
    assert dead.hold()
    silent_since = time.monotonic()
    while not heir.hold():
        time.sleep(0.05)
        assert time.monotonic() - silent_since < LEASE_SECONDS + 5
    took = time.monotonic() - silent_since
    found = [] if took > LEASE_SECONDS - 0.5 else [f"too early: after {took:.1f} s"]
    found += [] if took < LEASE_SECONDS + 2 else [f"too late: after {took:.1f} s"]
    judge(found + ([] if heir.term == dead.term + 1 else ["no new term"]))
    if not found:
        assert dead.hold() is False
        assert dead.term == 0


def test_a_holder_renews_without_a_new_term_and_gives_back_at_once(rig: Rig) -> None:
    database = rig.database()
    first, second = Lease(database, "relay", "one"), Lease(database, "relay", "two")
    assert [first.hold(), first.term, first.hold(), first.term] == [True, 1, True, 1]
    assert second.hold() is False
    first.release()
    time.sleep(0.01)  # the server's clock counts milliseconds
    assert [second.hold(), second.term] == [True, 2]

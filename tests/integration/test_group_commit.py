"""Group commit: inserts of threads that wait together are one write, each with its own result."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pymongo
import pytest
from pymongo.collection import Collection
from pymongo.errors import (
    AutoReconnect,
    DuplicateKeyError,
    PyMongoError,
    WriteConcernError,
    WTimeoutError,
)
from pymongo.monitoring import CommandListener, CommandStartedEvent
from pymongo.write_concern import WriteConcern

from shared.storage.group_commit import GroupCommit
from shared.storage.mongo import Document
from tests.integration.rig import Rig, soon
from tests.parts import Parts

THREADS = 40


class Inserts(CommandListener):
    """How many documents each insert carried. The first one is held until `go`."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "insert":
            self.sizes.append(len(event.command["documents"]))
            self.begun.set()
            assert self.go.wait(20)

    def succeeded(self, event: object) -> None: ...
    def failed(self, event: object) -> None: ...


@contextmanager
def observed(parts: Parts, name: str) -> Iterator[tuple[Collection[Document], Inserts]]:
    inserts = Inserts()
    client: pymongo.MongoClient[Document] = pymongo.MongoClient(
        parts.mongo_url, w="majority", event_listeners=[inserts]
    )
    try:
        yield client[name]["things"], inserts
    finally:
        client.close()


def all_at_once(
    inserts: Inserts,
    count: int,
    insert: Callable[[int], object],
    gathered: Callable[[], int] = lambda: THREADS,
) -> list[BaseException | None]:
    """The first is under way until all the others have come; how each ended."""

    def ended(number: int) -> BaseException | None:
        try:
            insert(number)
        except PyMongoError as error:
            return error
        return None

    with ThreadPoolExecutor(count) as pool:
        first = pool.submit(ended, 0)
        assert inserts.begun.wait(20)
        rest = [pool.submit(ended, number) for number in range(1, count)]
        assert soon(lambda: gathered() >= count - 1)
        inserts.go.set()
        return [each.result(30) for each in (first, *rest)]


def waiting_in(group: GroupCommit) -> Callable[[], int]:
    return lambda: len(group._waiting)


def test_what_waits_together_is_one_write(rig: Rig, parts: Parts) -> None:
    with observed(parts, rig.database().name) as (things, inserts):
        group = GroupCommit(things)
        ended = all_at_once(
            inserts, THREADS, lambda number: group.insert({"_id": number}), waiting_in(group)
        )
        assert ended == [None] * THREADS
        assert inserts.sizes == [1, THREADS - 1]
        assert things.count_documents({}) == THREADS


def test_without_it_each_is_a_write_of_its_own(rig: Rig, parts: Parts) -> None:
    with observed(parts, rig.database().name) as (things, inserts):
        all_at_once(inserts, THREADS, lambda number: things.insert_one({"_id": number}))
        assert inserts.sizes == [1] * THREADS


def test_each_has_its_own_result(rig: Rig, parts: Parts) -> None:
    """Every third has an id that is there already; one breaks another unique index."""
    with observed(parts, rig.database().name) as (things, inserts):
        things.create_index("name", unique=True)
        inserts.go.set()
        things.insert_one({"_id": "there", "name": "taken"})
        inserts.go.clear()
        inserts.begun.clear()

        def document(number: int) -> Document:
            if number == 7:
                return {"_id": 7, "name": "taken"}
            return {"_id": "there" if number and number % 3 == 0 else number, "name": number}

        group = GroupCommit(things)
        ended = all_at_once(
            inserts, THREADS, lambda number: group.insert(document(number)), waiting_in(group)
        )
        for number, error in enumerate(ended):
            if number == 7 or (number and number % 3 == 0):
                assert isinstance(error, DuplicateKeyError)
                field = "name" if number == 7 else "_id"
                assert list((error.details or {})["keyPattern"]) == [field]
            else:
                assert error is None
                assert things.find_one({"_id": number})


def test_a_write_that_is_not_confirmed_fails_all_of_it_and_nobody_waits_for_ever(
    rig: Rig, parts: Parts
) -> None:
    with observed(parts, rig.database().name) as (things, inserts):
        never = things.with_options(write_concern=WriteConcern(w=3, wtimeout=50))
        group = GroupCommit(never)
        ended = all_at_once(
            inserts, 5, lambda number: group.insert({"_id": number}), waiting_in(group)
        )
        assert all(isinstance(each, WriteConcernError | WTimeoutError) for each in ended), ended


def test_after_a_failure_the_next_is_written(rig: Rig) -> None:
    things = rig.database()["things"]
    group = GroupCommit(things)
    store, failures = group._store, [AutoReconnect("the server is gone")]

    def fails_once(inserts: list[object]) -> None:
        if failures:
            raise failures.pop()
        store(inserts)  # type: ignore[arg-type]

    group._store = fails_once  # type: ignore[assignment, method-assign]
    with pytest.raises(AutoReconnect):
        group.insert({"_id": 1})
    group.insert({"_id": 1})
    assert things.count_documents({}) == 1


def test_all_of_a_write_that_failed_hear_of_it(rig: Rig, parts: Parts) -> None:
    with observed(parts, rig.database().name) as (things, inserts):
        group = GroupCommit(things)
        store = group._store

        def fails_together(waiting: list[Any]) -> None:
            if len(waiting) > 1:
                raise AutoReconnect("the server is gone")
            store(waiting)

        group._store = fails_together  # type: ignore[assignment, method-assign]
        ended = all_at_once(
            inserts, 5, lambda number: group.insert({"_id": number}), waiting_in(group)
        )
        assert [type(each) for each in ended] == [type(None), *[AutoReconnect] * 4]

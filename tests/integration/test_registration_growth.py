"""An activity with two thousand registrations is as good as one with a hundred."""

import logging
import time
from collections.abc import Iterator
from functools import partial
from statistics import median

import pytest
from pydantic import TypeAdapter
from pymongo import MongoClient

from services.events.model import registering
from services.events.model.activity import Activity
from services.events.model.commands import Register
from services.events.model.registration import Registration
from services.events.store import MIGRATIONS
from shared.clock import SystemClock
from shared.storage.aggregates import Aggregates, Origin
from shared.storage.mongo import Db, connect
from tests.parts import Parts
from tests.unit.builders import NOW, announced

DATABASE = "test_registration_growth"
KIND = TypeAdapter(Registration)
COUNTED = ("state.taken", "state.people", "state.offers", "state.sessions")
FEW, MANY, TIMES = 100, 2000, 40
MOST = 6.0
"""How many times as long one into many may take; measured: 1.5 to 2.5."""


@pytest.fixture
def database(parts: Parts) -> Iterator[Db]:
    found = connect(parts.mongo_url, DATABASE, "test")
    yield found
    with MongoClient[dict[str, object]](parts.mongo_url) as client:
        client.drop_database(DATABASE)


def register_one(activities: Aggregates[Activity], id: str, number: int) -> float:
    """Milliseconds of one registration: loaded, decided, saved by a majority."""
    body = Register(resident=f"R-{number:06}")
    origin = Origin(client="test", command="register", key=f"key-{id}-{number}")
    began = time.perf_counter()
    activities.change(
        id, origin, lambda it, _: registering.register(it, f"reg_no{number:06}", body, NOW)
    )
    return (time.perf_counter() - began) * 1000


def filled(activities: Aggregates[Activity], id: str, count: int) -> None:
    """An activity with so many registrations, half of them in the waiting list."""
    activity = announced(capacity=count // 2)
    for number in range(count):
        body = Register(resident=f"R-{number:06}")
        registering.register(activity, f"reg_no{number:06}", body, NOW)
    activities.make(id, Origin(client="test", command="make"), lambda _: (activity, []))


def test_a_registration_into_two_thousand_is_fast(database: Db) -> None:
    activities = Aggregates(database, "activities", Activity, SystemClock())
    for count in (FEW, MANY):
        filled(activities, f"act_of{count:06}", count)
    took: dict[int, list[float]] = {FEW: [], MANY: []}
    for turn in range(TIMES):  # by turns, so that a busy machine is as slow for both
        for count, times in took.items():
            one = partial(register_one, activities, f"act_of{count:06}")
            times.append(one(count + turn))

    few, many = median(took[FEW]), median(took[MANY])
    logging.info(f"one into {FEW}: {few:.1f} ms; one into {MANY}: {many:.1f} ms")
    assert many < MOST * few, f"{few:.1f} ms into {FEW}, {many:.1f} ms into {MANY}"


def test_what_was_stored_before_seats_were_counted_is_counted_once(database: Db) -> None:
    activities = Aggregates(database, "activities", Activity, SystemClock())
    filled(activities, "act_old111", 4)
    kept = activities.load("act_old111").state
    rows = {id: KIND.dump_python(held) for id, held in kept.registrations.items()}
    old = {"$set": {"state.registrations": rows}, "$unset": dict.fromkeys(COUNTED, "")}
    database["activities"].update_one({"_id": "act_old111"}, old)

    for _ in range(2):
        MIGRATIONS[0].run(database)

    assert activities.load("act_old111").state == kept
    assert isinstance(
        (database["activities"].find_one() or {})["state"]["registrations"]["reg_no000001"], str
    )

"""Moments between two writes that belong together, and how to kill a worker in one of them.

The worker is stopped at some moment and its database is looked at: if it is between the two writes,
it is killed; if not, it goes on for a moment. So the kill always meets what the test is about.
"""

import os
import random
import signal
import time
from collections.abc import Callable

from tests.system import Document, System

Moment = Callable[[System], bool]

PATIENCE_SECONDS = 60.0
IN_FLIGHT_SECONDS = 0.03  # what the worker had sent before it was stopped is done after this


def logged_but_not_cleared(system: System) -> bool:
    """The relay of orders has logged what still is in an outbox."""
    database = system.database("orders")
    rows = database["orders"].find({"outbox.0": {"$exists": True}}, {"outbox.id": 1})
    ids = [entry["id"] for row in rows for entry in row["outbox"]]
    return database["event_log"].find_one({"id": {"$in": ids}}) is not None


def reacted_but_not_settled(system: System) -> bool:
    """Volunteers has done what an event asks for; its cursor does not know."""
    calendars = system.database("volunteers")["calendars"].find({}, {"audit": {"$slice": -1}})
    keys = [row["audit"][0]["key"] for row in calendars]
    newest = system.database("orders")["event_log"].find_one(
        {"id": {"$in": keys}}, {"_id": 1}, sort=[("_id", -1)]
    )
    return newest is not None and newest["_id"] > _settled(system, "volunteers", "reactions")


def folded_but_not_settled(system: System) -> bool:
    """Reports has counted an event; its cursor does not know."""
    sums = system.live("reports", "sums")
    generation = sums.name.rsplit("_", 1)[-1]
    settled = _settled(system, "reports", f"projections_{generation}")
    return sums.find_one({"heard.orders": {"$gt": settled}}) is not None


MOMENTS: dict[str, Moment] = {
    "orders-worker": logged_but_not_cleared,
    "volunteers-worker": reacted_but_not_settled,
    "reports-worker": folded_but_not_settled,
}


def kill_in_the_middle(system: System, worker: str, moment: Moment) -> None:
    """`kill -9` of a worker under load at this moment. Raises AssertionError if it never comes."""
    pid = system.process(worker).pid
    chance = random.Random(worker)
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(IN_FLIGHT_SECONDS)
        if moment(system):
            system.kill(worker)
            return
        os.kill(pid, signal.SIGCONT)
        time.sleep(chance.uniform(0.002, 0.03))
    raise AssertionError(f"{worker} was never in the middle of its write")


def _settled(system: System, service: str, consumer: str) -> int:
    """How far orders is settled."""
    row: Document = system.database(service)["cursors"].find_one({"_id": consumer}) or {}
    return int(row.get("marks", {}).get("orders", {}).get("through", 0))

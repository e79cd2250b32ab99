"""PROTOCOL 3, projections: builders of the same generation, late, stalled or two at once."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from services.reports.projections import PROJECTIONS
from shared.messaging.event_log import EventLog
from shared.messaging.feed_client import PAGE, Page
from shared.messaging.projections import Generations
from tests.integration.rig import (
    LogFeeds,
    Rig,
    soon,
)
from tests.integration.shelves import (
    Shelves,
    differences,
    live_generation,
    nothing,
    numbers_counted,
    runner_of,
)
from tests.integration.town import Town


class Paged(LogFeeds):
    """Short pages, and something may happen before one of them."""

    def __init__(self, *logs: EventLog) -> None:
        super().__init__(*logs)
        self.before: dict[int, Callable[[], object]] = {}  # the place behind which it asks: what

    def page(self, source: str, after: int, limit: int = PAGE) -> Page:
        self.before.pop(after, nothing)()
        return super().page(source, after, 10)


def test_a_builder_that_comes_too_late_leaves_the_live_generation_alone(rig: Rig) -> None:
    shelf, database = rig.shelf(), rig.database()
    first = runner_of(rig, database, [Shelves()], LogFeeds(shelf.log))
    shelf.tell(*range(50, 60))
    first.consumer_of(1).catch_up()
    asked = Generations(database).ask_rebuild()
    first.build(asked, threading.Event())
    consumer = first.consumer_of(live_generation(database))
    consumer.catch_up()
    feeds = Paged(shelf.log)
    feeds.before[0] = lambda: consumer.take(shelf.tell(60))
    # Another worker has seen that it was asked for, before the first one switched.
    runner_of(rig, rig.open(database.name), [Shelves()], feeds).build(asked, threading.Event())
    consumer.catch_up()
    consumer.take(shelf.tell(61))
    assert numbers_counted(database) == shelf.log.head()


def test_a_builder_that_stalled_does_not_write_into_what_another_builds(rig: Rig) -> None:
    shelf, database = rig.shelf(), rig.database()
    shelf.tell(*range(50, 80))
    asked = Generations(database).ask_rebuild()
    paused, go_on, stop = threading.Event(), threading.Event(), threading.Event()
    feeds = Paged(shelf.log)
    feeds.before[10] = partial(_pause, paused, go_on)
    other = runner_of(rig, rig.open(database.name), [Shelves()], feeds)
    thread = threading.Thread(target=other.run_builder, args=(stop,))
    past = {"$set": {"until": datetime.fromtimestamp(0, UTC)}}

    def stall() -> None:
        database["leases"].update_one({"_id": "rebuild"}, past)
        thread.start()
        assert paused.wait(10)  # the other one has built a third

    stalling = Shelves()
    slow_feeds = Paged(shelf.log)
    slow_feeds.before[20] = lambda: setattr(stalling, "meanwhile", stall)
    runner_of(rig, database, [stalling], slow_feeds).build(asked, threading.Event())
    go_on.set()
    soon(lambda: live_generation(database) > 1)
    stop.set()
    thread.join(10)
    assert numbers_counted(database) == 30


def _pause(paused: threading.Event, go_on: threading.Event) -> None:
    paused.set()
    assert go_on.wait(10)


def test_two_workers_that_build_the_same_generation_build_it_once(rig: Rig) -> None:
    town, database = Town(rig, 6), rig.database()
    for name in town.logs:
        town.tell(name, 40)
    runners = [runner_of(rig, rig.open(database.name), PROJECTIONS, town.feeds) for _ in range(2)]
    runners[0].consumer_of(1).catch_up()
    assert Generations(database).ask_rebuild() == 1
    stop = threading.Event()
    threads = [threading.Thread(target=each.run_builder, args=(stop,)) for each in runners]
    for thread in threads:
        thread.start()
    soon(lambda: live_generation(database) > 1)
    stop.set()
    for thread in threads:
        thread.join(10)
    assert live_generation(database) > 1
    assert differences(database, [each.name for each in PROJECTIONS]) == []

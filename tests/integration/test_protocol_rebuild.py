"""PROTOCOL 3, projections: rebuilt to the same bytes, while everything goes on."""

import contextlib
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from services.reports.projections import PROJECTIONS, Cases, Sums
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope, decode
from shared.messaging.feed_client import PAGE, Page
from shared.messaging.projections import Generations, Projection, Projections
from shared.storage.mongo import Db, Document
from tests.integration.rig import (
    JarFilled,
    Judge,
    LogFeeds,
    Rig,
    protected,
    soon,
)
from tests.integration.shelves import (
    Shelves,
    differences,
    live_generation,
    newest,
    runner_of,
    to_the_byte,
)
from tests.integration.town import Town


class Unsorted(Sums):
    """Control: a fold that depends on the order in which sources are heard."""

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        super().fold(document, event, envelope)
        document["last"] = envelope.id


def _of_the_street(database: Db) -> list[Document]:
    return list(newest(database, "sums", 1).find({"_id": {"$regex": ":street"}}, {"heard": 0}))


@protected(PROJECTIONS, ((Unsorted(), *PROJECTIONS[1:]), "differs"))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_rebuild_equals_the_live_state_to_the_byte_also_with_late_events(
    rig: Rig, part: Any, judge: Judge, seed: int
) -> None:
    town, database = Town(rig, seed), rig.database()
    runner = runner_of(rig, database, part, town.feeds)
    live = runner.consumer_of(1)
    for _ in range(15):  # sources interleave as they come; some messages are doubled or late
        bodies = [
            body for name in town.logs for body in town.tell(name, town.chance.randrange(1, 6))
        ]
        town.chance.shuffle(bodies)
        live.take(bodies + bodies[:3])
    live.catch_up()
    runner.build(Generations(database).ask_rebuild(), threading.Event())
    judge(differences(database, [each.name for each in part]))


def _interrupted(parts: Sequence[Projection], rig: Rig) -> Document:
    """Sums of a town whose worker dies between the sums and what they look up, and goes on."""

    class Dies(Projections):
        left = 2

        def _fold(self, projection: Projection, work: list[Any]) -> None:
            if isinstance(projection, Cases) and Dies.left:
                Dies.left -= 1
                raise ConnectionError("killed")
            super()._fold(projection, work)

    town, database = Town(rig, 7), rig.database()
    bodies = [decode(body) for body in town.tell("orders", 60)]
    letters, generations = DeadLetters(database, "projections_1"), Generations(database)
    for end in (20, 40, 60):
        handler = Dies(parts, 1, generations, letters)
        with contextlib.suppress(ConnectionError):
            handler.handle(bodies[:end])  # of the killed one no cursor was written
    return {row["_id"]: row for row in _of_the_street(database)}


@protected(PROJECTIONS, ((Cases(), *PROJECTIONS[:-1]), "differ"))
def test_what_was_looked_up_is_found_again_as_it_was(rig: Rig, part: Any, judge: Judge) -> None:
    town, database = Town(rig, 7), rig.database()
    handler = runner_of(rig, database, PROJECTIONS, town.feeds).consumer_of(1)
    town.tell("orders", 60)
    handler.catch_up()
    straight = {row["_id"]: row["totals"] for row in _of_the_street(database)}
    assert any("accept_minutes" in totals for totals in straight.values())
    found = {key: row["totals"] for key, row in _interrupted(part, rig).items()}
    judge([] if found == straight else ["they differ"])


def test_a_rebuild_ends_and_is_whole_while_events_arrive(rig: Rig) -> None:
    town, database = Town(rig, 4), rig.database()
    runner = runner_of(rig, database, PROJECTIONS, town.feeds)
    live = runner.consumer_of(1)
    for name in town.logs:
        town.tell(name, 40)
    live.catch_up()

    class Busy(LogFeeds):
        """While somebody reads, more is told, and the live generation hears it first."""

        rest = 12

        def page(self, source: str, after: int, limit: int = PAGE) -> Page:
            page = super().page(source, after, 10)
            if self.rest:
                self.rest -= 1
                live.take([body for name in town.logs for body in town.tell(name, 2)])
            return page

    busy = runner_of(rig, database, PROJECTIONS, Busy(*town.logs.values()))
    busy.build(Generations(database).ask_rebuild(), threading.Event())
    assert live_generation(database) > 1
    for each, generation in ((runner, 1), (busy, live_generation(database))):
        each.consumer_of(generation).catch_up()
    assert differences(database, [each.name for each in PROJECTIONS]) == []


def test_readers_and_the_live_consumer_go_over_to_a_rebuilt_generation(rig: Rig) -> None:
    town, database = Town(rig, 5), rig.database()
    runner = runner_of(rig, database, PROJECTIONS, town.feeds)
    stop = threading.Event()
    threads = [
        threading.Thread(target=body, args=(stop,))
        for body in (runner.run_live, runner.run_builder)
    ]
    for thread in threads:
        thread.start()
    try:
        town.tell("orders", 30)
        generations = Generations(database)
        soon(lambda: to_the_byte(database, "sums", 1))
        assert generations.ask_rebuild() == generations.ask_rebuild() == 1  # twice asks once
        assert soon(lambda: live_generation(database) > 1)
        live = live_generation(database)
        town.tell("orders", 30)
        heard = soon(
            lambda: (
                runner.consumer is not None
                and runner.consumer.name == f"projections_{live}"
                and _heard(database, live) == 60
            )
        )
        assert heard, _heard(database, live)
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)


def _heard(database: Db, generation: int) -> int:
    row = database["cursors"].find_one({"_id": f"projections_{generation}"}) or {"marks": {}}
    return int(row["marks"].get("orders", {}).get("through", 0))


def test_a_rebuild_after_a_restore_ends_with_the_restored_history(rig: Rig) -> None:
    shelf, database = rig.shelf(), rig.database()
    runner = runner_of(rig, database, [Shelves()], LogFeeds(shelf.log))
    shelf.tell(1, 2, 3)
    runner.consumer_of(1).catch_up()
    shelf.database["event_log"].delete_one({"_id": 3})  # the backup was older
    shelf.log.renew_epoch()
    shelf.tell(5)
    stop = threading.Event()
    threading.Timer(10, stop.set).start()
    runner.build(Generations(database).ask_rebuild(), stop)
    assert live_generation(database) > 1
    row = Generations(database).collection("shelves", live_generation(database)).find_one() or {}
    assert (row["count"], row["sum"]) == (3, 8)


@pytest.mark.parametrize("accident", ["a deploy", "a restore"])
def test_a_rebuild_that_was_interrupted_by_an_accident_begins_anew(rig: Rig, accident: str) -> None:
    class Mended(Shelves):
        def fold(self, document: Document, event: JarFilled, envelope: Envelope) -> None:
            document["sum"] = document.get("sum", 0) + event.number

    shelf, database = rig.shelf(), rig.database()
    feeds = LogFeeds(shelf.log)
    shelf.tell(1, 4, 2)
    runner_of(rig, database, [Shelves()], feeds).consumer_of(1).catch_up()
    taken = Generations(database).ask_rebuild()
    assert Generations(database).claim(taken)
    killed = runner_of(rig, database, [Shelves()], feeds)
    killed.consumer_of(taken + 1).catch_up()  # the old fold, which can't do 4; never switched
    if accident == "a restore":
        shelf.log.renew_epoch()
    stop = threading.Event()
    threading.Timer(10, stop.set).start()
    runner = runner_of(rig, database, [Mended()], feeds)
    runner.build(Generations(database).ask_rebuild(), stop)
    live = Generations(database).pointer()["live"]
    row = Generations(database).collection("shelves", live).find_one({"_id": "all"}) or {}
    assert (live > 1, row["sum"]) == (True, 7)

"""PROTOCOL 3, projections: many events folded at once, and written while the next are folded."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from services.reports.projections import PROJECTIONS
from shared.messaging import rebuilding
from shared.messaging.feed_client import PAGE, FeedUnreachable, Page
from shared.messaging.generations import Generations
from shared.messaging.kept_documents import Place
from shared.messaging.projection_runner import ProjectionRunner
from shared.messaging.rebuilding import Rebuilding
from shared.storage.mongo import Db
from tests.integration.rig import Judge, LogFeeds, Rig, protected, soon
from tests.integration.shelves import (
    Shelves,
    differences,
    live_generation,
    newest,
    runner_of,
)
from tests.integration.town import Town

WAIT_SECONDS = 10


class Short(LogFeeds):
    """Pages of five."""

    def page(self, source: str, after: int, limit: int = PAGE) -> Page:
        return super().page(source, after, 5)


def built(runner: ProjectionRunner, database: Db) -> tuple[int, int]:
    """Count and sum of all jars, in a generation that has been built just now."""
    before, stop = live_generation(database), threading.Event()
    timer = threading.Timer(WAIT_SECONDS, stop.set)
    timer.start()
    runner.build(Generations(database).ask_rebuild(), stop)
    timer.cancel()
    assert live_generation(database) > before
    row = newest(database, "shelves", live_generation(database)).find_one({"_id": "all"}) or {}
    return row.get("count", 0), row.get("sum", 0)


@pytest.mark.parametrize("at_once", [1, 7, 40])
def test_a_rebuild_equals_the_live_state_however_much_is_folded_at_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    town, database = Town(rig, 8), rig.database()
    for name in town.logs:
        town.tell(name, 60)
    runner = runner_of(rig, database, PROJECTIONS, Short(*town.logs.values()))
    runner.consumer_of(1).catch_up()
    monkeypatch.setattr(Rebuilding, "at_once", at_once)

    runner.build(Generations(database).ask_rebuild(), threading.Event())

    assert live_generation(database) > 1
    assert differences(database, [each.name for each in PROJECTIONS]) == []


class ReadsWhatIsStored(Rebuilding):
    """Control: knows nothing of what is still being written."""

    def remembered(self, place: Place) -> bytes | None:
        return None


@protected(Rebuilding, (ReadsWhatIsStored, "not built"))
def test_what_is_still_being_written_is_known_to_what_is_folded_meanwhile(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, part: Any, judge: Judge
) -> None:
    shelf, database = rig.shelf(), rig.database()
    shelf.tell(*range(50, 70))
    meanwhile = threading.Event()

    class Notes(Shelves):
        def keys(self, event: Any, envelope: Any) -> list[str]:
            if event.number in (55, 60, 65):  # the next batch is folded
                meanwhile.set()
            return super().keys(event, envelope)

    carry_out = rebuilding._Write.carry_out

    def late(write: Any) -> None:
        meanwhile.wait(1)  # not behind the last
        meanwhile.clear()
        carry_out(write)

    monkeypatch.setattr(part, "at_once", 5)
    monkeypatch.setattr(rebuilding, "KEPT_DOCUMENTS", 0)
    monkeypatch.setattr(rebuilding._Write, "carry_out", late)
    monkeypatch.setattr("shared.messaging.projection_runner.Rebuilding", part)
    try:
        found = built(runner_of(rig, database, [Notes()], Short(shelf.log)), database)
    except (AssertionError, rebuilding.WrongGuess):
        found = (0, 0)
    judge([] if found == (20, sum(range(50, 70))) else ["it is not built, or not rightly"])


def test_what_seemed_to_begin_a_document_and_did_not_is_folded_into_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hopeful(Shelves):
        def begins(self, event: Any) -> bool:
            return True

    shelf, database = rig.shelf(), rig.database()
    shelf.tell(*range(50, 70))
    monkeypatch.setattr(Rebuilding, "at_once", 5)
    runner = runner_of(rig, database, [Hopeful()], Short(shelf.log))
    assert built(runner, database) == (20, sum(range(50, 70)))


class TrustsEveryNode(Rebuilding):
    """Control: does not ask whether another node was elected."""

    def finish(self) -> None:
        self._term = self._generations.term()
        super().finish()


@protected(Rebuilding, (TrustsEveryNode, "lost"))
def test_what_a_failover_takes_back_is_built_anew(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, part: Any, judge: Judge
) -> None:
    shelf, database = rig.shelf(), rig.database()
    shelf.tell(*range(50, 55), jar="jar_other")
    shelf.tell(*range(55, 70))
    terms = [1]

    class FailsOver(Short):
        """Once, in the middle: the newest writes are gone, and another node is written to."""

        def page(self, source: str, after: int, limit: int = PAGE) -> Page:
            if after == 15 and terms == [1]:
                rows = newest(database, "shelves", 2)
                assert soon(lambda: rows.delete_one({"_id": "jar_other"}).deleted_count)
                terms[0] = 2
            return super().page(source, after, limit)

    monkeypatch.setattr(Generations, "term", lambda _: terms[0])
    monkeypatch.setattr(part, "at_once", 5)
    monkeypatch.setattr("shared.messaging.projection_runner.Rebuilding", part)
    built(runner_of(rig, database, [Shelves()], FailsOver(shelf.log)), database)
    rows = newest(database, "shelves", live_generation(database))
    judge([] if rows.count_documents({}) == 3 else ["a document is lost"])


def test_a_rebuild_stops_with_its_process_and_is_begun_anew_by_the_next(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, database, stop = rig.shelf(), rig.database(), threading.Event()
    shelf.tell(*range(50, 70))
    asked: list[int] = []

    class Stops(Short):
        def page(self, source: str, after: int, limit: int = PAGE) -> Page:
            asked.append(after)
            if after == 5:
                stop.set()
            return super().page(source, after, limit)

    monkeypatch.setattr(Rebuilding, "at_once", 5)
    runner_of(rig, database, [Shelves()], Stops(shelf.log)).build(
        Generations(database).ask_rebuild(), stop
    )
    assert live_generation(database) == 1
    assert max(asked) < 20
    runner = runner_of(rig, database, [Shelves()], Short(shelf.log))
    assert built(runner, database) == (20, sum(range(50, 70)))


# ---- pages ----


def test_the_next_page_is_fetched_while_one_is_worked_on(rig: Rig) -> None:
    shelf = rig.shelf()
    shelf.tell(*range(50, 62))
    asked: list[int] = []

    class Noted(Short):
        def page(self, source: str, after: int, limit: int = PAGE) -> Page:
            asked.append(after)
            return super().page(source, after, limit)

    found: list[Sequence[int]] = []
    for page in Noted(shelf.log).pages("jars", 0):
        assert not page.events or soon(lambda: asked[-1] >= min(10, 5 * len(found) + 5))
        found.append([each.sequence for each in page.events])
    assert found == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12], []]
    assert asked == [0, 5, 10, 12]


def test_a_page_that_can_not_be_fetched_is_told_of_behind_the_one_before(rig: Rig) -> None:
    shelf = rig.shelf()
    shelf.tell(*range(50, 62))
    feeds = Short(shelf.log)
    pages = feeds.pages("jars", 0)
    assert len(next(pages).events) == 5
    with pytest.raises(FeedUnreachable):
        feeds.down.add("jars")
        for page in pages:
            assert page.events[-1].sequence == 10  # it may have been fetched before

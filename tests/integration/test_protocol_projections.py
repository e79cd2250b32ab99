"""PROTOCOL 3, projections: folded once, in any interleaving, and rebuilt to the same bytes."""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import bson
import pytest
from pymongo.collection import Collection
from pymongo.read_concern import ReadConcern

from services.reports.projections import PROJECTIONS, Cases, Sums
from shared.contracts import events, orders, volunteers
from shared.contracts.base import Event
from shared.contracts.vocabulary import Mode, Theme
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope, decode
from shared.messaging.event_log import EventLog
from shared.messaging.feed_client import PAGE, Page
from shared.messaging.projection_runner import ProjectionRunner
from shared.messaging.projections import Generations, Projection, Projections
from shared.storage.mongo import Db, Document
from tests.integration.rig import (
    JarFilled,
    Judge,
    LogFeeds,
    Rig,
    hearing,
    protected,
    soon,
)


def _nothing() -> None: ...


class Shelves(Projection):
    """One document for each jar: how many numbers, and their sum."""

    name = "shelves"
    hears = (JarFilled,)

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] = (
            _nothing  # called once, after a read, before its write
        )

    def keys(self, event: JarFilled, envelope: Envelope) -> list[str]:
        if event.number == 13:
            raise KeyError("no key for 13")
        return [event.jar, "all"]

    def fold(self, document: Document, event: JarFilled, envelope: Envelope) -> None:
        meanwhile, self.meanwhile = self.meanwhile, _nothing
        meanwhile()
        document["sum"] = document.get("sum", 0) + event.number
        if event.number in (4, 44):
            raise ZeroDivisionError("after it has changed the document")
        document["count"] = document.get("count", 0) + 1


# ---- controls: each lacks one protection ----


class ForgetsWhatItHeard(Projections):
    def heard_already(self, row: Document, envelope: Envelope) -> bool:
        return False


class WritesUnconditionally(Projections):
    @staticmethod
    def _write(
        collection: Collection[Document], folded: dict[str, Document], marks: dict[str, Document]
    ) -> bool:
        for key, row in folded.items():
            collection.replace_one({"_id": key}, row, upsert=True)
        return True


class Requeues(Projections):
    """An event that can't be folded goes up instead of aside."""

    def _set_aside(self, envelope: Envelope, reason: str) -> None:
        raise RuntimeError(reason)


@dataclass
class Views:
    """A service's projections in one database, as one worker has them."""

    database: Db
    projection: Projection
    kind: type[Projections] = Projections

    @property
    def generations(self) -> Generations:
        return Generations(self.database)

    @property
    def handler(self) -> Projections:
        letters = DeadLetters(self.database, "projections_1")
        return self.kind([self.projection], 1, self.generations, letters)

    def document(self, id: str) -> Document:
        rows = self.generations.collection(self.projection.name, 1)
        return rows.with_options(read_concern=ReadConcern("local")).find_one({"_id": id}) or {}

    def folded(self) -> tuple[int, int]:
        row = self.document("all")
        return row.get("count", 0), row.get("sum", 0)


def _views(rig: Rig, kind: type[Projections] = Projections, database: str = "") -> Views:
    return Views(rig.open(database) if database else rig.database(), Shelves(), kind)


def _decoded(bodies: Sequence[str]) -> list[Envelope]:
    return [decode(body) for body in bodies]


# ---- once each ----


@protected(Projections, (ForgetsWhatItHeard, "counted 5 times"))
def test_a_crash_between_the_documents_and_the_cursor_counts_nothing_twice(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, views = rig.shelf(), _views(rig, part)
    bodies = shelf.tell(1, 2, 3)
    views.handler.handle(_decoded(bodies[:2]))  # killed here: the cursor never moved
    rig.consumer(views.database, views.handler, LogFeeds(shelf.log)).take(bodies)
    count, _ = views.folded()
    judge([] if count == 3 else [f"3 events were counted {count} times"])


@protected(Projections, (WritesUnconditionally, "were kept"))
def test_two_workers_that_fold_at_the_same_moment_lose_no_count(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, slow = rig.shelf(), _views(rig, part)
    fast = _views(rig, part, slow.database.name)
    slow.handler.handle(_decoded(shelf.tell(1)))
    told = _decoded(shelf.tell(2, 3, 5))
    slow.projection.meanwhile = lambda: fast.handler.handle(told)  # type: ignore[attr-defined]
    slow.handler.handle(told[:1])  # has read before the other wrote, and writes after it
    judge([] if slow.folded() == (4, 11) else [f"of 4 events {slow.folded()[0]} were kept"])


@protected(Projections, (WritesUnconditionally, "were kept"))
def test_two_workers_that_make_the_same_document_lose_no_count(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, slow = rig.shelf(), _views(rig, part)
    fast = _views(rig, part, slow.database.name)
    told = _decoded(shelf.tell(1, 2, 3))
    slow.projection.meanwhile = lambda: fast.handler.handle(told)  # type: ignore[attr-defined]
    slow.handler.handle(told[:1])
    judge([] if slow.folded() == (3, 6) else [f"of 3 events {slow.folded()[0]} were kept"])


def test_a_batch_that_meets_others_writes_for_ever_waits_instead_of_guessing(rig: Rig) -> None:
    class NeverFirst(Projections):
        @staticmethod
        def _write(*_: Any) -> bool:
            return False

    shelf, views = rig.shelf(), _views(rig, NeverFirst)
    with pytest.raises(Exception, match="too fast"):
        views.handler.handle(_decoded(shelf.tell(1)))


# ---- what can't be folded ----


@protected(Projections, (Requeues, "stops"))
def test_an_event_that_cannot_be_folded_is_set_aside_and_the_next_one_is_handled(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, views = rig.shelf(), _views(rig, part)
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
    shelf, views = rig.shelf(), _views(rig)
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
    views.handler.handle(_decoded(shelf.tell(1, 2, 3)))
    assert views.folded() == (2, 4)


def test_a_rebuild_after_the_fix_makes_an_incomplete_projection_whole(rig: Rig) -> None:
    class Mended(Shelves):
        def fold(self, document: Document, event: JarFilled, envelope: Envelope) -> None:
            document["sum"] = document.get("sum", 0) + event.number

    shelf, views = rig.shelf(), _views(rig)
    rig.consumer(views.database, views.handler, LogFeeds(shelf.log), name="projections_1").take(
        shelf.tell(1, 4, 2)
    )
    runner = _runner(rig, views.database, [Mended()], LogFeeds(shelf.log))
    runner.build(views.generations.ask_rebuild(), threading.Event())
    pointer = views.generations.pointer()
    assert (pointer["live"] > 1, pointer["building"]) == (True, None)
    assert pointer["live"] not in pointer["incomplete"]
    row = views.generations.collection("shelves", pointer["live"]).find_one({"_id": "all"}) or {}
    assert row["sum"] == 7


# ---- rebuild ----


class Unsorted(Sums):
    """Control: a fold that depends on the order in which sources are heard."""

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        super().fold(document, event, envelope)
        document["last"] = envelope.id


class Town:
    """Three sources that tell what reports hears: random facts, late ones among them."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.chance = random.Random(seed)
        self.logs = {
            name: EventLog(rig.database(), name) for name in ("orders", "volunteers", "events")
        }
        self.feeds = LogFeeds(*self.logs.values())

    def tell(self, source: str, count: int) -> list[str]:
        """Log `count` events of a source: their envelopes."""
        log = self.logs[source]
        head = log.head()
        make = {"orders": self._order, "volunteers": self._hours, "events": self._activity}[source]
        told = [self._told(make()) for _ in range(count)]
        return [entry.body for entry in log.append(told, head, log.epoch())]

    def _told(self, event: Event) -> Document:
        return {
            "id": f"{self.chance.getrandbits(128):032x}",
            "type": event.type,
            "subject": "any_thing0",
            "site": getattr(event, "site", None),
            "time": self._moment(),
            "data": event.model_dump(mode="json"),
            "correlation": "",
            "causation": "",
            "traceparent": "",
        }

    def _moment(self) -> datetime:
        """Around the change of a month in Asia/Shanghai."""
        return datetime(2026, 10, 31, tzinfo=UTC) + timedelta(hours=self.chance.randrange(48))

    def _facts(self) -> Document:
        return {
            "site": self.chance.choice(["XP00", "XP11", "XP12"]),
            "theme": self.chance.choice(list(Theme)),
            "modes": self.chance.sample(list(Mode), 2),
        }

    def _resident(self) -> str:
        return f"R-{self.chance.randrange(1000, 1009)}"

    def _order(self) -> Event:
        order = f"ord_00000{self.chance.randrange(5)}"
        facts = self._facts() | {"order": order, "item": "itm_000001"}
        kind = self.chance.choice(
            ["placed", "accepted", "completed", "rated", "closed", "vetted", "published"]
        )
        if kind == "published":
            return orders.MenuItemPublished(
                item=facts["item"],
                title=self.chance.choice("甲乙丙"),
                theme=facts["theme"],
                modes=facts["modes"],
                hands=1,
                minutes=60,
                sites=[],
            )
        if kind == "placed":
            return orders.OrderPlaced(
                **facts,
                resident=self._resident(),
                on_behalf=self.chance.random() < 0.5,
                hands=1,
                starts_at=self._moment(),
                ends_at=self._moment(),
            )
        if kind == "accepted":
            return orders.OrderAccepted(
                **facts,
                acceptance="acc_000001",
                volunteer="vol_000001",
                team="team_000001",
                starts_at=self._moment(),
                ends_at=self._moment(),
            )
        if kind == "completed":
            minutes = self.chance.randrange(90)
            return orders.OrderCompleted(
                **facts, resident=self._resident(), hands=1, minutes=minutes
            )
        if kind == "rated":
            stars = self.chance.randrange(1, 6)
            return orders.OrderRated(**facts, stars=stars, automatic=False, on_behalf=False)
        if kind == "closed":
            return orders.OrderClosed(**facts)
        return orders.OrderVetted(**facts)

    def _hours(self) -> Event:
        return volunteers.HoursCredited(
            **self._facts(),
            entry="hrs_000001",
            volunteer="vol_000001",
            team="team_000001",
            minutes=self.chance.randrange(1, 200),
            service_date=date(2026, 9, 1) + timedelta(days=self.chance.randrange(90)),  # late, too
            order="ord_000001",
            acceptance="acc_000001",
            evidence="e",
        )

    def _activity(self) -> Event:
        facts = self._facts() | {"activity": "act_000001", "series": None}
        if self.chance.random() < 0.5:
            return events.ActivityHeld(**facts, starts_at=self._moment(), attendances=3)
        return events.RegistrationAttended(
            **facts,
            registration="reg_000001",
            resident=self._resident(),
            starts_at=self._moment(),
        )


def _runner(
    rig: Rig, database: Db, projections: Sequence[Projection], feeds: LogFeeds
) -> ProjectionRunner:
    sources = sorted(feeds.logs)

    def consumer(name: str, handler: Projections) -> Consumer:
        made: Consumer = rig.consumer(
            database, handler, feeds, name=name, sources=sources, check_seconds=0.2
        )
        return made

    return ProjectionRunner(projections, database, consumer)


def _newest(database: Db, name: str, generation: int) -> Collection[Document]:
    """As its writer left it: what was written a moment ago need not be a majority's yet."""
    rows = Generations(database).collection(name, generation)
    return rows.with_options(read_concern=ReadConcern("local"))


def _of_the_street(database: Db) -> list[Document]:
    return list(_newest(database, "sums", 1).find({"_id": {"$regex": ":street"}}, {"heard": 0}))


def _bytes(database: Db, name: str, generation: int) -> dict[str, bytes]:
    """Each document to the byte, marks aside."""
    rows = _newest(database, name, generation).find()
    return {
        row["_id"]: bson.encode({key: value for key, value in row.items() if key != "heard"})
        for row in rows
    }


def _differences(database: Db, names: Sequence[str]) -> list[str]:
    found = []
    for name in names:
        live, rebuilt = _bytes(database, name, 1), _bytes(database, name, _live(database))
        found += [
            f"{name} {key} differs" for key in live | rebuilt if live.get(key) != rebuilt.get(key)
        ]
        if not live:
            found.append(f"{name} is empty")
    return found


@protected(PROJECTIONS, ((Unsorted(), *PROJECTIONS[1:]), "differs"))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_rebuild_equals_the_live_state_to_the_byte_also_with_late_events(
    rig: Rig, part: Any, judge: Judge, seed: int
) -> None:
    town, database = Town(rig, seed), rig.database()
    runner = _runner(rig, database, part, town.feeds)
    live = runner.consumer_of(1)
    for _ in range(15):  # sources interleave as they come; some messages are doubled or late
        bodies = [
            body for name in town.logs for body in town.tell(name, town.chance.randrange(1, 6))
        ]
        town.chance.shuffle(bodies)
        live.take(bodies + bodies[:3])
    live.catch_up()
    runner.build(Generations(database).ask_rebuild(), threading.Event())
    judge(_differences(database, [each.name for each in part]))


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
    handler = _runner(rig, database, PROJECTIONS, town.feeds).consumer_of(1)
    town.tell("orders", 60)
    handler.catch_up()
    straight = {row["_id"]: row["totals"] for row in _of_the_street(database)}
    assert any("accept_minutes" in totals for totals in straight.values())
    found = {key: row["totals"] for key, row in _interrupted(part, rig).items()}
    judge([] if found == straight else ["they differ"])


def test_a_rebuild_ends_and_is_whole_while_events_arrive(rig: Rig) -> None:
    town, database = Town(rig, 4), rig.database()
    runner = _runner(rig, database, PROJECTIONS, town.feeds)
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

    busy = _runner(rig, database, PROJECTIONS, Busy(*town.logs.values()))
    busy.build(Generations(database).ask_rebuild(), threading.Event())
    assert _live(database) > 1
    for runner_of, generation in ((runner, 1), (busy, _live(database))):
        runner_of.consumer_of(generation).catch_up()
    assert _differences(database, [each.name for each in PROJECTIONS]) == []


def test_readers_and_the_live_consumer_go_over_to_a_rebuilt_generation(rig: Rig) -> None:
    town, database = Town(rig, 5), rig.database()
    runner = _runner(rig, database, PROJECTIONS, town.feeds)
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
        soon(lambda: _bytes(database, "sums", 1))
        assert generations.ask_rebuild() == generations.ask_rebuild() == 1  # twice asks once
        assert soon(lambda: _live(database) > 1)
        live = _live(database)
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


def _live(database: Db) -> int:
    return int(Generations(database).pointer()["live"])


def _heard(database: Db, generation: int) -> int:
    row = database["cursors"].find_one({"_id": f"projections_{generation}"}) or {"marks": {}}
    return int(row["marks"].get("orders", {}).get("through", 0))


def test_a_rebuild_after_a_restore_ends_with_the_restored_history(rig: Rig) -> None:
    shelf, database = rig.shelf(), rig.database()
    runner = _runner(rig, database, [Shelves()], LogFeeds(shelf.log))
    shelf.tell(1, 2, 3)
    runner.consumer_of(1).catch_up()
    shelf.database["event_log"].delete_one({"_id": 3})  # the backup was older
    shelf.log.renew_epoch()
    shelf.tell(5)
    stop = threading.Event()
    threading.Timer(10, stop.set).start()
    runner.build(Generations(database).ask_rebuild(), stop)
    assert _live(database) > 1
    row = Generations(database).collection("shelves", _live(database)).find_one() or {}
    assert (row["count"], row["sum"]) == (3, 8)


@pytest.mark.parametrize("accident", ["a deploy", "a restore"])
def test_a_rebuild_that_was_interrupted_by_an_accident_begins_anew(rig: Rig, accident: str) -> None:
    class Mended(Shelves):
        def fold(self, document: Document, event: JarFilled, envelope: Envelope) -> None:
            document["sum"] = document.get("sum", 0) + event.number

    shelf, database = rig.shelf(), rig.database()
    feeds = LogFeeds(shelf.log)
    shelf.tell(1, 4, 2)
    _runner(rig, database, [Shelves()], feeds).consumer_of(1).catch_up()
    taken = Generations(database).ask_rebuild()
    assert Generations(database).claim(taken)
    killed = _runner(rig, database, [Shelves()], feeds)
    killed.consumer_of(taken + 1).catch_up()  # the old fold, which can't do 4; never switched
    if accident == "a restore":
        shelf.log.renew_epoch()
    stop = threading.Event()
    threading.Timer(10, stop.set).start()
    runner = _runner(rig, database, [Mended()], feeds)
    runner.build(Generations(database).ask_rebuild(), stop)
    live = Generations(database).pointer()["live"]
    row = Generations(database).collection("shelves", live).find_one({"_id": "all"}) or {}
    assert (live > 1, row["sum"]) == (True, 7)


class Paged(LogFeeds):
    """Short pages, and something may happen before one of them."""

    def __init__(self, *logs: EventLog) -> None:
        super().__init__(*logs)
        self.before: dict[int, Callable[[], object]] = {}  # the place behind which it asks: what

    def page(self, source: str, after: int, limit: int = PAGE) -> Page:
        self.before.pop(after, _nothing)()
        return super().page(source, after, 10)


def test_a_builder_that_comes_too_late_leaves_the_live_generation_alone(rig: Rig) -> None:
    shelf, database = rig.shelf(), rig.database()
    first = _runner(rig, database, [Shelves()], LogFeeds(shelf.log))
    shelf.tell(*range(50, 60))
    first.consumer_of(1).catch_up()
    asked = Generations(database).ask_rebuild()
    first.build(asked, threading.Event())
    consumer = first.consumer_of(_live(database))
    consumer.catch_up()
    feeds = Paged(shelf.log)
    feeds.before[0] = lambda: consumer.take(shelf.tell(60))
    # Another worker has seen that it was asked for, before the first one switched.
    _runner(rig, rig.open(database.name), [Shelves()], feeds).build(asked, threading.Event())
    consumer.catch_up()
    consumer.take(shelf.tell(61))
    assert _count(database) == shelf.log.head()


def test_a_builder_that_stalled_does_not_write_into_what_another_builds(rig: Rig) -> None:
    shelf, database = rig.shelf(), rig.database()
    shelf.tell(*range(50, 80))
    asked = Generations(database).ask_rebuild()
    paused, go_on, stop = threading.Event(), threading.Event(), threading.Event()
    feeds = Paged(shelf.log)
    feeds.before[10] = partial(_pause, paused, go_on)
    other = _runner(rig, rig.open(database.name), [Shelves()], feeds)
    thread = threading.Thread(target=other.run_builder, args=(stop,))
    past = {"$set": {"until": datetime.fromtimestamp(0, UTC)}}

    def stall() -> None:
        database["leases"].update_one({"_id": "rebuild"}, past)
        thread.start()
        assert paused.wait(10)  # the other one has built a third

    stalling = Shelves()
    slow_feeds = Paged(shelf.log)
    slow_feeds.before[20] = lambda: setattr(stalling, "meanwhile", stall)
    _runner(rig, database, [stalling], slow_feeds).build(asked, threading.Event())
    go_on.set()
    soon(lambda: _live(database) > 1)
    stop.set()
    thread.join(10)
    assert _count(database) == 30


def _pause(paused: threading.Event, go_on: threading.Event) -> None:
    paused.set()
    assert go_on.wait(10)


def _count(database: Db) -> int:
    """How many numbers the live generation has counted."""
    row = _newest(database, "shelves", _live(database)).find_one({"_id": "all"})
    return int(row["count"]) if row else 0


def test_two_workers_that_build_the_same_generation_build_it_once(rig: Rig) -> None:
    town, database = Town(rig, 6), rig.database()
    for name in town.logs:
        town.tell(name, 40)
    runners = [_runner(rig, rig.open(database.name), PROJECTIONS, town.feeds) for _ in range(2)]
    runners[0].consumer_of(1).catch_up()
    assert Generations(database).ask_rebuild() == 1
    stop = threading.Event()
    threads = [threading.Thread(target=each.run_builder, args=(stop,)) for each in runners]
    for thread in threads:
        thread.start()
    soon(lambda: _live(database) > 1)
    stop.set()
    for thread in threads:
        thread.join(10)
    assert _live(database) > 1
    assert _differences(database, [each.name for each in PROJECTIONS]) == []


# ---- with the real queue ----


def test_two_workers_fold_one_queue_and_count_everything_once(rig: Rig) -> None:
    shelf, first = rig.shelf(), _views(rig)
    relay, second = shelf.relay(), _views(rig, database=first.database.name)
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

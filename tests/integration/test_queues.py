"""Queues of subscribers: fed in order, bounded, kept in line with the subscriptions."""

from collections.abc import Callable, Iterator
from typing import Any

import pika
import pytest
from pika.exceptions import AMQPConnectionError, ConnectionClosedByBroker

from services.reports.model.queue import QueueStatus
from services.reports.queues.administration import Administration
from services.reports.queues.keeper import Keeper, Wanted
from services.reports.queues.passwords import hashed, new_password
from tests.integration.desk import Desk, numbers, taken
from tests.integration.rig import Rig
from tests.integration.test_webhooks import Post, Receiver
from tests.parts import Parts


@pytest.fixture
def desk(rig: Rig, parts: Parts) -> Iterator[Desk]:
    desk = Desk(rig, parts.need_broker_admin())
    yield desk
    desk.close()


# ---- what it gets ----


def test_a_queue_is_fed_everything_once_and_in_order(desk: Desk) -> None:
    id = desk.subscribe(length=2000)
    desk.tell(1200)
    desk.tell(3, source="events")

    desk.feed(id, turns=4)

    told = desk.read(id)
    by_source = {
        name: numbers([e for e in told if e["source"].endswith(name)]) for name in desk.logs
    }
    assert by_source["orders"] == list(range(1, 1201))
    assert by_source["events"] == [1, 2, 3]
    assert desk.state(id)["through"] == {"orders": 1200, "events": 3}


def test_a_subscriber_is_fed_its_sites_alone_and_sees_where_something_is_missing(
    desk: Desk,
) -> None:
    id = desk.subscribe(sites=["XP12"])
    for site in ("XP11", "XP12", "XP13", "XP12", "XP11"):
        desk.tell(2, site=site)

    desk.feed(id)

    told = desk.read(id)
    assert [(each["site"], each["previous"]) for each in told] == [
        ("XP12", 0), ("XP12", 3), ("XP12", 4), ("XP12", 7),
    ]  # fmt: skip
    assert desk.state(id)["through"]["orders"] == 10


def test_a_full_queue_drops_its_oldest_and_the_gap_shows(desk: Desk) -> None:
    id = desk.subscribe(length=20)
    desk.tell(5)
    desk.feed(id)
    desk.tell(195)

    desk.feed(id)

    told = desk.read(id)
    assert numbers(told) == list(range(181, 201))
    assert told[0]["previous"] == 180  # it had nothing before: 1 … 180 are in the feed
    assert [each["previous"] for each in told[1:]] == numbers(told)[:-1]


def test_what_was_told_before_it_began_is_fed_as_fast_as_it_is_read(desk: Desk) -> None:
    desk.tell(170)
    id = desk.subscribe(length=50, history=desk.heads())
    desk.feed(id, turns=3)
    heard = desk.read(id)
    assert numbers(heard) == list(range(1, 51))

    while len(heard) < 170:
        desk.feed(id)
        found = desk.read(id)
        assert 0 < len(found) <= 50
        heard += found

    assert numbers(heard) == list(range(1, 171))


def test_after_a_crash_what_was_fed_may_come_again_under_its_number(desk: Desk) -> None:
    id = desk.subscribe()
    desk.tell(10)
    desk.feed(id)
    desk.database["queue_feedings"].delete_one({"_id": id})  # fed, and not remembered

    desk.feed(id)

    assert numbers(desk.read(id)) == [*range(1, 11), *range(1, 11)]


def test_a_paused_queue_goes_on_where_it_stood(desk: Desk) -> None:
    id = desk.subscribe()
    desk.tell(2)
    desk.feed(id)
    desk.change(id, lambda queue, now: queue.pause())
    desk.tell(3)
    desk.feed(id)
    assert numbers(desk.read(id)) == [1, 2]

    desk.change(id, lambda queue, now: queue.resume(desk.heads(), now))
    desk.feed(id)

    assert numbers(desk.read(id)) == [3, 4, 5]


# ---- nobody is harmed ----


def test_who_takes_without_giving_back_is_fed_no_more_and_the_others_are(desk: Desk) -> None:
    slow, quick = desk.subscribe(length=30), desk.subscribe(length=30)
    desk.tell(30)
    desk.feed(slow)
    with desk.connect(slow) as connection:
        channel = connection.channel()
        channel.basic_consume(desk.name(slow), lambda *_: None)  # without limit, never acknowledged
        broker = desk.administration
        _until(
            connection,
            lambda: broker.queues(desk.facts.prefix())[desk.name(slow)].unacknowledged == 30,
        )
        desk.keep()
        desk.tell(100)

        desk.feed(slow, turns=3)
        desk.feed(quick, turns=3)

        assert desk.state(slow)["through"]["orders"] == 30
        assert desk.state(quick)["through"]["orders"] == 130
    desk.feeder.hold(slow, broker.queues(desk.facts.prefix())[desk.name(quick)])  # given back
    desk.feed(slow)
    assert desk.state(slow)["through"]["orders"] == 130


def test_a_queue_that_fails_marks_itself_alone(desk: Desk) -> None:
    good, bad = desk.subscribe(), desk.subscribe(kept=False, length=40)
    with desk.publishers.one() as publisher:
        publisher.open(desk.name(bad), 41)  # not as it should be: it can't be used
    desk.tell(5)

    desk.feed(bad)
    desk.feed(good)

    assert "PRECONDITION_FAILED" in desk.state(bad)["failing"]["orders"]["error"]
    assert desk.state(bad)["through"]["orders"] == 0
    assert desk.state(good)["failing"] == {}
    assert numbers(desk.read(good)) == [1, 2, 3, 4, 5]


class Mixed:
    """A webhook and a queue of the same client, over the same logs; the broker can be cut off."""

    def __init__(self, rig: Rig, admin_url: str, receiver: Receiver) -> None:
        self.proxy, url = rig.broker_proxy()
        self.desk, self.receiver = Desk(rig, admin_url, url), receiver
        self.post = Post(rig, self.desk.logs)
        self.queue = self.desk.subscribe()
        self.post.subscribe("whk_one111", receiver.url)

    def tell_both(self) -> None:
        self.desk.feed(self.queue)
        self.post.deliver()

    def failing(self) -> tuple[bool, bool]:
        """Of the queue, of the webhook."""
        states = self.desk.state(self.queue), self.post.deliveries.state("whk_one111")
        return bool(states[0]["failing"]), bool(states[1]["failing"])


@pytest.fixture
def mixed(rig: Rig, parts: Parts) -> Iterator[Mixed]:
    receiver = Receiver()
    mixed = Mixed(rig, parts.need_broker_admin(), receiver)
    yield mixed
    mixed.proxy.refusing = False
    mixed.desk.close()
    receiver.close()


def test_a_webhook_that_fails_does_not_mark_a_queue(mixed: Mixed) -> None:
    mixed.receiver.status = 500
    mixed.desk.tell(4)

    mixed.tell_both()

    assert mixed.failing() == (False, True)
    assert numbers(mixed.desk.read(mixed.queue)) == [1, 2, 3, 4]
    assert mixed.receiver.told == []


def test_a_queue_that_fails_does_not_mark_a_webhook(mixed: Mixed) -> None:
    mixed.proxy.refusing = True
    mixed.proxy.cut()
    mixed.desk.tell(4)

    mixed.tell_both()

    assert mixed.failing() == (True, False)
    assert [number for _, number in mixed.receiver.places] == [1, 2, 3, 4]

    mixed.proxy.refusing = False
    mixed.tell_both()

    assert mixed.failing() == (False, False)
    assert numbers(mixed.desk.read(mixed.queue)) == [1, 2, 3, 4]


# ---- in line with the subscriptions ----


class Killed(BaseException):
    """As `kill -9` would: nothing is cleaned up."""


class DiesAfter(Administration):
    """Is killed after so many requests."""

    def __init__(self, desk: Desk, requests: int) -> None:
        super().__init__(desk.admin_url, desk.rig.amqp_url)
        self.left = requests

    def _ask(self, *arguments: Any, **more: Any) -> Any:
        if self.left == 0:
            raise Killed
        self.left -= 1
        return super()._ask(*arguments, **more)


def on_broker(desk: Desk) -> tuple[set[str], set[str]]:
    """Names of users and of queues."""
    prefix = desk.facts.prefix()
    return set(desk.administration.users(prefix)), set(desk.administration.queues(prefix))


def test_whatever_it_was_killed_between_the_next_one_mends_it(desk: Desk) -> None:
    """One is made, one is rotated, one is ended; killed after each request there is."""
    requests, finished = 0, False
    while not finished:
        rotated, ended = desk.subscribe(), desk.subscribe()
        made, fresh = desk.subscribe(kept=False), new_password()
        desk.change(rotated, lambda q, now, f=fresh: q.rotate(hashed(f), "", now))
        desk.change(ended, lambda q, now: q.end())
        try:
            desk.keeper(DiesAfter(desk, requests)).bring_in_line()
            finished = True
        except Killed:
            desk.keep()
        assert on_broker(desk) == ({desk.name(made), desk.name(rotated)},) * 2
        desk.connect(made).close()
        desk.connect(rotated, fresh).close()
        for id in (made, rotated):
            desk.change(id, lambda q, now: q.end())
        desk.keep()
        requests += 1
    assert requests > 10  # it was killed between all of them
    assert on_broker(desk) == (set(), set())


class Remembers(Keeper):
    """The control: notes what has changed, does it, and does not look at the rest again."""

    done: Wanted = {}  # as if in its database

    def wanted(self) -> Wanted:
        new = {name: each for name, each in super().wanted().items() if name not in self.done}
        self.done.update(new)
        return new


def test_the_control_that_notes_what_it_does_leaves_it_undone(desk: Desk) -> None:
    desk.subscribe(kept=False)
    with pytest.raises(Killed):
        desk.keeper(DiesAfter(desk, 4), Remembers).bring_in_line()

    desk.keeper(cls=Remembers).bring_in_line()

    assert on_broker(desk)[0] == set()


def test_what_somebody_changed_on_the_broker_is_put_back(desk: Desk) -> None:
    id = desk.subscribe()
    user = desk.administration.wanted(desk.name(id), hashed("of somebody else"))
    desk.administration.put_user(desk.name(id), user)
    with pytest.raises(AMQPConnectionError):
        desk.connect(id)

    desk.keep()

    desk.connect(id).close()


LOST: dict[str, Callable[[Desk, str], None]] = {
    "queue": lambda desk, id: desk.lose_queue(id),
    "user": lambda desk, id: desk.lose(f"users/{desk.name(id)}"),
    "permission": lambda desk, id: desk.lose(f"permissions/{desk.host}/{desk.name(id)}"),
    "limit": lambda desk, id: desk.lose(f"user-limits/{desk.name(id)}/max-connections"),
}
"""What a broker can lose that answers before it is on disk, each alone."""


@pytest.mark.parametrize("lost", LOST)
def test_whatever_a_broker_lost_it_gets_that_again(desk: Desk, lost: str) -> None:
    id, other = desk.subscribe(), desk.subscribe()
    desk.tell(3)
    desk.feed(id)
    prefix, before = desk.facts.prefix(), on_broker(desk)
    users = desk.administration.users(prefix)
    LOST[lost](desk, id)
    assert (desk.administration.users(prefix), on_broker(desk)) != (users, before)

    desk.keep()
    desk.tell(2)
    desk.feed(id)

    assert (desk.administration.users(prefix), on_broker(desk)) == (users, before)
    told = desk.read(id)
    first = 4 if lost == "queue" else 1
    assert numbers(told) == list(range(first, 6))
    assert told[0]["previous"] == first - 1  # above what it has: a gap
    desk.connect(other).close()


def test_a_broker_that_lost_everything_gets_it_again(desk: Desk) -> None:
    id = desk.subscribe()
    desk.tell(3)
    desk.feed(id)
    desk.close()
    desk.tell(2)

    desk.feed(id)
    desk.keep()

    told = desk.read(id)
    assert numbers(told) == [4, 5]
    assert told[0]["previous"] == 3  # which it never had: a gap


def test_what_belongs_to_another_installation_is_left_alone(desk: Desk, rig: Rig) -> None:
    other = Desk(rig, desk.admin_url)
    id = other.subscribe()

    desk.keep()

    other.connect(id).close()
    other.close()


def test_a_new_password_ends_the_old_one_and_its_connections(desk: Desk) -> None:
    id, fresh = desk.subscribe(), new_password()
    desk.tell(2)
    desk.feed(id)
    connection = desk.connect(id)
    desk.change(id, lambda queue, now: queue.rotate(hashed(fresh), "", now))

    desk.keep()

    with pytest.raises((ConnectionClosedByBroker, AMQPConnectionError)):
        _until(connection, lambda: connection.channel() is None)
    with pytest.raises(AMQPConnectionError):
        desk.connect(id)
    with desk.connect(id, fresh) as again:
        assert numbers(list(taken(again.channel(), desk.name(id)))) == [1, 2]


def test_whose_client_has_lost_a_right_can_read_no_more(desk: Desk) -> None:
    id, paused, other = desk.subscribe(), desk.subscribe(), desk.subscribe(client="another")
    desk.change(paused, lambda queue, now: queue.pause())
    desk.tell(2)
    desk.lost["office"] = "may not act for XP11"

    desk.feed(id)
    desk.keep()

    assert {desk.queues.load(each).state.status for each in (id, paused)} == {QueueStatus.DISABLED}
    assert desk.queues.load(id).state.reason == "may not act for XP11"
    for each in (id, paused):
        with pytest.raises(AMQPConnectionError):
            desk.connect(each)
    desk.feed(other)
    assert numbers(desk.read(other)) == [1, 2]

    desk.lost.clear()
    desk.change(id, lambda queue, now: queue.resume(desk.heads(), now))
    desk.keep()
    desk.feed(id)
    assert numbers(desk.read(id)) == [1, 2]


def test_an_ended_queue_is_gone_with_its_user_and_its_connections(desk: Desk) -> None:
    id = desk.subscribe()
    connection = desk.connect(id)
    desk.change(id, lambda queue, now: queue.end())

    desk.keep()

    assert on_broker(desk) == (set(), set())
    with pytest.raises((ConnectionClosedByBroker, AMQPConnectionError)):
        _until(connection, lambda: connection.channel() is None)


def _until(connection: pika.BlockingConnection, true: Any, seconds: float = 30) -> None:
    """Serve the connection until it is so."""
    looks = int(seconds / 0.2)
    for _ in range(looks):
        if true():
            return
        connection.process_data_events(time_limit=0.2)
    raise AssertionError(f"not within {seconds} s")

"""PROTOCOL 2, on the broker's side: published from the log, behind the mark, confirms matched."""

from collections.abc import Sequence
from typing import Any

import pytest
from kombu import Connection, Exchange

from shared.messaging.broker import BROKER_ERRORS, UNROUTED, Publisher
from shared.messaging.envelope import decode
from shared.messaging.event_log import Logged
from shared.messaging.relay import BATCH, Relay
from shared.messaging.replay import replay
from tests.integration.proxy import Proxy
from tests.integration.rig import Judge, Rig, Shelf, number_of, once_each, protected, publish

QUICKLY = 0.3  # seconds until a confirm is late, where the test makes it late


# ---- controls: each lacks one protection ----


class MarksFirst(Relay):
    """Moves the mark before the broker has confirmed."""

    def publish_step(self) -> int:
        entries = self._log.read(self._log.published, BATCH)
        if entries:
            self._log.mark_published(entries[-1].sequence)
        self._publisher = self._publisher or self._make_publisher()
        self._publisher.send(entries)
        self._publisher.settle()
        return len(entries)


class CountsConfirms(Publisher):
    """Knows how many confirms came, not for which messages."""

    def send(self, entries: Sequence[Logged], queue: str = "") -> None:
        self._waiting.clear()
        super().send(entries, queue)

    def _on_ack(self, tag: int, multiple: bool) -> None:
        if self._waiting:
            self._waiting.pop(min(self._waiting))


class KeepsItsChannel(Relay):
    """Goes on with the same channel after a time-out."""

    def drop_publisher(self) -> None:
        self._sent_term = 0


class ForgetsTheMark(Relay):
    """Clears what it sent from its memory of the mark: starts at the head after an error."""

    def drop_publisher(self) -> None:
        super().drop_publisher()
        self._log.mark_published(self._log.head())


# ---- publishing behind the mark ----


@protected(Relay, (MarksFirst, "1 lost"), (ForgetsTheMark, "1 lost"))
def test_a_broker_that_is_down_loses_nothing_and_moves_no_mark(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, listener = rig.shelf(), rig.listener()
    proxy, url = rig.broker_proxy()
    relay = shelf.relay(part, lambda: Publisher(url))
    proxy.refusing = True
    shelf.fill(1, 2)
    shelf.log_all(relay)
    publish(relay)
    moved = shelf.log.published
    proxy.refusing = False
    shelf.fill(3)
    shelf.log_all(relay)
    shelf.publish_all(relay)
    found = once_each(listener.numbers(), 3)
    judge(found + ([f"the mark moved to {moved} while the broker was down"] if moved else []))


def test_commands_are_logged_while_the_broker_is_down(rig: Rig) -> None:
    shelf = rig.shelf()
    proxy, url = rig.broker_proxy()
    proxy.refusing = True
    relay = shelf.relay(publisher=lambda: Publisher(url))
    shelf.fill(1, 2, 3)
    with pytest.raises(BROKER_ERRORS):
        while not relay.log_step():
            pass
        relay.publish_step()
    assert (shelf.violations(3), shelf.log.published) == ([], 0)


def test_a_connection_cut_in_the_middle_of_a_batch_loses_nothing(rig: Rig) -> None:
    shelf, listener = rig.shelf(), rig.listener()
    proxy, url = rig.broker_proxy()
    relay = shelf.relay(publisher=lambda: Publisher(url, seconds=QUICKLY))
    shelf.tell(1)
    shelf.publish_all(relay)
    shelf.tell(*range(2, 40))
    proxy.hold("to-client")  # the broker gets some and confirms, but nobody hears it
    assert publish(relay) == 0
    assert shelf.log.published == 1
    proxy.cut()
    shelf.publish_all(relay)
    assert once_each(sorted(set(listener.numbers())), 39) == []  # doubled, but none is lost
    assert shelf.log.published == 39


# ---- confirms ----


@protected(
    (Relay, Publisher),
    ((KeepsItsChannel, CountsConfirms), "2 lost"),
)
def test_a_late_confirm_never_counts_for_another_message(rig: Rig, part: Any, judge: Judge) -> None:
    kind, publisher = part
    shelf, listener = rig.shelf(), rig.listener()
    proxy, url = rig.broker_proxy()
    relay = shelf.relay(kind, lambda: publisher(url, seconds=QUICKLY))
    found = _late_confirms(shelf, relay, proxy)
    shelf.publish_all(relay)
    judge(found + once_each(sorted(set(listener.numbers())), 3))


def _late_confirms(shelf: Shelf, relay: Relay, proxy: Proxy) -> list[str]:
    """The confirms of 1 come late, twice; they arrive while 2 is on its way and then lost."""
    shelf.tell(1)
    shelf.log.mark_published(0)
    relay._publisher = relay._make_publisher()
    proxy.hold("to-client")
    publish(relay)
    publish(relay)
    shelf.tell(2)
    proxy.refusing = True
    proxy.hold("to-server")
    proxy.let_go("to-client")
    publish(relay)
    said = shelf.log.published
    proxy.cut()  # with the broker, as a crash would
    proxy.refusing = False
    relay._publisher = None
    shelf.tell(3)
    return ["the mark stands behind 2, which no broker ever got"] if said >= 2 else []


def test_a_refused_or_returned_message_is_not_taken_for_delivered(rig: Rig) -> None:
    shelf = rig.shelf()
    shelf.tell(1)
    publisher = Publisher(rig.amqp_url)
    with pytest.raises(BROKER_ERRORS, match="refused"):
        publisher.send(shelf.log.read(0, 1), queue="test.no-such-queue")
        publisher.settle()
    publisher.close()


def test_hundreds_are_in_flight_and_every_one_is_confirmed(rig: Rig) -> None:
    shelf, listener = rig.shelf(), rig.listener()
    numbers = range(1, 701)
    shelf.fill(1)
    entry = shelf.relay().read_outboxes()[0][2]
    rows = [entry | {"id": f"{n:032x}", "data": {"jar": "jar_one", "number": n}} for n in numbers]
    shelf.log.append(rows, 0, shelf.log.epoch())
    relay = shelf.relay()
    assert [publish(relay), publish(relay), publish(relay)] == [500, 200, 0]
    assert once_each(listener.numbers(), 700) == []


# ---- who gets it ----


def _through_the_alternate_exchange(rig: Rig, shelf: Shelf) -> None:
    relay = shelf.relay()
    assert publish(relay) == 1  # confirmed all the same


def _through_an_exchange_without_alternate(rig: Rig, shelf: Shelf) -> None:
    (entry,) = shelf.log.read(0, 1)
    with Connection(rig.amqp_url, transport_options={"confirm_publish": True}) as connection:
        bare = Exchange(f"{shelf.database.name}.bare", type="topic", auto_delete=True)
        producer = connection.Producer(exchange=bare)
        producer.publish(
            entry.body, routing_key="jars.jar.filled.-", declare=[bare], confirm_timeout=5
        )
        connection.default_channel.exchange_delete(bare.name)


@protected(
    _through_the_alternate_exchange,
    (_through_an_exchange_without_alternate, "confirmed, and nowhere"),
)
def test_a_message_that_nobody_is_bound_for_is_kept_in_sight(
    rig: Rig, part: Any, judge: Judge
) -> None:
    shelf, listener = rig.shelf(), rig.listener()
    listener.stop_hearing()
    listener.messages(UNROUTED)
    shelf.tell(41)
    part(rig, shelf)
    kept = [
        number_of(message.body)
        for message in listener.messages(UNROUTED)
        if decode(message.body).source == "jars"
    ]
    judge([] if kept == [41] else [f"confirmed, and nowhere: {kept}"])


def test_a_range_is_replayed_in_order_to_one_queue_and_to_nobody_else(rig: Rig) -> None:
    shelf, other, one = rig.shelf(), rig.listener(), rig.listener()
    shelf.tell(*range(1, 9))
    assert replay(shelf.log, rig.amqp_url, one.queue, after=2, through=6) == 4
    assert (one.numbers(), other.numbers()) == ([3, 4, 5, 6], [])
    assert replay(shelf.log, rig.amqp_url, one.queue, after=6) == 2
    assert one.numbers() == [7, 8]
    with pytest.raises(BROKER_ERRORS):
        replay(shelf.log, rig.amqp_url, "test.no-such-queue", after=0)


def test_what_is_published_is_a_cloudevent_that_outlives_the_broker(rig: Rig) -> None:
    shelf, listener = rig.shelf(), rig.listener()
    (body,) = shelf.tell(1)
    publish(shelf.relay())
    (message,) = listener.messages()
    assert message.body == body
    assert message.content_type == "application/cloudevents+json"
    assert message.properties["delivery_mode"] == 2
    assert message.delivery_info["routing_key"] == "jars.jar.filled.-"
    assert message.headers["cloudEvents:id"] == shelf.log.read(0, 1)[0].id

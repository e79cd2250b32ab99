"""PROTOCOL 3, a service that hears itself: from its log, once, by the worker that leads."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from kombu import Connection

from shared.contracts.base import Event
from shared.messaging import broker
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import decode
from shared.messaging.own_events import OwnEvents
from shared.messaging.reactions import Reactions
from shared.messaging.relay import Relay
from tests.integration.pantry import Pantry, label, note
from tests.integration.rig import (
    Diary,
    Judge,
    LogFeeds,
    Rig,
    Shelf,
    hearing,
    once_each,
    protected,
    soon,
)


class LidFound(Event, name="lids.lid.found", version=1):
    """What the pantry heard over the broker in an earlier version, and no longer does."""

    lid: str


NOWHERE = "amqp://127.0.0.1:1//"


@pytest.fixture
def pantry(rig: Rig) -> Pantry:
    return Pantry(rig.database())


@pytest.fixture
def shelf(pantry: Pantry) -> Shelf:
    """Of the same service, whose broker is down."""
    return Shelf(pantry.database, NOWHERE)


def own_events(
    shelf: Shelf,
    relay: Relay,
    reactions: Reactions,
    kind: type[OwnEvents] = OwnEvents,
    leading: Callable[[], int] | None = None,
) -> OwnEvents:
    own = kind("reactions", reactions, shelf.database, shelf.log, leading or relay.leading)
    relay.listeners.append(own.told)
    return own


@contextlib.contextmanager
def running(*bodies: Callable[[threading.Event], None]) -> Iterator[None]:
    stop = threading.Event()
    threads = [threading.Thread(target=each, args=(stop,), daemon=True) for each in bodies]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        stop.set()
        for each in threads:
            each.join(15)


def test_what_is_told_is_heard_with_the_broker_down(shelf: Shelf, pantry: Pantry) -> None:
    relay = shelf.relay()
    own = own_events(shelf, relay, pantry.reactions(note))
    with running(relay.run_logging, relay.run_watching, own.run):
        shelf.fill(1, 2, 3)
        assert soon(lambda: pantry.noted() == [1, 2, 3]), pantry.noted()


class Unwoken(OwnEvents):
    """Control: waits for its poll."""

    def told(self, entries: object) -> None: ...


@pytest.mark.parametrize(("kind", "polls"), [(OwnEvents, False), (Unwoken, True)])
def test_the_relay_wakes_who_needs_what_it_logged(
    shelf: Shelf,
    pantry: Pantry,
    kind: type[OwnEvents],
    polls: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.messaging.own_events.POLL_SECONDS", 60.0)
    relay = shelf.relay()
    own = own_events(shelf, relay, pantry.reactions(note), kind)
    with running(own.run):
        assert relay.leading()
        shelf.fill(1)
        shelf.log_all(relay)
        assert bool(soon(lambda: pantry.noted() == [1], 2.0 if polls else 15.0)) != polls
        own._woken.set()  # so that the thread ends


def asks_for_the_lease(relay: Relay) -> int:
    return relay.leading()


def always_leads(relay: Relay) -> int:
    """Control: hears whoever holds the lease."""
    return 1


@protected(asks_for_the_lease, (always_leads, "the one that does not lead heard too"))
def test_only_the_worker_that_leads_hears(
    shelf: Shelf, pantry: Pantry, part: Callable[[Relay], int], judge: Judge
) -> None:
    leads, waits = shelf.relay(), shelf.relay()
    own = own_events(shelf, waits, pantry.reactions(note), leading=lambda: part(waits))
    shelf.fill(1)
    shelf.log_all(leads)
    judge(["the one that does not lead heard too"] if own.step() else [])


def test_the_next_worker_goes_on_where_the_killed_one_was(shelf: Shelf, pantry: Pantry) -> None:
    first, second = shelf.relay(), shelf.relay()
    shelf.fill(1, 2)
    shelf.log_all(first)
    assert own_events(shelf, first, pantry.reactions(note)).step() == 2
    shelf.fill(3, 4)
    shelf.log_all(first)
    (third,) = shelf.log.read(2, 1)
    pantry.reactions(note).handle([decode(third.body)])  # and killed before its mark moved
    shelf.expire_lease()
    own = own_events(shelf, second, pantry.reactions(note))
    assert own.step() == 2
    assert own.step() == 0
    assert once_each(pantry.noted(), 4) == []


def test_a_renewed_epoch_changes_nothing_for_it(shelf: Shelf, pantry: Pantry) -> None:
    relay = shelf.relay()
    shelf.fill(1)
    shelf.log_all(relay)
    assert own_events(shelf, relay, pantry.reactions(label)).step() == 1
    shelf.log.renew_epoch()  # as after a restore: the relay begins with it anew, as all do
    shelf.expire_lease()
    relay = shelf.relay()
    shelf.fill(2)
    shelf.log_all(relay)
    assert own_events(shelf, relay, pantry.reactions(label)).step() == 1
    assert once_each(pantry.labelled(), 2) == []


def keep_bound(queue: object, sources: Sequence[str]) -> None:
    """Control: a queue keeps what an earlier version bound it to."""


@protected(broker.unbind_others, (keep_bound, "still bound to lids"))
def test_a_queue_of_an_earlier_version_brings_only_what_is_heard_now(
    rig: Rig, part: Callable[..., None], judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "unbind_others", part)
    shelf, database, diary = rig.shelf(), rig.database(), Diary()
    with Connection(rig.amqp_url, connect_timeout=5) as connection:
        broker.declare(connection.default_channel)
        queue = broker.consumer_queue(f"{database.name}.reactions", ["jars", "lids"])
        queue(connection.default_channel).declare()
        with hearing(rig.consumer(database, diary, LogFeeds(shelf.log))):
            shelf.tell(1)
            assert soon(lambda: diary.numbers == [1])
            producer = connection.Producer()
            producer.publish("no envelope", exchange=broker.EVENTS, routing_key="lids.lid.found.-")
            shelf.tell(2)
            shelf.publish_all(shelf.relay())
            assert soon(lambda: diary.numbers == [1, 2])
    judge(["still bound to lids"] if DeadLetters(database, "reactions").parked() else [])

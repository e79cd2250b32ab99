"""PROTOCOL 3, reactions: an event becomes a command on an own aggregate, once, or is kept aside."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from shared.messaging.consumer import Consumer
from shared.messaging.dead_letters import RETRY_AFTER
from shared.messaging.envelope import Envelope, decode
from shared.messaging.reactions import Heard, Reaction, Reactions
from tests.integration.pantry import (
    Pantry,
    label,
    label_at_random,
    note,
    note_without_key,
)
from tests.integration.rig import (
    JarFilled,
    Judge,
    LogFeeds,
    Rig,
    hearing,
    once_each,
    protected,
    soon,
)


@pytest.fixture
def pantry(rig: Rig) -> Pantry:
    return Pantry(rig.database())


# ---- controls ----


def label_hiding_the_cause(pantry: Pantry, event: JarFilled, heard: Heard) -> None:
    """Control: a database that can't be reached looks like any failure."""
    try:
        label(pantry, event, heard)
    except PyMongoError as error:
        raise RuntimeError from error


class Blocking(Reactions):
    """Control: a failure goes up instead of aside."""

    def react(self, envelope: Envelope) -> bool:
        reaction = self._table[envelope.type]
        reaction(self._app, envelope.event(), Heard("reactions", envelope))
        return True


# ---- one effect ----


@protected(label, (label_at_random, "times"))
def test_what_a_reaction_makes_is_made_once_however_often_its_event_comes(
    rig: Rig, pantry: Pantry, part: Reaction, judge: Judge
) -> None:
    shelf = rig.shelf()
    for body in shelf.tell(1, 2, 3) * 2:
        pantry.reactions(part).react(decode(body))
    judge(once_each(pantry.labelled(), 3))


@protected(note, (note_without_key, "times"))
def test_what_a_reaction_changes_is_changed_once_however_often_its_event_comes(
    rig: Rig, pantry: Pantry, part: Reaction, judge: Judge
) -> None:
    shelf = rig.shelf()
    for body in shelf.tell(1, 2, 3) * 2:
        pantry.reactions(part).react(decode(body))
    judge(once_each(pantry.noted(), 3))


@protected((label, note), ((label_at_random, note_without_key), "1 came 2 times"))
def test_a_crash_between_the_effect_and_the_cursor_leaves_one_effect(
    rig: Rig, pantry: Pantry, part: Sequence[Reaction], judge: Judge
) -> None:
    shelf = rig.shelf()
    (body,) = shelf.tell(1)
    found = []
    for reaction, effect in zip(part, (pantry.labelled, pantry.noted), strict=True):
        pantry.reactions(reaction).handle([decode(body)])  # killed here: the cursor never moved
        restarted = rig.consumer(
            rig.open(pantry.database.name), pantry.reactions(reaction), LogFeeds(shelf.log)
        )
        restarted.take([body])
        found += once_each(effect(), 1)
        pantry.database["cursors"].delete_many({})
    judge(found)


def test_two_workers_hear_one_queue_and_every_effect_happens_once(rig: Rig, pantry: Pantry) -> None:
    shelf = rig.shelf()
    relay, feeds = shelf.relay(), LogFeeds(shelf.log)

    def worker() -> Consumer:
        own = Pantry(rig.open(pantry.database.name))
        consumer: Consumer = rig.consumer(
            own.database, own.reactions(note), feeds, check_seconds=0.1
        )
        return consumer

    with hearing(worker()), hearing(worker()):
        for number in range(1, 16):
            shelf.tell(number)
            shelf.publish_all(relay)
        soon(lambda: len(pantry.noted()) >= 15)
    assert once_each(sorted(pantry.noted()), 15) == []


# ---- deferred, parked, redriven ----


@protected(Reactions, (Blocking, "2 lost"))
def test_a_reaction_that_fails_is_deferred_and_the_next_one_goes_on(
    rig: Rig, pantry: Pantry, part: Any, judge: Judge
) -> None:
    shelf = rig.shelf()

    def fail_once(pantry: Pantry, event: JarFilled, heard: Heard) -> None:
        if event.number == 1:
            raise RuntimeError("the label printer is broken")
        label(pantry, event, heard)

    consumer = rig.consumer(pantry.database, pantry.reactions(fail_once, part), LogFeeds(shelf.log))
    try:
        consumer.take(shelf.tell(1, 2))
    except RuntimeError:
        assert part is Blocking
    judge([] if pantry.labelled() == [2] else ["2 lost behind a failure"])


def test_a_reaction_is_tried_again_after_5_s_1_min_and_10_min_and_then_parked(
    rig: Rig, pantry: Pantry
) -> None:
    shelf = rig.shelf()
    pantry.broken = True
    pantry.reactions(label).handle([decode(body) for body in shelf.tell(1)])
    for attempt, wait in enumerate((5, 60, 600), 1):
        (row,) = pantry.kept()
        rest = (row["due"] - datetime.now(UTC)).total_seconds()
        assert (row["attempts"], wait - 3 < rest <= wait) == (attempt, True)
        pantry.reactions(label).tick()  # not due
        assert pantry.kept() == [row]
        pantry.make_due(timedelta(seconds=wait))
        pantry.reactions(label).tick()
    (row,) = pantry.kept()
    assert (row["due"], row["attempts"], len(pantry.letters.parked())) == (None, 4, 1)
    assert "label printer" in row["reason"]


def test_a_deferred_reaction_succeeds_once_its_cause_is_gone(rig: Rig, pantry: Pantry) -> None:
    shelf = rig.shelf()
    pantry.broken = True
    pantry.reactions(label).handle([decode(body) for body in shelf.tell(1)])
    pantry.broken = False
    pantry.make_due(RETRY_AFTER[0])
    pantry.reactions(label).tick()
    assert (pantry.labelled(), pantry.kept()) == ([1], [])


def test_a_parked_event_is_redriven_with_all_its_attempts(rig: Rig, pantry: Pantry) -> None:
    shelf = rig.shelf()
    pantry.broken = True
    pantry.reactions(label).handle([decode(body) for body in shelf.tell(1)])
    for wait in RETRY_AFTER:
        pantry.make_due(wait)
        pantry.reactions(label).tick()
    (row,) = pantry.kept()
    assert pantry.letters.redrive(row["_id"])
    pantry.reactions(label).tick()  # still broken: the first of its new attempts
    assert pantry.kept()[0]["attempts"] == 1
    pantry.broken = False
    pantry.make_due(RETRY_AFTER[0])
    pantry.reactions(label).tick()
    assert (pantry.labelled(), pantry.kept()) == ([1], [])
    assert not pantry.letters.redrive("reactions:no-such-event")


def test_two_workers_that_try_again_at_the_same_moment_spend_one_attempt(
    rig: Rig, pantry: Pantry
) -> None:
    shelf = rig.shelf()
    tries: list[str] = []

    def fail_while_another_tries(pantry: Pantry, event: JarFilled, heard: Heard) -> None:
        tries.append(heard.envelope.id)
        if len(tries) == 2:
            pantry.reactions(fail_while_another_tries).tick()
        raise RuntimeError("the label printer is broken")

    reactions = pantry.reactions(fail_while_another_tries)
    reactions.handle([decode(body) for body in shelf.tell(1)])
    pantry.make_due(RETRY_AFTER[0])
    reactions.tick()
    assert (len(tries), pantry.kept()[0]["attempts"]) == (2, 2)


def test_an_event_deferred_and_heard_again_has_one_effect(rig: Rig, pantry: Pantry) -> None:
    shelf = rig.shelf()
    (body,) = shelf.tell(1)
    pantry.broken = True
    pantry.reactions(note).handle([decode(body)])
    pantry.broken = False
    pantry.reactions(note).handle([decode(body)])  # killed before the cursor moved
    pantry.make_due(RETRY_AFTER[0])
    pantry.reactions(note).tick()
    assert pantry.noted() == [1]


def test_data_that_does_not_fit_its_contract_is_parked_at_once(rig: Rig, pantry: Pantry) -> None:
    shelf = rig.shelf()
    (body,) = shelf.tell(1)
    unfit = json.dumps(json.loads(body) | {"data": {"jar": "jar_one", "number": "many"}})
    pantry.reactions(label).handle([decode(unfit)])
    (row,) = pantry.kept()
    assert (row["due"], "number" in row["reason"]) == (None, True)


def test_an_unknown_type_needs_no_reaction(rig: Rig, pantry: Pantry) -> None:
    (body,) = rig.shelf().tell(1)
    unknown = json.dumps(json.loads(body) | {"type": "shijian.jars.jar.broken.v1"})
    assert pantry.reactions(label).react(decode(unknown))
    assert (pantry.kept(), pantry.labelled()) == ([], [])


# ---- the own database is gone ----


@protected(label, (label_hiding_the_cause, "attempt was spent"))
def test_while_its_database_cannot_be_reached_a_consumer_waits_and_spends_no_attempt(
    rig: Rig, pantry: Pantry, part: Reaction, judge: Judge
) -> None:
    shelf = rig.shelf()
    proxy, url = rig.mongo_proxy()
    cut_off = Pantry(rig.open(pantry.database.name, url))
    # The dead letters are reachable here, so that a spent attempt would be seen.
    reactions = Reactions(cut_off, {JarFilled: part}, pantry.letters)
    consumer = rig.consumer(pantry.database, reactions, LogFeeds(shelf.log))
    (body,) = shelf.tell(1)
    proxy.refusing = True
    proxy.cut()
    paused = not _take(consumer, body)
    found = ["an attempt was spent"] if pantry.kept() else []
    assert paused != bool(found)
    proxy.refusing = False
    soon(lambda: _take(consumer, body))
    judge(found or once_each(pantry.labelled(), 1))


def _take(consumer: Consumer, body: str) -> bool:
    """False where the consumer has to wait; the message comes again."""
    try:
        consumer.take([body])
    except PyMongoError:
        return False
    return True


def test_a_running_consumer_waits_for_its_database_and_goes_on(rig: Rig, pantry: Pantry) -> None:
    shelf = rig.shelf()
    proxy, url = rig.mongo_proxy()
    own = Pantry(rig.open(pantry.database.name, url))
    relay = shelf.relay()
    with hearing(rig.consumer(own.database, own.reactions(label), LogFeeds(shelf.log))) as consumer:
        shelf.tell(1)
        shelf.publish_all(relay)
        assert soon(lambda: pantry.labelled() == [1])
        proxy.refusing = True
        proxy.cut()
        shelf.tell(2)
        shelf.publish_all(relay)
        assert soon(lambda: consumer.problem.startswith("waiting"))
        proxy.refusing = False
        assert soon(lambda: pantry.labelled() == [1, 2], 20)
        assert soon(lambda: not consumer.problem)
    assert pantry.kept() == []

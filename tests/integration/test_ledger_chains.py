"""Chains on a real MongoDB: many at once, a crash half way, and tampering by hand."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from services.volunteers.chain_check import Checker, CheckResult
from services.volunteers.chains import INDEXES as CHAIN_INDEXES
from services.volunteers.chains import LEDGER, Chains, Clash
from services.volunteers.model.hours_rules import HoursRules
from services.volunteers.model.ledger import Link
from services.volunteers.model.service import Service
from shared.clock import SystemClock
from shared.messaging import event_log
from shared.messaging.event_log import EventLog
from shared.storage.aggregates import Aggregates, Origin
from shared.storage.ids import derived_id
from shared.storage.mongo import Db, Document, prepare
from tests.integration.rig import Judge, Rig, protected
from tests.system import at_once
from tests.unit.builders import ANN, BOB, HOUR, STARTS
from tests.unit.test_ledger import service

ORIGIN = Origin(client="test", command="credit")
THREADS = 8


class Forgetful(Chains):
    """Control: does not look for minutes at the same time."""

    def clash(self, service: Service) -> Clash | None:
        return None


class Loose(Chains):
    """Control: links are not named by their number, so two may follow the same head."""

    def _add(self, link: Link, events: Sequence[Any], origin: Origin) -> Link | None:
        id = derived_id("lnk", link.entry)
        self.links.make(id, origin, lambda now: (link, events))
        return link


Make = Callable[[type[Chains]], Chains]


@pytest.fixture
def database(rig: Rig) -> Db:
    return rig.database()


@pytest.fixture
def make(rig: Rig, database: Db) -> Make:
    own = Aggregates.indexes(LEDGER)
    prepare(database, [*own, *CHAIN_INDEXES, *event_log.INDEXES])
    return lambda kind: kind(database, SystemClock(), HoursRules, lambda day: False)


def at(number: int, volunteer: str = ANN, minutes: int = 60) -> Service:
    """The service that begins so many hours after the first."""
    began = STARTS + number * HOUR
    return service(
        minutes,
        volunteer=volunteer,
        entry=f"hrs_{volunteer[4:7]}number{number}",
        started_at=began,
        ended_at=began + timedelta(minutes=minutes),
    )


def numbers(chains: Chains) -> list[int]:
    return [each.number for each in chains.walk(ANN)]


# ---- many at once ----


@protected(Chains, (Loose, "taken twice"))
def test_links_of_one_volunteer_made_at_once_form_one_chain(
    make: Make, part: type[Chains], judge: Judge
) -> None:
    chains = make(part)

    at_once([partial(chains.credit, at(each), ORIGIN) for each in range(24)], THREADS)

    found = numbers(chains)
    judge([f"number {each} is taken twice" for each in set(found) if found.count(each) > 1])
    if part is Chains:
        assert found == list(range(1, 25))
        assert chains.head(ANN).minutes == 24 * 60
        assert [each.flaw for each in _check(chains).findings] == []


@protected(Chains, (Forgetful, "counts twice"))
def test_of_entries_for_the_same_minutes_made_at_once_one_is_credited(
    make: Make, part: type[Chains], judge: Judge
) -> None:
    chains = make(part)
    wanted = [at(0, minutes=60)] + [
        service(
            30,
            entry=f"hrs_other{each:03d}",
            started_at=STARTS + timedelta(minutes=each),
            ended_at=STARTS + timedelta(minutes=each + 30),
        )
        for each in range(0, 60, 2)
    ]

    at_once([partial(chains.credit, each, ORIGIN) for each in wanted], THREADS)

    links = [each.link for each in chains.walk(ANN) if each.link]
    judge(
        [
            f"{one.entry} counts twice with {two.entry}"
            for one in links
            for two in links
            if one.number < two.number
            and one.started_at < two.ended_at
            and two.started_at < one.ended_at
        ]
    )
    assert links


def test_an_entry_is_credited_once_however_often_it_is_asked_for(make: Make) -> None:
    chains = make(Chains)

    done = at_once([partial(chains.credit, at(0), ORIGIN)] * 30, THREADS)

    assert {each.number for each in done if isinstance(each, Link)} == {1}
    assert numbers(chains) == [1]


# ---- tampering ----


def _log(chains: Chains, database: Db) -> EventLog:
    """What the relay does with the outboxes."""
    log = EventLog(database, "volunteers")
    rows = database[LEDGER].find({}).sort([("state.volunteer", 1), ("state.number", 1)])
    for row in rows:
        told = [each for each in row["outbox"] if "hours" in each["type"]]
        log.append(told, log.head(), log.epoch())
    database[LEDGER].update_many({}, {"$set": {"outbox": []}})
    return log


def _check(chains: Chains) -> CheckResult:
    database: Db = chains._rows.database
    return Checker(chains, EventLog(database, "volunteers")).everything()


def _link(volunteer: str, number: int) -> Document:
    return {"_id": Chains.link_id(volunteer, number)}


def _one_byte(rows: Any) -> None:
    text = rows.find_one(_link(ANN, 3))["state"]["text"]
    rows.update_one(
        _link(ANN, 3), {"$set": {"state.text": text.replace('"minutes":60', '"minutes":90')}}
    )


def _shown_minutes(rows: Any) -> None:
    rows.update_one(_link(ANN, 3), {"$set": {"state.minutes": 90}})


def _removed(rows: Any) -> None:
    rows.delete_one(_link(ANN, 3))


def _cut_off(rows: Any) -> None:
    rows.delete_many({"state.volunteer": ANN, "state.number": {"$gte": 4}})


def _all_gone(rows: Any) -> None:
    rows.delete_many({"state.volunteer": ANN})


def _garbled(rows: Any) -> None:
    rows.update_one(_link(ANN, 3), {"$set": {"state.theme": "x"}})


def _forged_from_3(rows: Any) -> None:
    """By somebody who knows how: every hash behind it is made anew."""
    from services.volunteers.model import ledger

    before = ""
    for number in range(3, 6):
        state = rows.find_one(_link(ANN, number))["state"]
        said = json.loads(state["text"])
        if number == 3:
            said["evidence"] = state["evidence"] = "event-forged"
        else:
            said["previous"] = state["previous"] = before
        state["text"] = ledger._canonical(said)
        state["hash"] = before = ledger.hash_of(state["text"])
        rows.update_one(_link(ANN, number), {"$set": {"state": state}})


TAMPERING: list[tuple[Callable[[Any], None], list[tuple[int, str]]]] = [
    (_one_byte, [(3, "hash")]),
    (_shown_minutes, [(3, "content")]),
    (_removed, [(4, "number"), (3, "gone")]),
    (_cut_off, [(4, "gone"), (5, "gone")]),
    (_all_gone, [(each, "gone") for each in range(1, 6)]),
    (_garbled, [(3, "unreadable"), (4, "content")]),
    (_forged_from_3, [(3, "event"), (4, "event"), (5, "event")]),
]


@pytest.mark.parametrize(("tamper", "found"), TAMPERING)
def test_tampering_is_found_and_named(
    make: Make, database: Db, tamper: Callable[[Any], None], found: list[tuple[int, str]]
) -> None:
    chains = make(Chains)
    for number in range(5):
        chains.credit(at(number), ORIGIN)
        chains.credit(at(number, BOB), ORIGIN)
    log = _log(chains, database)
    assert _check(chains).model_dump() | {"findings": []} == _check(chains).model_dump()

    tamper(database[LEDGER])

    checker = Checker(chains, log)
    for result in (checker.everything(), checker.volunteer(ANN)):
        assert [(each.volunteer, each.number, each.flaw) for each in result.findings] == [
            (ANN, *each) for each in found
        ]
    assert checker.volunteer(BOB).findings == []
    by_log = checker.log(0, 100)
    assert {each.volunteer for each in by_log.findings} == {ANN}
    assert by_log.head == 10


def test_a_link_that_was_put_in_by_hand_is_found(make: Make, database: Db) -> None:
    chains = make(Chains)
    chains.credit(at(0), ORIGIN)
    log = _log(chains, database)
    chains.credit(at(1), ORIGIN)
    database[LEDGER].update_many({}, {"$set": {"outbox": []}})  # and nobody was told

    result = Checker(chains, log).everything()

    assert [(each.number, each.flaw) for each in result.findings] == [(2, "untold")]


def test_what_is_not_in_the_log_yet_is_no_tampering(make: Make, database: Db) -> None:
    chains = make(Chains)
    for number in range(3):
        chains.credit(at(number), ORIGIN)

    result = _check(chains)

    assert (result.links, result.events, result.findings) == (3, 0, [])


def test_a_stretch_of_the_log_is_checked_at_a_time(make: Make, database: Db) -> None:
    chains = make(Chains)
    for number in range(5):
        chains.credit(at(number), ORIGIN)
    checker = Checker(chains, _log(chains, database))
    _one_byte(database[LEDGER])

    parts = [checker.log(0, 2), checker.log(2, 2), checker.log(4, 2)]

    assert [(each.events, each.next) for each in parts] == [(2, 2), (2, 4), (1, 5)]
    assert [[one.number for one in each.findings] for each in parts] == [[], [3], []]

"""The chain of a volunteer's hours: what is credited, corrected, starred, and how flaws show."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.volunteers.model import ledger
from services.volunteers.model.ledger import BEFORE_THE_FIRST, Head, Link, LinkKind
from services.volunteers.model.service import Amendment, Service
from services.volunteers.model.star import USUAL_HOURS, stars_of
from shared.contracts.vocabulary import Department, Mode, Theme
from shared.contracts.volunteers import (
    HoursCorrected,
    HoursCredited,
    HoursSource,
    StarAwarded,
    StarWithdrawn,
)
from tests.unit.builders import ACC_ANN, ANN, HOUR, STARTS, TEAM


def service(minutes: int = 44, **facts: Any) -> Service:
    usual: dict[str, Any] = {
        "entry": "hrs_one111",
        "volunteer": ANN,
        "team": TEAM,
        "site": "XP11",
        "theme": Theme.CIVILITY,
        "modes": [Mode.HELP],
        "started_at": STARTS,
        "ended_at": STARTS + timedelta(minutes=minutes),
        "minutes": minutes,
        "source": HoursSource.ORDER,
        "evidence": ["event-id"],
        "order": "ord_one111",
        "acceptance": ACC_ANN,
    }
    return Service(**(usual | facts))


def amendment(minutes: int, **facts: Any) -> Amendment:
    usual: dict[str, Any] = {
        "entry": "hrs_one111",
        "started_at": STARTS,
        "ended_at": STARTS + timedelta(minutes=minutes),
        "minutes": minutes,
        "reason": "left early",
        "correction": "cor_one111",
        "entered_by": "li",
        "checked_by": "wang",
    }
    return Amendment(**(usual | facts))


def chain(*minutes: int) -> list[Link]:
    """A link for each, an hour apart or more."""
    links: list[Link] = []
    head, at = Head(), STARTS
    for number, each in enumerate(minutes, 1):
        entry = f"hrs_number{number}"
        facts = {"entry": entry, "started_at": at, "ended_at": at + timedelta(minutes=each)}
        link, _ = ledger.credit(head, service(each, **facts), each, USUAL_HOURS)
        links.append(link)
        head, at = link.head, at + timedelta(minutes=each) + HOUR
    return links


def flaws(links: Sequence[Link]) -> dict[int, str]:
    """By number, what the walk of a chain finds."""
    found, head = {}, Head()
    for link in links:
        flaw = ledger.flaw(link, head)
        if flaw:
            found[link.number] = flaw
        head = link.head
    return found


def test_served_minutes_are_credited_with_their_evidence_to_one_team() -> None:
    link, [event] = ledger.credit(Head(), service(), 66, USUAL_HOURS)

    assert isinstance(event, HoursCredited)
    assert event.model_dump() == {
        "entry": "hrs_one111",
        "volunteer": ANN,
        "team": TEAM,
        "site": "XP11",
        "theme": "civility",
        "modes": ["help"],
        "minutes": 44,
        "points": 66,
        "service_date": date(2026, 10, 9),
        "order": "ord_one111",
        "acceptance": ACC_ANN,
        "evidence": "event-id",
        "source": "order",
        "number": 1,
        "previous": BEFORE_THE_FIRST,
        "hash": link.hash,
        "total_minutes": 44,
        "department": None,
    }
    assert (link.minutes, link.points, link.status) == (44, 66, "credited")


def test_each_link_names_the_one_before_it_and_the_total() -> None:
    links = chain(30, 60, 15)

    assert [link.number for link in links] == [1, 2, 3]
    assert [link.total_minutes for link in links] == [30, 90, 105]
    assert [later.previous == earlier.hash for earlier, later in pairwise(links)] == [True, True]
    assert flaws(links) == {}


def test_the_text_of_a_link_gives_back_the_facts_it_was_made_of() -> None:
    until = STARTS + timedelta(days=9)
    facts = service(announced_until=until, sheet="sht_one111", row="3", checked_by="wang")

    link, _ = ledger.credit(Head(), facts, 44, USUAL_HOURS)

    assert ledger.service_of(link) == facts


def test_hours_of_an_order_name_the_department_that_handled_it() -> None:
    link, [credited, *_] = ledger.credit(
        Head(), service(department=Department.JUSTICE_OFFICE), 0, []
    )
    _, [corrected, *_] = ledger.correct(link.head, [link], amendment(30), 0, [])

    assert isinstance(credited, HoursCredited) and isinstance(corrected, HoursCorrected)
    assert credited.department == corrected.department == Department.JUSTICE_OFFICE


def test_a_link_from_before_departments_were_named_is_read() -> None:
    [link] = chain(44)
    text = json.loads(link.text)
    del text["service"]["department"]

    old = replace(link, text=json.dumps(text))

    assert ledger.service_of(old) == ledger.service_of(link)
    assert ledger.says_what_its_text_says(old)


def test_a_correction_adds_a_link_with_the_difference_and_leaves_the_entry_alone() -> None:
    first, _ = ledger.credit(Head(), service(60), 60, USUAL_HOURS)
    before = replace(first)

    link, [event] = ledger.correct(first.head, [first], amendment(45), 45, USUAL_HOURS)

    assert first == before
    assert isinstance(event, HoursCorrected)
    assert (event.minutes, event.difference, event.points_difference) == (45, -15, -15)
    assert (event.number, event.total_minutes) == (2, 45)
    assert (link.kind, link.minutes, link.previous) == (LinkKind.CORRECTION, -15, first.hash)
    assert json.loads(link.text)["reason"] == "left early"
    assert "left early" not in event.model_dump_json()
    assert flaws([first, link]) == {}


def test_what_is_corrected_twice_counts_as_it_was_said_last() -> None:
    first, _ = ledger.credit(Head(), service(60), 60, USUAL_HOURS)
    second, _ = ledger.correct(first.head, [first], amendment(0), 0, USUAL_HOURS)
    third, _ = ledger.correct(second.head, [first, second], amendment(50), 50, USUAL_HOURS)

    assert [link.minutes for link in (first, second, third)] == [60, -60, 50]
    [span] = ledger.spans([first, second, third])
    assert (span.minutes, span.number) == (50, 3)


# ---- no minute counts twice ----


@pytest.mark.parametrize(
    ("starts", "minutes", "clashes"),
    [
        (0, 60, True),  # the same time
        (59, 60, True),  # the last minute
        (-59, 60, True),
        (10, 5, True),  # within
        (60, 60, False),  # back to back
        (-60, 60, False),
        (10, 0, False),  # nothing counts twice where nothing counts
    ],
)
def test_minutes_at_the_same_time_clash(starts: int, minutes: int, clashes: bool) -> None:
    first, _ = ledger.credit(Head(), service(60), 60, USUAL_HOURS)
    at = STARTS + timedelta(minutes=starts)
    other = service(
        minutes, entry="hrs_other11", started_at=at, ended_at=at + timedelta(minutes=minutes)
    )

    assert [each.clashes(other) for each in ledger.spans([first])] == [clashes]


def test_what_was_corrected_to_nothing_is_in_nobodys_way() -> None:
    first, _ = ledger.credit(Head(), service(60), 60, USUAL_HOURS)
    link, _ = ledger.correct(first.head, [first], amendment(0), 0, USUAL_HOURS)

    other = service(60, entry="hrs_other11")
    assert not any(each.clashes(other) for each in ledger.spans([first, link]))


# ---- tampering ----

Tampering = Callable[[list[Link]], list[Link]]


def _text(links: list[Link]) -> list[Link]:
    links[1].text = links[1].text.replace('"minutes":60', '"minutes":61')
    return links


def _minutes(links: list[Link]) -> list[Link]:
    links[1].minutes += 1
    return links


def _hashed_again(links: list[Link]) -> list[Link]:
    links[1].text = links[1].text.replace("event-id", "event-ie")
    links[1].evidence, links[1].hash = "event-ie", ledger.hash_of(links[1].text)
    return links


def _removed(links: list[Link]) -> list[Link]:
    return [links[0], links[2]]


def _exchanged(links: list[Link]) -> list[Link]:
    return [links[1], links[0], links[2]]


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (_text, {2: "hash"}),
        (_minutes, {2: "content"}),
        (_hashed_again, {3: "content"}),  # the next link names another hash
        (_removed, {3: "number"}),
        (_exchanged, {1: "number", 2: "number", 3: "number"}),
    ],
)
def test_the_walk_names_the_link_that_was_tampered_with(
    tamper: Tampering, found: dict[int, str]
) -> None:
    assert flaws(tamper(chain(30, 60, 15))) == found


@given(st.data())
def test_no_byte_of_a_link_can_be_changed_unseen(data: st.DataObject) -> None:
    links = chain(30, 60, 15)
    raw = bytearray(links[1].text.encode())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[place]))

    links[1].text = raw.decode(errors="replace")

    assert flaws(links)[2] == "hash"


# ---- stars ----


@pytest.mark.parametrize(
    ("hours", "stars"),
    [(0, 0), (99.99, 0), (100, 1), (299, 1), (300, 2), (600, 3), (1000, 4), (1500, 5), (9999, 5)],
)
def test_stars_follow_from_hours(hours: float, stars: int) -> None:
    assert stars_of(int(hours * 60), USUAL_HOURS) == stars


def test_each_threshold_that_is_passed_awards_a_star_and_a_correction_takes_it_back() -> None:
    head = Head(minutes=99 * 60, stars=0)

    first, events = ledger.credit(head, service(120), 120, (100, 101))
    assert [(e.stars, e.hours) for e in events if isinstance(e, StarAwarded)] == [
        (1, 100),
        (2, 101),
    ]
    assert first.stars == 2

    second, events = ledger.correct(first.head, [first], amendment(90), 90, (100, 101))
    assert [e.stars for e in events if isinstance(e, StarWithdrawn)] == [1]
    assert second.stars == 1


def test_points_never_make_a_star() -> None:
    link, events = ledger.credit(Head(minutes=99 * 60), service(59), 10_000, USUAL_HOURS)

    assert (link.stars, link.total_points, len(events)) == (0, 10_000, 1)


def test_days_are_those_of_shanghai() -> None:
    late = datetime(2026, 10, 9, 16, 0, tzinfo=UTC)

    link, _ = ledger.credit(Head(), service(started_at=late, ended_at=late + HOUR), 1, USUAL_HOURS)

    assert link.service_date == "2026-10-10"

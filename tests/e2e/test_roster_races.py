"""Races over several gunicorn processes, each beside a control in which its guard is missing."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest

from tests.rosters import calm, make_plan, make_template, plan_shift, shifts_of, sign_up
from tests.system import (
    Answer,
    Document,
    System,
    accept,
    add_volunteer,
    announce_activity,
    at_once,
    form_team,
    open_order,
    publish_item,
)

OFFERS = 200
THREADS = 32
WAITING = ("pending", "requested")
IN = ("assigned", "confirmed")
Urls = dict[str, Iterator[str]]


@pytest.fixture(scope="module")
def urls(system: System) -> Iterator[Urls]:
    """Each service's addresses in turn: behind them three processes."""
    extra = {
        name: system.start_extra_api(name, API_WORKERS="2") for name in ("orders", "volunteers")
    }
    yield {name: itertools.cycle([system.urls[name], url, url]) for name, url in extra.items()}
    for url in extra.values():
        system.end_extra_api(url)


@pytest.fixture(scope="module")
def unguarded(system: System) -> Iterator[System]:
    """The same system with a volunteers worker that lacks the guards."""
    system.settle()
    system.start_again("volunteers-worker", "tests.e2e.unguarded")
    yield system
    system.settle()
    system.start_again("volunteers-worker")
    system.wait_until_ready("volunteers")


# ---- one volunteer, one time, four ways ----


def offer(system: System, urls: Urls, team: str, volunteer: str, count: int) -> None:
    """So many offers for overlapping times, through orders, duty, activities and the leader; all
    are accepted at once, and it is quiet again."""
    item, chance = publish_item(system), random.Random(4)
    activity = announce_activity(system)
    system.settle()

    def times() -> Document:
        """An hour that begins within one hour: any two of them overlap."""
        start = 3 + chance.random() * 0.9
        return {"starts_at": system.at(hours=start), "ends_at": system.at(hours=start + 1)}

    makers: list[Callable[[], str]] = []
    for number in range(count):
        facts = times()
        if number % 4 == 0:
            makers.append(partial(open_order, system, item, starts_at=facts["starts_at"]))
        elif number % 4 == 1:
            makers.append(partial(plan_shift, system, **facts))
        elif number % 4 == 2:
            makers.append(partial(plan_shift, system, activity=activity, **facts))
        else:
            makers.append(partial(plan_shift, system, sign_up_mode="leader", **facts))
    made = at_once(makers, THREADS)

    def take(number: int, id: str) -> Callable[[], Answer]:
        if number % 4 == 0:
            return partial(accept, system, id, volunteer, team, url=next(urls["orders"]))
        if number % 4 == 3:
            return partial(assign, system, id, volunteer, team, url=next(urls["volunteers"]))
        return partial(sign_up, system, id, volunteer, team, url=next(urls["volunteers"]))

    answers = at_once([take(number, id) for number, id in enumerate(made)], THREADS)
    assert {each.status for each in answers} <= {200, 409}
    calm(system)


def assign(system: System, shift: str, volunteer: str, team: str, **options: object) -> Answer:
    body = {"volunteer": volunteer, "team": team} | dict(options.pop("body", {}))  # type: ignore[call-overload]
    path = f"/v1/shifts/{shift}/assign"
    return system.call("volunteers", "POST", path, body, **options)  # type: ignore[arg-type]


def held_by(system: System, volunteer: str) -> dict[str, str]:
    """Every acceptance and sign-up of a volunteer that is not over: its status."""
    orders = system.database("orders")["orders"].find({}, {"state.acceptances": 1})
    shifts = system.database("volunteers")["shifts"].find({}, {"state.sign_ups": 1})
    parts = [row["state"]["acceptances"] for row in orders]
    parts += [row["state"]["sign_ups"] for row in shifts]
    return {
        id: each["status"]
        for part in parts
        for id, each in part.items()
        if each["volunteer"] == volunteer and each["status"] in IN + WAITING
    }


def booked(system: System, *volunteers: str) -> dict[str, Document]:
    """What the calendars of these hold."""
    wanted = {"state.volunteer": {"$in": list(volunteers)}}
    rows = system.database("volunteers")["calendars"].find(wanted)
    return {id: each for row in rows for id, each in row["state"]["bookings"].items()}


def violations(system: System, volunteer: str) -> list[str]:
    """What is wrong with one volunteer's time once it is quiet."""
    held, bookings = held_by(system, volunteer), booked(system, volunteer)
    times = sorted((each["starts_at"], each["ends_at"]) for each in bookings.values())
    found = [f"{id} is still {status}" for id, status in held.items() if status in WAITING]
    found += [f"a booking {id} that nothing holds" for id in bookings.keys() - held.keys()]
    found += [f"{id} is held without booking" for id in held.keys() - bookings.keys()]
    if any(end > start for (_, end), (start, _) in itertools.pairwise(times)):
        found.append(f"{len(times)} bookings overlap")
    return found


def test_of_two_hundred_offers_for_one_time_a_volunteer_gets_one_whichever_way_they_come(
    system: System, urls: Urls
) -> None:
    team = form_team(system)
    volunteer = add_volunteer(system, team)

    offer(system, urls, team, volunteer, OFFERS)

    assert violations(system, volunteer) == []
    [winner] = booked(system, volunteer)
    # The administrator has no way round the calendar either: an override swaps one for the other.
    shift = plan_shift(system, starts_at=system.at(hours=3.2), ends_at=system.at(hours=4.5))
    forced = {"override": {"reason": "flood"}}
    [answer] = at_once([partial(assign, system, shift, volunteer, team, body=forced)])
    calm(system)
    assert list(booked(system, volunteer)) == [answer.ok().json["part"]] != [winner]
    assert violations(system, volunteer) == []


# ---- a bulk plan undone while people sign up ----


def undo_while_signing_up(
    system: System,
    urls: Urls,
    team: str,
    volunteers: Sequence[str],
    mode: str,
    begun: Callable[[str], object] | None = None,
) -> tuple[str, list[Answer]]:
    """The plan, and what they were told whose sign-up was taken. They sign up at once with the
    undoing, or when it has `begun`."""
    slots = [
        {"weekday": day, "at": f"{hour:02}:00", "minutes": 60, "hands": 3}
        for day in range(1, 8)
        for hour in range(8, 13)
    ]
    plan = make_plan(system, make_template(system, slots=slots), days=7)
    shifts = list(shifts_of(system, plan))
    # Some shifts are wanted from the first, some after a while, and a few by nobody.
    pairs: list[tuple[str, str]] = []
    for wanted in (shifts[:20], shifts[20:-4]):
        some = [(shift, volunteer) for shift in wanted for volunteer in volunteers]
        pairs += random.Random(7).sample(some, len(some))
    calls: list[Callable[[], Answer]] = [
        partial(sign_up, system, shift, volunteer, team, url=next(urls["volunteers"]))
        for shift, volunteer in pairs
    ]
    undo = partial(system.post, "volunteers", f"/v1/plans/{plan}/undo", {"signed_up": mode})
    if begun:
        undo()
        system.wait_until(partial(begun, plan), 60)
    else:
        calls.insert(0, undo)
    answers = at_once(calls, THREADS)
    calm(system)
    return plan, [each for each in answers if each.status == 200 and "part" in each.json]


def wrong_with(system: System, plan: str, volunteers: Sequence[str], mode: str) -> list[str]:
    """What is wrong once it is quiet."""
    found = []
    live: set[str] = set()
    for row in system.database("volunteers")["shifts"].find({"state.plan": plan}):
        state = row["state"]
        inside = {id for id, e in state["sign_ups"].items() if e["status"] in IN + WAITING}
        live |= inside
        if state["status"] == "cancelled" and inside:
            found.append(f"{row['_id']} is cancelled with {len(inside)} in it")
        if state["status"] == "planned" and (mode == "cancel" or not state["sign_ups"]):
            found.append(f"{row['_id']} is left")
    bookings = booked(system, *volunteers)
    found += [f"a booking {id} that nothing holds" for id in bookings.keys() - live]
    found += [f"{id} is held without booking" for id in live - bookings.keys()]
    return found


@pytest.fixture
def people(system: System) -> tuple[str, list[str]]:
    """A team and five of its volunteers."""
    team = form_team(system)
    return team, at_once([partial(add_volunteer, system, team)] * 5, 5)


@pytest.mark.parametrize("mode", ["keep", "cancel"])
def test_a_plan_undone_while_people_sign_up_leaves_nobody_in_what_is_cancelled(
    system: System, urls: Urls, people: tuple[str, list[str]], mode: str
) -> None:
    team, volunteers = people

    plan, taken = undo_while_signing_up(system, urls, team, volunteers, mode)

    assert wrong_with(system, plan, volunteers, mode) == []
    statuses = {id: each["status"] for id, each in shifts_of(system, plan).items()}
    assert set(statuses.values()) == ({"cancelled", "planned"} if mode == "keep" else {"cancelled"})
    # Whoever was let in is in still, or has been told that it is over.
    told = {
        each["data"]["sign_up"]
        for each in system.feed("volunteers", "&type=shijian.volunteers.shift.released.v1")
    }
    bookings = booked(system, *volunteers)
    assert taken
    assert all(each.json["part"] in told | bookings.keys() for each in taken)


# ---- controls ----


def test_control_a_calendar_that_takes_every_time_books_the_volunteer_twice(
    unguarded: System, urls: Urls
) -> None:
    team = form_team(unguarded)
    volunteer = add_volunteer(unguarded, team)

    offer(unguarded, urls, team, volunteer, OFFERS // 5)

    assert any("overlap" in each for each in violations(unguarded, volunteer))


def test_control_an_undo_that_looks_first_and_cancels_then_leaves_people_in_what_is_cancelled(
    unguarded: System, urls: Urls, people: tuple[str, list[str]]
) -> None:
    team, volunteers = people

    def looked(plan: str) -> bool:
        return f"looked at {plan}" in unguarded.log_of("volunteers-worker")

    plan, _ = undo_while_signing_up(unguarded, urls, team, volunteers, "keep", looked)

    wrong = wrong_with(unguarded, plan, volunteers, "keep")
    assert any("is cancelled with" in each for each in wrong), wrong

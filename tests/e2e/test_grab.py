"""抢单: hundreds of volunteers grab one order at once (PROTOCOL 4)."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from tests.system import (
    Answer,
    Document,
    System,
    accept,
    add_volunteer,
    assigned_order,
    at_once,
    form_team,
    open_order,
    publish_item,
    read_order,
)

GRABBING = 500
HANDS = 5
UNFIT = 20  # of them may not serve: their time is taken, or they are suspended
THREADS = 32
PROCESSES = "3"  # of gunicorn, beside the one that is there
CONTROLS = 10  # orders in which an unguarded service is seen to let too many in


def calendars(system: System, volunteers: list[str]) -> dict[str, list[Document]]:
    """What each volunteer's time is reserved for, by acceptance."""
    wanted = {"state.volunteer": {"$in": volunteers}}
    rows = system.database("volunteers")["calendars"].find(wanted)
    return {row["state"]["volunteer"]: row["state"]["bookings"] for row in rows}


@pytest.fixture(scope="module")
def doors(system: System) -> Iterator[list[str]]:
    """The addresses of several processes of one service."""
    other = system.start_extra_api("orders", API_WORKERS=PROCESSES)
    yield [system.urls["orders"], other]
    system.end_extra_api(other)


def grab(
    system: System, doors: list[str], order: str, volunteers: list[str], team: str
) -> dict[str, Answer]:
    """All of them at once, each at another door."""
    calls = [
        partial(accept, system, order, volunteer, team, url=doors[number % len(doors)])
        for number, volunteer in enumerate(volunteers)
    ]
    return dict(zip(volunteers, at_once(calls, THREADS), strict=True))


def test_of_five_hundred_who_grab_an_order_exactly_those_it_needs_get_it(
    system: System, doors: list[str]
) -> None:
    team, item = form_team(system), publish_item(system)
    volunteers = at_once([partial(add_volunteer, system, team)] * GRABBING, THREADS)
    busy, suspended = volunteers[: UNFIT // 2], volunteers[UNFIT // 2 : UNFIT]
    starts = {"starts_at": system.at(hours=3)}
    other = assigned_order(system, item, team, *busy, **starts)
    for volunteer in suspended:
        path = f"/v1/volunteers/{volunteer}/suspend"
        system.post("volunteers", path, {"reason": "complaint"})
    order = open_order(system, item, hands=HANDS, **starts)

    # The unfit come first, so that some of them hold a hand for a moment.
    told: Counter[int] = Counter()
    waiting = list(volunteers)
    for _ in range(50):
        answers = grab(system, doors, order, waiting, team)
        told.update(each.status for each in answers.values())
        waiting = [each for each, answer in answers.items() if answer.status == 409]
        system.settle()
        if read_order(system, order)["status"] == "assigned":
            break

    found = read_order(system, order)
    held = {id: each for id, each in found["acceptances"].items() if each["status"] == "assigned"}
    lost = [each for id, each in found["acceptances"].items() if id not in held]
    assert found["status"] == "assigned"
    assert len(held) == HANDS
    assert set(told) == {200, 409}
    assert told[200] == len(found["acceptances"])  # whoever was let in is in the order
    assert all((e["status"], e["release_reason"]) == ("released", "refused") for e in lost)
    assert {each["volunteer"] for each in lost} <= {*busy, *suspended}
    assert len({each["volunteer"] for each in held.values()}) == HANDS

    # Nobody's time is reserved for what no order holds, and nobody's twice.
    elsewhere = read_order(system, other)["acceptances"]
    reserved = calendars(system, volunteers)
    backed = {id for each in (held, elsewhere) for id in each}
    assert {id for bookings in reserved.values() for id in bookings} == backed
    assert all(len(bookings) <= 1 for bookings in reserved.values())


def test_without_the_guard_too_many_get_it(system: System) -> None:
    """The control: the same race is lost where a write does not ask for the version it read."""
    team, item = form_team(system), publish_item(system)
    volunteers = [f"vol_control{number:04}" for number in range(12)]
    program = "tests.e2e.unguarded_orders"
    unguarded = [system.start_extra_api("orders", program, API_WORKERS=PROCESSES)]

    def too_many() -> bool:
        order = open_order(system, item, hands=1)
        answers = grab(system, unguarded, order, volunteers, team).values()
        return sum(each.status == 200 for each in answers) > 1

    assert any(too_many() for _ in range(CONTROLS))
    system.end_extra_api(unguarded[0])


def test_a_volunteer_who_grabs_many_orders_at_once_gets_one_for_each_time(system: System) -> None:
    team, item = form_team(system), publish_item(system)
    volunteer = add_volunteer(system, team)
    at_three, at_five = {"starts_at": system.at(hours=3)}, {"starts_at": system.at(hours=5)}
    first = at_once([partial(open_order, system, item, **at_three)] * 6)
    later = at_once([partial(open_order, system, item, **at_five)] * 6)

    at_once([partial(accept, system, order, volunteer, team) for order in first + later])
    system.settle()

    def assigned(orders: list[str]) -> int:
        return sum(read_order(system, order)["status"] == "assigned" for order in orders)

    assert (assigned(first), assigned(later)) == (1, 1)
    assert len(calendars(system, [volunteer])[volunteer]) == 2

"""抢单: hundreds of volunteers grab one order at once (PROTOCOL 4)."""

from collections import Counter
from functools import partial

from tests.system import (
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

GRABBING = 200
HANDS = 3
UNFIT = 20  # of them may not serve: their time is taken, or they are suspended
THREADS = 32


def calendars(system: System, volunteers: list[str]) -> dict[str, list[Document]]:
    """What each volunteer's time is reserved for, by acceptance."""
    wanted = {"state.volunteer": {"$in": volunteers}}
    rows = system.database("volunteers")["calendars"].find(wanted)
    return {row["state"]["volunteer"]: row["state"]["bookings"] for row in rows}


def test_of_two_hundred_who_grab_an_order_exactly_those_it_needs_get_it(system: System) -> None:
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
        calls = [partial(accept, system, order, volunteer, team) for volunteer in waiting]
        answers = dict(zip(waiting, at_once(calls, THREADS), strict=True))
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

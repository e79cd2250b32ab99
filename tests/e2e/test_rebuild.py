"""Projections rebuilt while the system serves: the new generation equals the old to the byte."""

from functools import partial

import bson

from services.reports.projections import PROJECTIONS
from services.reports.projections.milestones import Milestones
from shared.messaging.projections import Generations
from shared.sites import Sites
from tests.system import (
    Meanwhile,
    System,
    add_volunteer,
    announce_activity,
    assigned_order,
    form_team,
    month_of_now,
    open_site,
    place_order,
    publish_item,
    register,
    serve_order,
)

NAMES = [each.name for each in (*PROJECTIONS, Sites())]


def contents(system: System, generation: int) -> dict[str, list[bytes]]:
    """Every document of a generation, to the byte, marks aside."""
    generations = Generations(system.database("reports"))
    return {
        name: [
            bson.encode({key: value for key, value in row.items() if key != "heard"})
            for row in generations.collection(name, generation).find().sort("_id", 1)
        ]
        for name in NAMES
    }


def live(system: System) -> int:
    return int(Generations(system.database("reports")).pointer()["live"])


def rebuild(system: System) -> tuple[int, int]:
    """The generation before and after."""
    old = live(system)
    system.run("reports", "rebuild")
    system.wait_until(lambda: live(system) > old, 30)
    return old, live(system)


def test_a_rebuild_while_serving_comes_out_identical(system: System) -> None:
    site, team, item = open_site(system), form_team(system), publish_item(system)
    order = assigned_order(system, item, team, add_volunteer(system, team))
    serve_order(system, order)
    activity = announce_activity(system, site)
    seat = register(system, activity, "R-rebuild")
    system.move_clock_to(system.read("events", f"/v1/activities/{activity}")["starts_at"])
    system.post("events", f"/v1/activities/{activity}/registrations/{seat}/attend")
    figures = f"/v1/figures?month={month_of_now(system)}"
    reading = partial(system.read, "reports", figures)

    # One with traffic: nobody is refused, and nothing is lost in the switch.
    with (
        Meanwhile(reading) as reads,
        Meanwhile(partial(place_order, system, item, site=site)) as writes,
    ):
        rebuild(system)
    assert reads.times and writes.times
    system.settle()
    placed = len(list(system.pages("orders", f"/v1/orders?site={site}&limit=500")))
    mine = f"{figures}&site={site}"
    # A reader may look at the old generation for a second more.
    system.wait_until(
        lambda: system.read("reports", mine)["totals"]["orders_placed"] == placed,
        5,
        lambda: (system.read("reports", mine), placed),
    )

    # One while nothing is written: the same to the byte.
    before = reading()
    with Meanwhile(reading):
        old, new = rebuild(system)

    was, now = contents(system, old), contents(system, new)
    # No site need be under construction here.
    assert all(rows for name, rows in was.items() if name != Milestones.name)
    assert now == was
    assert reading() == before


def test_asking_twice_rebuilds_once(system: System) -> None:
    generations = Generations(system.database("reports"))
    old = live(system)

    assert generations.ask_rebuild() == generations.ask_rebuild() == old
    system.wait_until(lambda: live(system) > old, 30)

    assert live(system) == old + 1

"""Bad events: put aside with their reason, and the next one is handled."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.system import (
    Document,
    System,
    accept,
    add_volunteer,
    assigned_order,
    connect_as_outsider,
    form_team,
    month_of_now,
    open_order,
    open_site,
    place_order,
    publish_item,
    read_order,
)

ACCEPTED = "shijian.orders.order.accepted.v1"
PLACED = "shijian.orders.order.placed.v1"
HEARD_BY_NOBODY = "shijian.orders.test.mended.v1"
FAULTY: list[str] = []  # ids of what was told so far


@pytest.fixture(scope="module")
def team(system: System) -> str:
    return form_team(system)


@pytest.fixture(scope="module")
def item(system: System) -> str:
    return publish_item(system)


def publish(system: System, body: bytes, routing_key: str = "orders.order.accepted.XP11") -> None:
    """As anybody could who may write to the exchange."""
    connection = connect_as_outsider(system.parts.amqp_url)
    connection.channel().basic_publish("shijian.events", routing_key, body)
    connection.close()


def tell(system: System, order: str, type: str, data: Document) -> str:
    """An event that orders itself tells, as a newer or a faulty version of it would: its id."""
    id = uuid.uuid4().hex
    FAULTY.append(id)
    entry = {
        "id": id,
        "at": datetime.now(UTC),
        "type": type,
        "subject": order,
        "site": "XP11",
        "time": system.now(),
        "data": data,
        "correlation": "",
        "causation": "",
        "traceparent": "",
    }
    # The one place where a test writes to a service's database: no service tells bad events.
    system.database("orders")["orders"].update_one({"_id": order}, {"$push": {"outbox": entry}})
    return id


def parked(system: System, service: str, **wanted: Any) -> list[Document]:
    return list(system.database(service)["dead_letters"].find({"due": None} | wanted))


def assert_goes_on(system: System, item: str, team: str) -> None:
    """The saga, with both its consumers, does its work."""
    assigned_order(system, item, team, add_volunteer(system, team))


UNDECODABLE = {
    "not JSON": b"{ this is not JSON",
    "not text": b"\xff\xfe\xfd",
    "no envelope": b'{"hello": "world"}',
    "of nobody": json.dumps(
        {
            "specversion": "1.0",
            "id": "1",
            "source": "/elsewhere/orders",
            "type": ACCEPTED,
            "subject": "x",
            "time": "2026-10-01T00:00:00Z",
            "sequence": "1",
            "epoch": "x",
            "data": {},
        }
    ).encode(),
    "deeply nested": b"[" * 20_000,
}


@pytest.mark.parametrize("body", UNDECODABLE.values(), ids=UNDECODABLE.keys())
def test_a_message_that_is_no_event_is_parked_with_its_reason_by_all_who_hear_it(
    system: System, item: str, team: str, body: bytes
) -> None:
    text = body.decode(errors="replace")[:10_000]
    before = len(parked(system, "volunteers", consumer="reactions", text=text))

    publish(system, body)

    def found() -> list[Document]:
        return parked(system, "volunteers", consumer="reactions", text=text)[before:]

    [row] = system.wait_until(found)
    assert row["reason"]
    assert_goes_on(system, item, team)


@pytest.mark.parametrize(
    ("type", "data", "reason"),
    [
        ("shijian.orders.order.accepted.v9", {"anything": 1}, "v9"),
        (ACCEPTED, {"order": "ord_one111"}, "data does not fit"),
    ],
    ids=["unknown version", "wrong data"],
)
def test_an_event_that_can_not_be_understood_is_parked_with_its_reason(
    system: System, item: str, team: str, type: str, data: Document, reason: str
) -> None:
    id = tell(system, place_order(system, item), type, data)

    [row] = system.wait_until(lambda: parked(system, "volunteers", _id=f"reactions:{id}"))

    assert reason in row["reason"]
    assert row["envelope"]["id"] == id
    assert_goes_on(system, item, team)


def test_a_message_that_is_in_nobodys_log_has_no_effect(
    system: System, item: str, team: str
) -> None:
    """Of another epoch, from behind the head, or an old number with other content."""
    order, volunteer = open_order(system, item), add_volunteer(system, team)
    accept(system, order, volunteer, team).ok()
    system.settle()
    [genuine] = [
        event for event in system.feed("orders", f"&type={ACCEPTED}") if event["subject"] == order
    ]
    forged = genuine["data"] | {"acceptance": "acc_forged1", "starts_at": system.at(days=1)}
    forged["ends_at"] = system.at(days=1, hours=1)
    head = system.head("orders")
    for number, facts in enumerate(
        [
            {"sequence": f"{head + 1:016d}", "epoch": "another"},
            {"sequence": f"{head + 1000:016d}"},
            {"sequence": genuine["sequence"]},
        ]
    ):
        event = {k: v for k, v in genuine.items() if k != "previous"}
        publish(
            system, json.dumps(event | {"id": f"forged{number}", "data": forged} | facts).encode()
        )
    assert_goes_on(system, item, team)
    system.settle()

    calendar = system.read("volunteers", f"/v1/volunteers/{volunteer}/calendar")
    assert "acc_forged1" not in calendar["bookings"]
    assert read_order(system, order)["status"] == "assigned"


@pytest.fixture
def mended(system: System) -> Iterator[None]:
    """Afterwards no faulty event is left, and reports is complete again."""
    yield
    log = system.database("orders")["event_log"]
    for row in log.find({"id": {"$in": FAULTY}}):
        event = json.loads(row["body"]) | {"type": HEARD_BY_NOBODY}
        log.update_one({"_id": row["_id"]}, {"$set": {"body": json.dumps(event)}})
    live = system.database("reports")["projections"].find_one({"_id": "pointer"}) or {"live": 1}
    system.run("reports", "rebuild")
    system.wait_until(
        lambda: system.database("reports")["projections"].find_one({"live": live["live"] + 1})
    )


def test_figures_that_miss_an_event_say_so_until_they_are_rebuilt_after_the_fix(
    system: System, item: str, mended: None
) -> None:
    site = open_site(system)
    placed = place_order(system, item, site=site)
    system.settle()
    [good] = [e for e in system.feed("orders", f"&type={PLACED}") if e["subject"] == placed]

    id = tell(system, placed, PLACED, good["data"] | {"theme": "nonsense"})

    [row] = system.wait_until(lambda: parked(system, "reports", **{"envelope.id": id}))
    ready = f"{system.urls['reports']}/readyz"
    system.wait_until(lambda: system.get(ready).status == 503)
    assert "incomplete" in system.get(ready).json["problems"]["projections"]
    assert "theme" in row["reason"]
    path = f"/v1/figures?month={month_of_now(system)}&site={site}"
    assert system.read("reports", path)["totals"]["orders_placed"] == 1
    place_order(system, item, site=site)  # the next one is counted
    system.wait_until(lambda: system.read("reports", path)["totals"]["orders_placed"] == 2)


def test_a_rebuild_after_the_fix_makes_the_figures_complete(system: System) -> None:
    system.wait_until_ready("reports", 15)

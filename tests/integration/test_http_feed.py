"""The feed over HTTP: every event of a service, in order, without gaps, from any place."""

import json
import threading
import time
from functools import partial

import pytest

from shared.web.feed import WAITING_AT_ONCE
from tests.system import (
    Document,
    System,
    at_once,
    next_link,
    open_order,
    order_body,
    place_order,
    publish_item,
)

VETTED = "shijian.orders.order.vetted.v1"
PLACED = "shijian.orders.order.placed.v1"

UNKNOWN_VERSION = "shijian.orders.order.accepted.v9"
"""Planted in the same system's log by the tests of bad events."""


@pytest.fixture(scope="module")
def item(system: System) -> str:
    """With some orders at two sites in the feed."""
    item = publish_item(system)
    for site in ("XP11", "XP12", "XP12", "XP11"):
        open_order(system, item, site=site)
    head(system)
    return item


def head(system: System) -> int:
    """Of orders' log, once everything is told."""
    outboxes = [system.database("orders")[name] for name in ("orders", "menu_items")]
    system.wait_until(
        lambda: not any(each.find_one({"outbox.at": {"$exists": True}}) for each in outboxes)
    )
    return int(system.read("orders", "/v1/feed?limit=1")["head"])


def sequences(events: list[Document]) -> list[int]:
    return [int(event["sequence"]) for event in events]


def test_the_feed_is_the_event_log_to_the_byte_and_in_order(system: System, item: str) -> None:
    last = head(system)
    rows = list(system.database("orders")["event_log"].find({"_id": {"$lte": last}}).sort("_id", 1))

    served = b""
    after = 0
    while after < last:
        answer = system.call("orders", "GET", f"/v1/feed?after={after}&limit=7")
        events = answer.data.removeprefix(b'{"events":[').rsplit(b'],"next"', 1)[0]
        served += b"," * bool(served) + events
        after = sequences(answer.json["events"])[-1]

    bodies = ",".join(row["body"] for row in rows).encode()
    assert served.startswith(bodies)
    assert [row["_id"] for row in rows] == list(range(1, last + 1))
    assert [json.loads(row["body"])["id"] for row in rows] == [row["id"] for row in rows]


def test_pages_by_their_link_give_each_event_once(system: System, item: str) -> None:
    last = head(system)
    path = "/v1/feed?limit=3"
    found: list[int] = []
    while not found or found[-1] < last:
        answer = system.call("orders", "GET", path).ok()
        found += sequences(answer.json["events"])
        path = next_link(answer)

    assert found[:last] == list(range(1, last + 1))


def test_the_answer_says_where_the_log_stands(system: System, item: str) -> None:
    last = head(system)
    page = system.read("orders", f"/v1/feed?after={last}")
    facts = system.database("orders")["event_log_facts"].find_one({"_id": "log"}) or {}

    assert page == {"events": [], "next": last, "head": last, "epoch": facts["epoch"]}


def test_behind_the_head_there_is_nothing(system: System, item: str) -> None:
    page = system.read("orders", "/v1/feed?after=1000000000")

    assert (page["events"], page["next"]) == ([], 1_000_000_000)


@pytest.mark.parametrize(
    ("query", "types", "sites"),
    [
        (f"type={VETTED}", {VETTED}, None),
        (f"type={VETTED},{PLACED}", {VETTED, PLACED}, None),
        ("site=XP12", None, {"XP12"}),
        (f"site=XP12,XP11&type={VETTED}", {VETTED}, {"XP11", "XP12"}),
        ("type=shijian.orders.order.eaten.v1", set(), None),
    ],
)
def test_a_filtered_feed_names_for_each_event_the_one_before_it_in_the_same_filter(
    system: System, item: str, query: str, types: set[str] | None, sites: set[str] | None
) -> None:
    last = head(system)
    wanted = [
        event
        for event in system.feed("orders")
        if (types is None or event["type"] in types)
        and (sites is None or event.get("site") in sites)
        and int(event["sequence"]) <= last
    ]

    found: list[Document] = []
    path = f"/v1/feed?{query}&limit=2"
    while True:
        answer = system.call("orders", "GET", path).ok()
        found += answer.json["events"]
        path = next_link(answer)
        if len(answer.json["events"]) < 2:
            break

    before = [0, *sequences(wanted)]
    assert [event["previous"] for event in found] == before[: len(found)]
    assert [{k: v for k, v in event.items() if k != "previous"} for event in found] == wanted


def test_a_filtered_feed_from_the_middle_names_the_one_before(system: System, item: str) -> None:
    head(system)
    every = sequences(system.feed("orders", f"&type={PLACED}"))
    middle = every[len(every) // 2]

    [event] = system.read("orders", f"/v1/feed?type={PLACED}&after={middle}&limit=1")["events"]

    assert event["previous"] == middle


def test_a_long_poll_answers_as_soon_as_something_happens(system: System, item: str) -> None:
    path = f"/v1/feed?after={head(system)}&wait=15"
    timer = threading.Timer(1.0, lambda: place_order(system, item))
    timer.start()
    began = time.monotonic()

    page = system.read("orders", path)

    waited = time.monotonic() - began
    timer.join()
    assert [event["type"] for event in page["events"]] == [PLACED]
    assert 0.9 < waited < 10


def test_a_long_poll_in_which_nothing_happens_ends_in_time(system: System, item: str) -> None:
    last = head(system)
    began = time.monotonic()

    page = system.read("orders", f"/v1/feed?type=shijian.orders.none.v1&after={last}&wait=1")

    assert (page["events"], page["next"]) == ([], last)
    assert 1 <= time.monotonic() - began < 6


def test_those_who_wait_do_not_hold_up_others(system: System, item: str) -> None:
    path = f"/v1/feed?type=shijian.orders.none.v1&after={head(system)}&wait=4"
    waiting = [
        threading.Thread(target=partial(system.call, "orders", "GET", path))
        for _ in range(WAITING_AT_ONCE * 3)
    ]
    for thread in waiting:
        thread.start()
    time.sleep(0.5)
    began = time.monotonic()

    assert system.get(f"{system.urls['orders']}/livez").status == 200
    assert time.monotonic() - began < 2

    for thread in waiting:
        thread.join()


def test_who_follows_the_link_while_much_happens_misses_nothing(system: System, item: str) -> None:
    began = head(system)
    stop = threading.Event()
    found: list[int] = []

    def follow() -> None:
        path = f"/v1/feed?after={began}&limit=1000"
        while True:
            done = stop.is_set()
            answer = system.call("orders", "GET", path).ok()
            found.extend(sequences(answer.json["events"]))
            path = next_link(answer)
            if done:
                return

    follower = threading.Thread(target=follow)
    follower.start()
    body = order_body(system, item)
    at_once((partial(system.post, "orders", "/v1/orders", body) for _ in range(200)), 6)
    last = head(system)
    stop.set()
    follower.join()

    assert found == list(range(began + 1, last + 1))


def test_every_event_is_written_to_a_schema_that_is_served(system: System, item: str) -> None:
    types = {event["type"] for event in system.feed("orders")}

    for type in types - {UNKNOWN_VERSION}:
        answer = system.call("orders", "GET", f"/v1/schemas/{type}", client="").ok()
        assert answer.headers["Content-Type"] == "application/schema+json"
        assert answer.json["$id"] == f"urn:shijian:schema:{type}"

"""An outsider's client: pika, the CloudEvents SDK and jsonschema, nothing of ours.

It binds a queue of its own to everything on `shijian.events`, and must understand all it hears.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cloudevents.v1.http import CloudEvent, from_json
from jsonschema import Draft202012Validator

from tests.system import (
    System,
    add_volunteer,
    announce_activity,
    assigned_order,
    connect_as_outsider,
    form_team,
    month_of_now,
    open_site,
    publish_item,
    register,
    serve_order,
)


@dataclass(frozen=True)
class Heard:
    """One message as it came."""

    routing_key: str
    properties: Any
    body: bytes

    @property
    def event(self) -> CloudEvent:
        return from_json(self.body)


class Outsider:
    """A queue bound to everything."""

    def __init__(self, url: str) -> None:
        self._connection = connect_as_outsider(url)
        self._channel = self._connection.channel()
        self._queue = self._channel.queue_declare("", exclusive=True).method.queue
        self._channel.queue_bind(self._queue, "shijian.events", "#")

    def hear(self, seconds: float = 2.0) -> list[Heard]:
        """All messages until none has come for a while."""
        heard = []
        for method, properties, body in self._channel.consume(
            self._queue, auto_ack=True, inactivity_timeout=seconds
        ):
            if method is None:
                break
            heard.append(Heard(method.routing_key, properties, body))
        self._channel.cancel()
        return heard

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="module")
def heard(system: System) -> Iterator[list[Heard]]:
    """What an outsider hears of one loop of everything."""
    system.settle()
    outsider = Outsider(system.parts.amqp_url)
    site, team = open_site(system), form_team(system)
    item = publish_item(system)
    order = assigned_order(system, item, team, add_volunteer(system, team))
    serve_order(system, order)
    system.post("orders", f"/v1/orders/{order}/rate", {"stars": 1})
    activity = announce_activity(system, site)
    seat = register(system, activity, "R-outsider")
    path = f"/v1/activities/{activity}/registrations"
    system.post("events", f"{path}/{seat}/cancel")
    system.post("reports", "/v1/reports", {"month": month_of_now(system)})
    system.settle()
    yield outsider.hear()
    outsider.close()


def by_source(heard: list[Heard]) -> dict[str, list[Heard]]:
    found: dict[str, list[Heard]] = {}
    for each in heard:
        found.setdefault(each.event["source"], []).append(each)
    return found


def test_every_service_is_heard(heard: list[Heard]) -> None:
    names = ("events", "orders", "reports", "volunteers")

    assert sorted(by_source(heard)) == [f"/shijian/{name}" for name in names]


def test_every_message_is_a_cloudevent_that_says_so(heard: list[Heard]) -> None:
    for each in heard:
        event = each.event  # raises where it is none
        assert event["specversion"] == "1.0"
        assert each.properties.content_type == "application/cloudevents+json"
        assert each.properties.message_id == event["id"]
        assert each.properties.delivery_mode == 2  # persistent
        assert {"epoch", "partitionkey", "time", "dataschema", "subject"} <= set(
            event.get_attributes()
        )


def test_every_event_fits_the_schema_that_its_service_serves(
    system: System, heard: list[Heard]
) -> None:
    validators: dict[str, Draft202012Validator] = {}
    for each in heard:
        event = each.event
        if event["type"] not in validators:
            service = event["source"].removeprefix("/shijian/")
            schema = system.read(service, f"/v1/schemas/{event['type']}", client="")
            assert schema["$id"] == event["dataschema"]
            validators[event["type"]] = Draft202012Validator(
                schema, format_checker=Draft202012Validator.FORMAT_CHECKER
            )
        validators[event["type"]].validate(event.data)
    assert len(validators) > 15  # the loop has told of most there is


def test_the_sequences_of_each_source_have_no_gaps(system: System, heard: list[Heard]) -> None:
    for source, messages in by_source(heard).items():
        sequences = [int(each.event["sequence"]) for each in messages]
        assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
        assert sequences[-1] == system.head(source.removeprefix("/shijian/"))


def test_what_the_broker_brings_is_the_feed_to_the_byte(system: System, heard: list[Heard]) -> None:
    for source, messages in by_source(heard).items():
        service = source.removeprefix("/shijian/")
        after = int(messages[0].event["sequence"]) - 1
        feed = system.call(service, "GET", f"/v1/feed?after={after}&limit=1000").data
        bodies = b",".join(each.body for each in messages)
        assert feed.startswith(b'{"events":[' + bodies + b"],")


def test_a_routing_key_is_the_name_and_the_site(heard: list[Heard]) -> None:
    for each in heard:
        event = each.event
        name = event["type"].removeprefix("shijian.").removesuffix(".v1")
        site = event.get_attributes().get("site", "-")
        assert each.routing_key == f"{name}.{site}"
        assert event.data.get("site", "-") == site


def test_the_attributes_are_copied_to_headers(heard: list[Heard]) -> None:
    """So that a subscriber can choose without reading the body (PROTOCOL 7)."""
    names = ["id", "source", "type", "subject", "time", "sequence", "epoch", "partitionkey"]

    for each in heard:
        event, headers = each.event, each.properties.headers
        copied = {name: headers.get(f"cloudEvents:{name}") for name in names}
        assert copied == {name: json.loads(each.body)[name] for name in names}, event["type"]


def test_no_event_carries_a_person(system: System, heard: list[Heard]) -> None:
    people = [row["state"]["person"] for row in system.database("volunteers")["volunteers"].find()]

    text = b"".join(each.body for each in heard).decode()

    assert people
    assert not [person for person in people if person in text]

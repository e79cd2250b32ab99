"""The envelope: what is encoded is decoded, and what is not ours is undecodable, with a reason."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.v1.http import from_json
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.orders import OrderVetted
from shared.messaging.envelope import Undecodable, decode, encode, routing_key

DATA = {
    "order": "ord_one111",
    "site": "XP11",
    "item": "itm_haircut",
    "theme": "civility",
    "modes": ["help"],
}


def told(**facts: Any) -> dict[str, Any]:
    """An entry of an outbox."""
    return {
        "id": "f" * 32,
        "type": "shijian.orders.order.vetted.v1",
        "subject": "ord_one111",
        "site": "XP11",
        "time": datetime(2026, 10, 9, 1, 0, 0, 123000, tzinfo=UTC),
        "data": DATA,
        "correlation": "request-1",
        "causation": "",
        "traceparent": "",
    } | facts


def attributes(**facts: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(encode(told(), "orders", 7, "epoch1"))
    return found | facts


def test_what_is_encoded_is_decoded() -> None:
    envelope = decode(encode(told(causation="e" * 32), "orders", 7, "epoch1"))

    assert (envelope.id, envelope.source, envelope.type) == ("f" * 32, "orders", told()["type"])
    assert (envelope.subject, envelope.sequence, envelope.epoch) == ("ord_one111", 7, "epoch1")
    assert envelope.time == told()["time"]
    assert (envelope.correlation, envelope.raw["causationid"]) == ("request-1", "e" * 32)
    assert envelope.event() == OrderVetted.model_validate(DATA)


def test_an_envelope_is_a_cloudevent_with_the_attributes_of_the_protocol() -> None:
    raw = attributes()

    event = from_json(json.dumps(raw))  # raises where it is none

    assert event["source"] == "/shijian/orders"
    assert event["dataschema"] == "urn:shijian:schema:shijian.orders.order.vetted.v1"
    assert event["sequence"] == "0000000000000007"
    assert event["partitionkey"] == event["subject"] == "ord_one111"
    assert event["time"] == "2026-10-09T01:00:00.123000Z"
    names = set(raw) - {"data"}
    assert all(name.isalnum() and name == name.lower() for name in names)  # CloudEvents 1.0, 3.1
    assert "causationid" not in raw  # optional ones are left out, not empty


@given(st.text(), st.integers(1, 10**15))
def test_any_text_and_number_survive(text: str, sequence: int) -> None:
    body = encode(told(data={"title": text}), "orders", sequence, "epoch1")

    envelope = decode(body.encode(errors="surrogatepass"))

    assert envelope.data == {"title": text}
    assert envelope.sequence == sequence


@given(st.lists(st.integers(1, 10**16 - 1), min_size=2, max_size=5))
def test_sequences_sort_as_text_as_they_do_as_numbers(sequences: list[int]) -> None:
    texts = [json.loads(encode(told(), "orders", each, "e"))["sequence"] for each in sequences]

    assert sorted(texts) == [f"{each:016d}" for each in sorted(sequences)]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"\xff\xfe\x00", id="not text"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"[" * 100_000, id="deeply nested"),
        pytest.param(b'{"a":' * 100_000, id="deeply nested objects"),
    ],
)
def test_what_is_no_envelope_is_undecodable_with_a_reason(body: bytes) -> None:
    with pytest.raises(Undecodable) as error:
        decode(body)

    assert str(error.value)


@pytest.mark.parametrize(
    "name", ["specversion", "id", "source", "type", "subject", "time", "sequence", "epoch", "data"]
)
def test_an_envelope_without_a_required_attribute_is_undecodable(name: str) -> None:
    raw = {key: value for key, value in attributes().items() if key != name}

    with pytest.raises(Undecodable, match=name):
        decode(json.dumps(raw))


@pytest.mark.parametrize(
    "facts",
    [
        {"specversion": "0.3"},
        {"data": [1]},
        {"data": None},
        {"time": "yesterday"},
        {"time": "2026-10-09T01:00:00"},
        {"sequence": "seven"},
        {"sequence": None},
        {"source": 5},
        {"id": 5},
        {"id": {"$ne": ""}},
        {"type": ["shijian.orders.order.vetted.v1"]},
        {"epoch": 5},
        {"subject": None},
        {"correlationid": {"a": 1}},
        {"traceparent": 5},
    ],
    ids=lambda facts: str(facts),
)
def test_an_attribute_of_another_type_is_undecodable(facts: dict[str, Any]) -> None:
    with pytest.raises(Undecodable):
        decode(json.dumps(attributes(**facts)))


def test_a_type_that_no_contract_knows_has_no_event() -> None:
    assert decode(json.dumps(attributes(type="shijian.orders.order.vetted.v9"))).event() is None


def test_data_that_does_not_fit_its_contract_is_undecodable_and_the_field_is_named() -> None:
    envelope = decode(json.dumps(attributes(data=DATA | {"theme": "秘密"})))

    with pytest.raises(Undecodable, match=r"shijian\.orders\.order\.vetted\.v1: theme") as error:
        envelope.event()

    assert "秘密" not in str(error.value)


def test_a_reader_ignores_fields_it_does_not_know() -> None:
    assert decode(json.dumps(attributes(data=DATA | {"added": 1}))).event()


def test_a_routing_key_ends_with_the_site_or_a_dash() -> None:
    assert routing_key("shijian.orders.order.placed.v1", "XP11") == "orders.order.placed.XP11"
    assert routing_key("shijian.orders.menu-item.published.v12", None) == (
        "orders.menu-item.published.-"
    )

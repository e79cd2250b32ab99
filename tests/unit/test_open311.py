"""The Open311 adapter: formats and places, without any I/O."""

import json
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.api.open311.formats import answer
from services.orders.api.open311.parameters import NewRequest
from services.orders.api.open311.places import kilometres, site_for
from services.orders.api.open311.reading import STATUS_WORDS
from services.orders.model.moves import OrderStatus
from services.orders.model.snapshot import MOVES, SnapshotStatus
from services.orders.reported import ENDED_SNAPSHOTS
from shared.contracts.orders import SnapshotRefusal
from shared.errors import InvalidInput


def test_a_list_is_an_array_and_in_xml_an_element_for_each() -> None:
    content = [{"service_code": "a", "metadata": True, "group": None}]

    in_json, in_xml = (answer("services", content, format) for format in ("json", "xml"))

    assert json.loads(in_json.data) == content
    assert in_xml.data.decode() == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<services><service><service_code>a</service_code><metadata>true</metadata><group />"
        "</service></services>"
    )


def test_times_are_written_as_the_standard_wants_them() -> None:
    moment = datetime(2026, 11, 24, 1, 2, 3, 456000, tzinfo=UTC)

    [shown] = json.loads(answer("service_requests", [{"at": moment}], "json").data)

    assert shown == {"at": "2026-11-24T01:02:03Z"}


@given(st.text())
def test_whatever_somebody_wrote_the_xml_can_be_read(text: str) -> None:
    data = answer("errors", [{"code": 400, "description": text}], "xml").data

    assert ElementTree.fromstring(data).tag == "errors"


def test_only_what_is_over_counts_as_closed() -> None:
    over = {status for status, moves in MOVES.items() if not moves}

    assert over >= ENDED_SNAPSHOTS


def test_distances_are_those_of_the_map() -> None:
    xinpu, nanjing = (34.5967, 119.2216), (32.0603, 118.7969)

    assert kilometres(xinpu, xinpu) == 0
    assert kilometres(xinpu, nanjing) == pytest.approx(284.8, abs=1)


def asked(**facts: object) -> NewRequest:
    nothing = dict.fromkeys(
        ("address_id", "address", "position", "account_id", "description", "media_url")
    )
    return NewRequest(**{"service_code": "x"} | nothing | facts)  # type: ignore[arg-type]


def test_the_nearest_open_station_is_taken() -> None:
    sites = [
        {"_id": "XP11", "open": True, "position": {"latitude": 34.60, "longitude": 119.22}},
        {"_id": "XP12", "open": False, "position": {"latitude": 34.61, "longitude": 119.22}},
        {"_id": "XP13", "open": True, "position": None},
        {"_id": "XP00", "open": True, "level": "institute"},
    ]

    assert site_for(asked(position=(34.611, 119.22)), sites) == "XP11"
    assert site_for(asked(address="某路"), sites) == "XP00"
    with pytest.raises(InvalidInput):
        site_for(asked(address="某路"), sites[:3])


def test_every_status_has_words_that_people_read() -> None:
    words = {*OrderStatus, *SnapshotStatus, *SnapshotRefusal}

    assert {str(each) for each in words} <= STATUS_WORDS.keys()

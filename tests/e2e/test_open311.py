"""Open311 GeoReport v2 on the running system: the standard's shapes, and a client from PyPI."""

from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
import xmltodict
from georeport import GeoReport

from tests.community import resident
from tests.e2e import georeport_v2 as schemas
from tests.system import Answer, Document, System, open_site, publish_item

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
BASE = "/open311/v2"


def get(system: System, path: str, client: str = "", **query: object) -> Answer:
    """As the standard has it: the key, if any, is a parameter."""
    if client:
        query["api_key"] = system.keys[client]
    return system.call("orders", "GET", f"{BASE}{path}?{urlencode(query)}", client="")


def post(
    system: System, form: Document, client: str = "office", format: str = "json", key: str = ""
) -> Answer:
    sent = form | ({"api_key": system.keys[client]} if client else {})
    raw = urlencode(sent, doseq=True).encode()
    path = f"{BASE}/requests.{format}"
    return system.call("orders", "POST", path, raw, client="", headers=FORM, key=key)


def snapshot(system: System, **facts: Any) -> Document:
    usual = {
        "service_code": "snapshot-piles",
        "address_id": "XP11",
        "address_string": "3 号楼东侧",
        "lat": "34.5967",
        "long": "119.2216",
        "description": "楼道堆放杂物 <b>&",
        "media_url": "https://photos.example.cn/1.jpg",
        "account_id": resident(system),
        "first_name": "小明",
        "phone": "13800000000",
        "email": "a@example.cn",
    }
    return usual | facts


def request_id(answer: Answer) -> str:
    assert schemas.fits(answer.ok().json, schemas.POSTED)
    return str(answer.json[0]["service_request_id"])


def codes(answer: Answer) -> tuple[int, list[int]]:
    """Status, and the code of each error in the body."""
    assert schemas.fits(answer.json, schemas.ERRORS)
    return answer.status, [each["code"] for each in answer.json]


def test_a_client_from_pypi_reads_what_was_reported(system: System) -> None:
    item = publish_item(system, title="上门理发")
    id = request_id(post(system, snapshot(system)))
    for format in ("json", "xml"):
        client = GeoReport(f"{system.urls['orders']}{BASE}", "xinpu", output_format=format)

        services = {each["service_code"]: each for each in client.get_service_list()}
        assert services[item]["service_name"] == "上门理发"
        assert services["snapshot-piles"]["type"] == "realtime"
        definition: Any = client.get_service_definition(item)
        attributes = definition["attributes"]
        listed = attributes["attribute"] if format == "xml" else attributes
        assert [each["code"] for each in listed][:2] == ["starts_at", "hands"]
        one: Any = client.get_service_request(id)
        assert (one["status"], one["service_code"]) == ("open", "snapshot-piles")
        several: Any = client.get_service_requests(
            service_code="snapshot-piles,snapshot-noise", status="open"
        )
        rows = several if isinstance(several, list) else [several]
        assert id in {each["service_request_id"] for each in rows}
        [found] = [client.get_service_requests(service_request_id=id)]
        assert (found if isinstance(found, dict) else found[0])["service_request_id"] == id


def test_every_answer_has_the_standards_shape_in_both_formats(system: System) -> None:
    item = publish_item(system)
    id = request_id(post(system, snapshot(system)))
    shapes = {
        "/services": (schemas.SERVICES, "services"),
        f"/services/{item}": (schemas.DEFINITION, "service_definition"),
        "/services/snapshot-piles": (schemas.DEFINITION, "service_definition"),
        "/requests": (schemas.REQUESTS, "service_requests"),
        f"/requests/{id}": (schemas.REQUESTS, "service_requests"),
        "/discovery": (schemas.DISCOVERY, "discovery"),
    }
    for path, (schema, root) in shapes.items():
        answered = get(system, f"{path}.json").ok()
        assert answered.headers["Content-Type"] == "application/json; charset=utf-8"
        assert schemas.fits(answered.json, schema)
        in_xml = get(system, f"{path}.xml").ok()
        assert in_xml.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert in_xml.data.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
        assert ElementTree.fromstring(in_xml.data).tag == root
    with_key = get(system, "/requests.json", "office").ok()
    assert schemas.fits(with_key.json, schemas.REQUESTS)


def test_both_formats_say_the_same(system: System) -> None:
    id = request_id(post(system, snapshot(system)))
    [in_json] = get(system, f"/requests/{id}.json", "office").json

    parsed = xmltodict.parse(get(system, f"/requests/{id}.xml", "office").data)
    in_xml = parsed["service_requests"]["request"]

    assert in_json["description"] == "楼道堆放杂物 <b>&"
    assert in_xml == {key: None if each is None else str(each) for key, each in in_json.items()}


def test_a_snapshot_that_comes_this_way_is_one_like_all_others(system: System) -> None:
    form = snapshot(system)
    id = request_id(post(system, form, key="o311-once"))

    assert request_id(post(system, form, key="o311-once")) == id
    stored = system.read("orders", f"/v1/snapshots/{id}")
    assert (stored["kind"], stored["site"]) == ("piles", "XP11")
    assert (stored["resident"], stored["latitude"]) == (form["account_id"], 34.5967)
    assert stored["photographs"] == [form["media_url"]]
    for personal in ("小明", "13800000000", "a@example.cn"):
        assert personal not in str(stored)

    refused = {"reason": "not-found"}
    system.post("orders", f"/v1/snapshots/{id}/refuse", refused)
    [shown] = get(system, f"/requests/{id}.json").json
    assert (shown["status"], shown["status_notes"]) == (
        "closed",
        "Refused: nothing was found there",
    )


def test_an_order_is_placed_and_followed_by_its_id(system: System) -> None:
    item = publish_item(system, title="法律咨询", theme="policy")
    form = {
        "service_code": item,
        "address_id": "XP11",
        "account_id": resident(system),
        "attribute[starts_at]": system.at(hours=3),
        "attribute[hands]": "2",
    }
    id = request_id(post(system, form))

    order = system.read("orders", f"/v1/orders/{id}")
    assert (order["item"], order["hands"], order["resident"]) == (item, 2, form["account_id"])
    [shown] = get(system, f"/requests/{id}.json").json
    assert (shown["service_name"], shown["status"]) == ("法律咨询", "open")
    system.post("orders", f"/v1/orders/{id}/reject", {"reason": "重复"})
    assert get(system, f"/requests/{id}.json").json[0]["status"] == "closed"


def test_the_questions_of_an_item_are_asked_and_their_answers_checked(system: System) -> None:
    questions = {
        "type": "object",
        "required": ["floor"],
        "additionalProperties": False,
        "properties": {
            "floor": {"type": "integer", "minimum": 1, "title": "楼层"},
            "lift": {"type": "boolean"},
            "day": {"enum": ["上午", "下午"]},
            "tools": {"type": "array", "items": {"enum": ["剪刀", "推子"]}},
        },
    }
    item = publish_item(system, questions=questions)
    defined = get(system, f"/services/{item}.json").ok().json
    assert schemas.fits(defined, schemas.DEFINITION)
    asked = {each["code"]: (each["datatype"], each["required"]) for each in defined["attributes"]}
    assert asked == {
        "starts_at": ("datetime", True),
        "hands": ("number", False),
        "floor": ("number", True),
        "lift": ("singlevaluelist", False),
        "day": ("singlevaluelist", False),
        "tools": ("multivaluelist", False),
    }
    form = {
        "service_code": item,
        "address_id": "XP11",
        "description": "行动不便",
        "attribute[starts_at]": system.at(hours=3),
        "attribute[floor]": "6",
        "attribute[lift]": "false",
        "attribute[day]": "上午",
        "attribute[tools][]": ["剪刀", "推子"],
    }
    order = system.read("orders", f"/v1/orders/{request_id(post(system, form))}")
    answers = {"floor": 6, "lift": False, "day": "上午", "tools": ["剪刀", "推子"]}
    assert (order["answers"], order["note"]) == (answers, "行动不便")

    wrong = post(system, form | {"attribute[floor]": "六"})
    assert codes(wrong) == (400, [400]) and "attribute[floor]" in wrong.json[0]["description"]


def test_anybody_sees_the_least_that_serves_and_a_client_what_it_may(system: System) -> None:
    item = publish_item(system)
    here = request_id(post(system, snapshot(system)))
    there = request_id(post(system, snapshot(system, address_id="XP12")))
    form = {"service_code": item, "address_id": "XP11", "attribute[starts_at]": system.at(hours=3)}
    order = request_id(post(system, form))

    public = {each["service_request_id"]: each for each in get(system, "/requests.json").json}
    assert {here, there} <= public.keys() and order not in public
    assert public[here]["description"] is None and public[here]["media_url"] is None
    assert "3 号楼" not in public[here]["address"]

    def seen(client: str, **query: object) -> dict[str, Document]:
        rows = get(system, "/requests.json", client, **query).ok().json
        return {each["service_request_id"]: each for each in rows}

    station = seen("station")
    assert {here, order} <= station.keys() and there not in station
    assert station[here]["address"].startswith("3 号楼东侧")
    assert {each["address_id"] for each in seen("office", address_id="XP12").values()} == {"XP12"}
    assert seen("office", service_code=item).keys() == {order}
    # A picture of people is nobody's to see.
    system.post("orders", f"/v1/snapshots/{here}/refuse", {"reason": "private"})
    assert here not in seen("") and get(system, f"/requests/{here}.json").status == 404


def test_pages_go_through_every_request_once(system: System) -> None:
    site = open_site(system)
    made = [request_id(post(system, snapshot(system, address_id=site))) for _ in range(5)]

    found: list[str] = []
    for page in (1, 2, 3):
        answer = get(system, "/requests.json", page=page, page_size=2, address_id=site)
        found += [each["service_request_id"] for each in answer.json]
        assert ("Link" in answer.headers) is (page < 3)

    assert found == made[::-1]  # newest first
    keyed = get(system, "/requests.json", "office", page_size=2, address_id=site)
    assert system.keys["office"] not in str(dict(keyed.headers))


def test_a_place_is_a_station_or_its_nearest_or_the_institutes(system: System) -> None:
    code = f"XQ{int(next(system.names)[1:]) + 100:04d}"
    position = {"latitude": 34.7, "longitude": 119.3}
    body = {
        "code": code,
        "level": "institute",
        "title": "所",
        "title_en": "Institute",
        "position": position,
    }
    system.post("events", "/v1/sites", body)
    system.wait_until(lambda: system.live("orders", "sites").find_one({"_id": code}))

    def site(**where: str) -> Any:
        form = {"service_code": "snapshot-noise", "account_id": resident(system)} | where
        answer = post(system, form)
        if answer.status >= 400:
            return codes(answer)
        return system.read("orders", f"/v1/snapshots/{request_id(answer)}")["site"]

    assert site(lat="34.7001", long="119.3001") == code
    assert site(address_string="海州区某路") == code
    assert site(lat="39.9", long="116.4") == (400, [400])  # Beijing
    assert site(lat="34.7") == (400, [400])
    assert site() == (400, [400])
    assert site(address_id="XP99") == (400, [400])


REFUSED: list[tuple[Document, int, str]] = [
    ({"service_code": ""}, 400, "service_code"),
    ({"service_code": "snapshot-nothing"}, 404, "snapshot-nothing"),
    ({"service_code": "itm_nothing1"}, 404, "itm_nothing1"),
    ({"jurisdiction_id": "elsewhere"}, 404, "jurisdiction_id"),
    ({"description": "长" * 4001}, 400, "description"),
    ({"description": "电话13812345678"}, 400, "description"),
    ({"media_url": "ftp://x"}, 400, "media_url"),
    ({"account_id": "13812345678"}, 400, "account_id"),
]


@pytest.mark.parametrize(("wrong", "status", "named"), REFUSED, ids=lambda each: str(each)[:30])
def test_what_is_wrong_is_answered_as_the_standard_writes_it(
    system: System, wrong: Document, status: int, named: str
) -> None:
    answer = post(system, snapshot(system) | wrong)

    assert codes(answer) == (status, [status])
    assert named in answer.json[0]["description"]
    in_xml = post(system, snapshot(system) | wrong, format="xml")
    errors = xmltodict.parse(in_xml.data)["errors"]["error"]
    assert (in_xml.status, errors["code"]) == (status, str(status))


def test_a_key_that_is_missing_wrong_or_too_weak_is_answered_with_403(system: System) -> None:
    assert codes(post(system, snapshot(system), client="")) == (403, [403])
    wrong = snapshot(system) | {"api_key": "sj_wrong"}
    assert codes(post(system, wrong, client="")) == (403, [403])
    assert codes(post(system, snapshot(system), client="reader")) == (403, [403])
    foreign = snapshot(system, address_id="XP12")
    assert codes(post(system, foreign, client="station")) == (403, [403])


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/requests/snp_nothing1.json", {}, 404),
        ("/services/itm_nothing1.json", {}, 404),
        ("/tokens/123.json", {}, 404),
        ("/services.json", {"jurisdiction_id": "elsewhere"}, 404),
        ("/requests.json", {"status": "lost"}, 400),
        ("/requests.json", {"start_date": "yesterday"}, 400),
        ("/requests.json", {"page": "0"}, 400),
        ("/requests.json", {"page": "1000"}, 400),
        (
            "/requests.json",
            {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-05-01T00:00:00Z"},
            400,
        ),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(
    system: System, path: str, query: Document, status: int
) -> None:
    assert codes(get(system, path, **query)) == (status, [status])


def test_a_format_that_is_not_served_is_answered_in_xml(system: System) -> None:
    answer = get(system, "/services.yaml")

    assert answer.status == 404
    assert xmltodict.parse(answer.data)["errors"]["error"]["code"] == "404"

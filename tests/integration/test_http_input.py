"""Bad input over HTTP: what is wrong is named in both languages, and nothing is written."""

import http.client
import json
from typing import Any

import pytest

from tests.integration.refusals import refused
from tests.system import System, open_order, open_site, order_body, place_order, publish_item


@pytest.fixture(scope="module")
def item(system: System) -> str:
    return publish_item(system)


INVALID: list[tuple[dict[str, Any], str]] = [
    ({"hand": 1}, "hand"),
    ({"item": None}, "item"),
    ({"item": 5}, "item"),
    ({"item": "haircut"}, "item"),
    ({"item": {"$ne": ""}}, "item"),
    ({"site": ["XP11"]}, "site"),
    ({"site": "xp11"}, "site"),
    ({"site": ""}, "site"),
    ({"resident": "13800001234"}, "resident"),
    ({"resident": "32070519900101123X"}, "resident"),
    ({"resident": "王小明"}, "resident"),
    ({"starts_at": "2030-01-01T09:00:00"}, "starts_at"),
    ({"starts_at": "2030-01-01"}, "starts_at"),
    ({"starts_at": "next week"}, "starts_at"),
    ({"starts_at": "2030-02-30T09:00:00Z"}, "starts_at"),
    ({"starts_at": 1893456000}, "starts_at"),  # times are RFC 3339
    ({"starts_at": "1893456000"}, "starts_at"),
    ({"starts_at": "0001-01-01T00:00:00+08:00"}, "starts_at"),
    ({"hands": "three"}, "hands"),
    ({"hands": "3"}, "hands"),  # the OpenAPI document says integer
    ({"hands": True}, "hands"),
    ({"hands": 1.5}, "hands"),
    ({"hands": 0}, "hands"),
    ({"hands": 51}, "hands"),
    ({"hands": 10**40}, "hands"),
    ({"on_behalf": True}, "on_behalf"),
    ({"on_behalf": {"channel": "visit"}}, "on_behalf.oral_yes"),
    ({"on_behalf": {"channel": "visit", "oral_yes": False}}, "on_behalf"),
    ({"on_behalf": {"channel": "mail", "oral_yes": True}}, "on_behalf.channel"),
    ({"on_behalf": {"channel": "visit", "oral_yes": True, "who": "x"}}, "on_behalf.who"),
]


@pytest.mark.parametrize(("facts", "field"), INVALID, ids=str)
def test_an_order_of_another_shape_is_refused(
    system: System, item: str, facts: dict[str, Any], field: str
) -> None:
    body = order_body(system, item) | facts

    answer = refused(
        system, "orders", "POST", "/v1/orders", body, status=400, kind="invalid-input", field=field
    )

    assert set(answer.fields) == {field}


def test_every_missing_field_is_named_at_once(system: System) -> None:
    answer = refused(
        system, "orders", "POST", "/v1/orders", {}, status=400, kind="invalid-input", field="item"
    )

    assert set(answer.fields) == {"item", "site", "resident", "starts_at"}


def test_values_that_fit_the_shape_but_nothing_known_are_refused(system: System, item: str) -> None:
    elsewhere = publish_item(system, sites=["XP12"])
    withdrawn = publish_item(system)
    system.post("orders", f"/v1/menu-items/{withdrawn}/withdraw")
    closed = open_site(system)
    system.post("events", f"/v1/sites/{closed}/close")
    system.wait_until(
        lambda: system.live("orders", "sites").find_one({"_id": closed, "open": False})
    )

    for facts, field in [
        ({"site": "XP99"}, "site"),
        ({"site": closed}, "site"),
        ({"item": "itm_unknown1"}, "item"),
        ({"item": elsewhere}, "item"),
        ({"item": withdrawn}, "item"),
        ({"starts_at": system.at(seconds=-1)}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59Z"}, "starts_at"),
    ]:
        body = order_body(system, item) | facts
        refused(
            system,
            "orders",
            "POST",
            "/v1/orders",
            body,
            status=422,
            kind="unprocessable",
            field=field,
        )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"5",
        b'"text"',
        b"\xff\xfe",
        b'{"item": "\\ud800"}',
        b'{"item": NaN}',
        b"[" * 50_000,
        b'{"item":' * 30_000,
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_what_is_no_json_object_is_refused(system: System, raw: bytes) -> None:
    refused(system, "orders", "POST", "/v1/orders", raw, status=400, kind="invalid-input")


@pytest.mark.parametrize("sent", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused(system: System, item: str, sent: str) -> None:
    refused(
        system,
        "orders",
        "POST",
        "/v1/orders",
        order_body(system, item),
        headers={"Content-Type": sent},
        status=400,
        kind="invalid-input",
        field="Content-Type",
    )


def test_a_body_over_the_limit_is_refused(system: System, item: str) -> None:
    body = order_body(system, item, resident="R" * 300_000)

    answer = refused(system, "orders", "POST", "/v1/orders", body, status=413, kind="too-large")

    assert answer.json["limit"] == 256 * 1024


def test_a_body_over_the_limit_that_does_not_say_its_length_is_refused(system: System) -> None:
    host = system.urls["orders"].removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    parts = (b" " * 50_000 for _ in range(10))
    headers = {
        "Authorization": f"Bearer {system.keys['office']}",
        "Content-Type": "application/json",
    }
    connection.request("POST", "/v1/orders", parts, headers, encode_chunked=True)

    assert connection.getresponse().status == 413
    connection.close()


OTHERS: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("orders", "/v1/menu-items", {"title": ""}, 400, "title"),
    ("orders", "/v1/menu-items", {"title": "x" * 201}, 400, "title"),
    ("orders", "/v1/menu-items", {"theme": "law"}, 400, "theme"),
    ("orders", "/v1/menu-items", {"modes": []}, 400, "modes"),
    ("orders", "/v1/menu-items", {"modes": ["sing"]}, 400, "modes.0"),
    ("orders", "/v1/menu-items", {"minutes": 1441}, 400, "minutes"),
    ("orders", "/v1/menu-items", {"sites": ["XP99"]}, 422, "sites"),
    ("volunteers", "/v1/volunteers", {"person": "13800001234"}, 400, "person"),
    ("volunteers", "/v1/volunteers", {"site": "XP99"}, 422, "site"),
    ("volunteers", "/v1/teams", {"title": " "}, 400, "title"),
    ("volunteers", "/v1/teams", {"site": "XP99"}, 422, "site"),
    ("events", "/v1/sites", {"code": "X1"}, 400, "code"),
    ("events", "/v1/sites", {"level": "street"}, 400, "level"),
    ("events", "/v1/sites", {"communities": ["3207"]}, 400, "communities.0"),
    ("events", "/v1/sites", {"demonstration": "maybe"}, 400, "demonstration"),
    (
        "events",
        "/v1/sites",
        {"position": {"latitude": 91, "longitude": 119}},
        400,
        "position.latitude",
    ),
    ("events", "/v1/series", {"code": "Spring Festival"}, 400, "code"),
    ("events", "/v1/activities", {"capacity": 0}, 400, "capacity"),
    ("events", "/v1/activities", {"series": "unknown"}, 422, "series"),
    ("events", "/v1/activities", {"site": "XP99"}, 422, "site"),
    ("events", "/v1/activities", {"starts_at": "2020-01-01T09:00:00+08:00"}, 422, "starts_at"),
    ("events", "/v1/activities", {"ends_at": "2020-01-01T09:00:00+08:00"}, 400, "body"),
    ("reports", "/v1/reports", {"month": "2026-13"}, 400, "month"),
    ("reports", "/v1/reports", {"period": "2026-Q4"}, 400, "period"),  # and a month
    ("reports", "/v1/reports", {"site": "XP99"}, 422, "site"),
]


def good_body(system: System, path: str) -> dict[str, Any]:
    titles = {"title": "好家风", "title_en": "Good family ways"}
    bodies: dict[str, dict[str, Any]] = {
        "/v1/menu-items": {"title": "理发", "theme": "civility", "modes": ["help"]},
        "/v1/volunteers": {"person": "P-000001", "site": "XP11"},
        "/v1/teams": {"title": "服务队", "site": "XP11"},
        "/v1/sites": {"code": "XQ01", "level": "station", **titles},
        "/v1/series": {"code": "spring", "theme": "culture", **titles},
        "/v1/activities": {
            "site": "XP11",
            "title": "经典阅读",
            "theme": "culture",
            "modes": ["host"],
            "starts_at": system.at(hours=2),
            "ends_at": system.at(hours=3),
            "capacity": 2,
        },
        "/v1/reports": {"month": "2026-10", "site": "XP11"},
    }
    return bodies[path]


@pytest.mark.parametrize(("service", "path", "facts", "status", "field"), OTHERS, ids=str)
def test_what_other_commands_refuse(
    system: System, service: str, path: str, facts: dict[str, Any], status: int, field: str
) -> None:
    kind = {400: "invalid-input", 422: "unprocessable"}[status]
    body = good_body(system, path) | facts

    refused(system, service, "POST", path, body, status=status, kind=kind, field=field)


def test_a_code_is_given_once(system: System) -> None:
    code = open_site(system)
    body = good_body(system, "/v1/sites") | {"code": code}

    refused(system, "events", "POST", "/v1/sites", body, status=409, kind="conflict")


def test_an_unknown_team_can_not_be_joined(system: System) -> None:
    person = {"person": f"P-{next(system.names)}-{system.prefix}", "site": "XP11"}
    volunteer = system.post("volunteers", "/v1/volunteers", person).id

    refused(
        system,
        "volunteers",
        "POST",
        f"/v1/volunteers/{volunteer}/join",
        {"team": "team_unknown"},
        status=422,
        kind="unprocessable",
        field="team",
    )


@pytest.mark.parametrize(
    ("service", "path", "field"),
    [
        ("orders", "/v1/orders?limit=0", "limit"),
        ("orders", "/v1/orders?limit=501", "limit"),
        ("orders", "/v1/orders?limit=many", "limit"),
        ("orders", "/v1/orders?cursor=nonsense", "cursor"),
        ("orders", "/v1/orders?cursor=%E4%B8%AD", "cursor"),
        ("orders", "/v1/orders?status=lost", "status"),
        ("orders", "/v1/orders?site=11", "site"),
        ("orders", "/v1/orders?colour=red", "colour"),
        ("orders", "/v1/feed?after=-1", "after"),
        ("orders", "/v1/feed?limit=0", "limit"),
        ("orders", "/v1/feed?wait=60", "wait"),
        ("orders", "/v1/feed?from=1", "from"),
        ("volunteers", "/v1/hours?site=11", "site"),
        ("events", "/v1/sites?level=street", "level"),
        ("reports", "/v1/figures", "period"),
        ("reports", "/v1/figures?month=october", "month"),
        ("reports", "/v1/figures?month=2026-10&period=2026", "period"),
        ("reports", "/v1/figures?period=2026-Q5", "period"),
        ("reports", "/v1/evidence?measure=people&period=2026&cursor=nonsense", "cursor"),
    ],
)
def test_a_wrong_parameter_is_named(system: System, service: str, path: str, field: str) -> None:
    refused(system, service, "GET", path, status=400, kind="invalid-input", field=field)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/feed?site=XP11%0AXP12",
        "/v1/feed?site=%E4%B8%AD%E6%96%87",
        "/v1/feed?type=a%26b%3Dc",
        "/v1/orders?limit=1&item=a%0Ab",
        "/v1/orders?limit=1&resident=%E4%B8%AD",
    ],
)
def test_no_parameter_breaks_an_answer(system: System, item: str, path: str) -> None:
    place_order(system, item)

    answer = system.call("orders", "GET", path)

    assert answer.status in (200, 400), answer.data.decode()


@pytest.mark.parametrize(
    ("service", "method", "path"),
    [
        ("orders", "GET", "/v1/orders/ord_unknown1"),
        ("orders", "GET", "/v1/orders/ord_unknown1/audit"),
        ("orders", "GET", "/v1/orders/%24where%00"),
        ("orders", "POST", "/v1/orders/ord_unknown1/vet"),
        ("orders", "GET", "/v1/menu-items/itm_unknown1"),
        ("orders", "POST", "/v1/menu-items/itm_unknown1/withdraw"),
        ("orders", "GET", "/v1/schemas/shijian.orders.order.eaten.v1"),
        ("orders", "GET", "/v1/schemas/shijian.events.site.opened.v1"),
        ("volunteers", "GET", "/v1/volunteers/vol_unknown1"),
        ("volunteers", "GET", "/v1/volunteers/vol_unknown1/calendar"),
        ("volunteers", "GET", "/v1/teams/team_unknown"),
        ("volunteers", "POST", "/v1/volunteers/vol_unknown1/verify"),
        ("events", "GET", "/v1/sites/XP99"),
        ("events", "POST", "/v1/sites/XP99/close"),
        ("events", "GET", "/v1/activities/act_unknown1"),
        ("events", "POST", "/v1/activities/act_unknown1/hold"),
        ("reports", "GET", "/v1/reports/rpt_unknown1"),
    ],
)
def test_what_is_not_there_is_not_found(
    system: System, service: str, method: str, path: str
) -> None:
    refused(system, service, method, path, status=404, kind="not-found")


def test_an_acceptance_or_registration_that_is_not_there_is_not_found(
    system: System, item: str
) -> None:
    order = open_order(system, item)
    activity = system.post("events", "/v1/activities", good_body(system, "/v1/activities")).id

    for service, path in [
        ("orders", f"/v1/orders/{order}/acceptances/acc_unknown1/release"),
        ("orders", f"/v1/orders/{order}/acceptances/acc_unknown1/check-in"),
        ("events", f"/v1/activities/{activity}/registrations/reg_unknown1/cancel"),
    ]:
        refused(system, service, "POST", path, status=404, kind="not-found")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/nothing", 404), ("DELETE", "/v1/orders", 405)]
)
def test_an_unknown_route_or_method_is_a_problem_too(
    system: System, method: str, path: str, status: int
) -> None:
    for language in ("en", "zh-CN"):
        answer = system.call("orders", method, path, headers={"Accept-Language": language})

        assert answer.status == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json["detail"] and answer.json["request_id"]


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"X-Person": "王 小明".encode().decode("latin-1")}, "X-Person"),
        ({"X-Person": "p" * 65}, "X-Person"),
        ({"Idempotency-Key": "k" * 201}, "Idempotency-Key"),
        ({"If-Match": "3"}, "If-Match"),
        ({"If-Match": '"three"'}, "If-Match"),
    ],
    ids=str,
)
def test_a_wrong_header_is_named(
    system: System, item: str, headers: dict[str, str], field: str
) -> None:
    body = order_body(system, item)

    refused(
        system,
        "orders",
        "POST",
        "/v1/orders",
        body,
        headers=headers,
        status=400,
        kind="invalid-input",
        field=field,
    )


def test_what_was_sent_is_not_repeated_in_answer_or_log(system: System, item: str) -> None:
    body = json.dumps(order_body(system, item, resident="13912345678")).encode()

    answer = system.call("orders", "POST", "/v1/orders", body)

    assert answer.status == 400
    assert "13912345678" not in answer.data.decode()
    assert "13912345678" not in system.log_of("orders-api")

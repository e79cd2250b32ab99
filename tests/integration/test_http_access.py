"""Who may do what over HTTP: keys, scopes, sites, rotation, and how fast."""

import time
from importlib import import_module

import pytest

from shared.settings import SERVICES
from shared.web.api import Operation
from shared.web.clients import LOOK_SECONDS, ClientsFile
from tests.integration.refusals import refused
from tests.system import Answer, System, open_order, order_body, place_order, publish_item


@pytest.fixture(scope="module")
def item(system: System) -> str:
    return publish_item(system)


def operations(service: str) -> list[Operation]:
    """Those that ask for a key."""
    api = import_module(f"services.{service}.api").api
    return [each for each in api.operations if not each.public]


def path_of(operation: Operation) -> str:
    """With something in each place that no aggregate is named after."""
    return operation.path.replace("{", "none_").replace("}", "")


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_asks_for_a_key(system: System, service: str) -> None:
    asked = [(each.method, path_of(each)) for each in operations(service)]

    for method, path in [*asked, ("GET", "/v1/feed"), ("GET", "/v1/whoami")]:
        answer = system.call(service, method, path, client="")

        assert (answer.status, answer.kind) == (401, "unauthenticated"), (method, path)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_asks_for_its_scope_and_names_it(system: System, service: str) -> None:
    asked = [(each.method, path_of(each), each.scope) for each in operations(service)]

    for method, path, scope in [*asked, ("GET", "/v1/feed", "feed:read")]:
        answer = system.call(service, method, path, client="nobody")

        assert (answer.status, answer.kind) == (403, "forbidden"), (method, path)
        if scope:  # else it follows from what the operation is about
            assert answer.json["scope"] == scope
        assert answer.json["scope"] in answer.json["detail"]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer sj_unknown", "Basic b2ZmaWNlOng="])
def test_an_unknown_key_is_refused_in_both_languages(
    system: System, item: str, authorization: str
) -> None:
    answer = refused(
        system,
        "orders",
        "POST",
        "/v1/orders",
        order_body(system, item),
        client="",
        headers={"Authorization": authorization},
        status=401,
        kind="unauthenticated",
    )

    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_reader_reads_and_writes_nothing(system: System, item: str) -> None:
    order = place_order(system, item)

    assert system.call("orders", "GET", f"/v1/orders/{order}", client="reader").status == 200
    for path, scope in [("/v1/orders", "orders:place"), (f"/v1/orders/{order}/vet", "orders:vet")]:
        body = order_body(system, item) if path == "/v1/orders" else {}
        answer = refused(
            system,
            "orders",
            "POST",
            path,
            body,
            client="reader",
            status=403,
            kind="forbidden",
        )
        assert answer.json["scope"] == scope


def test_a_station_acts_for_its_own_site_only(system: System, item: str) -> None:
    own = place_order(system, item, site="XP11")
    other = open_order(system, item, site="XP12")
    before = system.read("orders", f"/v1/orders/{other}")

    for method, path, body in [
        ("POST", "/v1/orders", order_body(system, item, site="XP12")),
        ("GET", f"/v1/orders/{other}", None),
        ("GET", f"/v1/orders/{other}/audit", None),
        ("GET", "/v1/orders?site=XP12", None),
        ("POST", f"/v1/orders/{other}/cancel", {"by": "station", "reason": "mine"}),
        ("POST", f"/v1/orders/{other}/accept", {"volunteer": "vol_any111", "team": "team_any111"}),
    ]:
        answer = refused(
            system, "orders", method, path, body, client="station", status=403, kind="forbidden"
        )
        assert answer.json["site"] == "XP12", path
    assert system.read("orders", f"/v1/orders/{other}") == before
    assert system.call("orders", "GET", f"/v1/orders/{own}", client="station").status == 200


def test_a_stations_lists_hold_its_own_site_only(system: System, item: str) -> None:
    own, other = place_order(system, item), place_order(system, item, site="XP12")

    found = list(system.pages("orders", f"/v1/orders?item={item}", client="station"))
    everything = list(system.pages("orders", f"/v1/orders?item={item}"))

    assert {each["site"] for each in found} == {"XP11"}
    assert own in {each["id"] for each in found}
    assert {own, other} <= {each["id"] for each in everything}


def test_the_streets_figures_are_for_those_who_act_everywhere(system: System) -> None:
    answer = refused(
        system,
        "reports",
        "GET",
        "/v1/figures?month=2026-10",
        client="station",
        status=403,
        kind="forbidden",
    )

    assert answer.json["sites"] == ["XP11"]
    path = "/v1/figures?month=2026-10&site=XP11"
    assert system.call("reports", "GET", path, client="station").status == 200


def test_whoami_says_what_a_client_may_do(system: System) -> None:
    for service in SERVICES:
        found = system.read(service, "/v1/whoami", client="station")

        assert found["id"] == "station"
        assert "orders:*" in found["scopes"]
        assert found["sites"] == ["XP11"]
        assert not [each for each in found.values() if str(each).startswith("sj_")]


def test_keys_are_rotated_while_the_system_runs(system: System) -> None:
    file: ClientsFile = system.clients
    first = file.add("rotating", "Rotating", ["orders:read"], ["*"])

    def status(key: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return system.call("orders", "GET", "/v1/whoami", client="", headers=headers).status

    system.wait_until(lambda: status(first) == 200, LOOK_SECONDS + 5)
    second = file.rotate("rotating")
    system.wait_until(lambda: status(second) == 200, LOOK_SECONDS + 5)
    assert status(first) == 200  # the one before stays valid
    third = file.rotate("rotating")
    system.wait_until(lambda: status(first) == 401, LOOK_SECONDS + 5)
    assert (status(second), status(third)) == (200, 200)
    file.remove("rotating")
    system.wait_until(lambda: status(third) == 401, LOOK_SECONDS + 5)


def test_who_sends_too_fast_is_told_when_to_come_back(system: System) -> None:
    url = system.start_extra_api("orders", RATE_PER_SECOND="2")

    def ask(client: str, language: str = "en") -> Answer:
        headers = {"Accept-Language": language}
        return system.call("orders", "GET", "/v1/orders", client=client, headers=headers, url=url)

    answers = [ask("office") for _ in range(8)]
    fast = [each for each in answers if each.status == 429]
    chinese = ask("office", "zh-CN")

    assert [each.status for each in answers[:4]] == [200] * 4
    assert fast and fast[0].kind == "too-many-requests"
    wait = int(fast[0].headers["Retry-After"])
    assert wait == fast[0].json["retry_after"] >= 1
    assert "请等待" in chinese.json["detail"]
    assert ask("reader").status == 200  # others are not held up
    time.sleep(wait)
    assert ask("office").status == 200

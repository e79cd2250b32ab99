"""What an operator sees over HTTP: alive, ready or why not, and the numbers. No key, no secret."""

import json
import re

import pytest

from shared.settings import SERVICES
from tests.system import ROOT, System, place_order, publish_item


@pytest.mark.parametrize("service", SERVICES)
def test_a_running_service_is_alive_and_ready(system: System, service: str) -> None:
    alive = system.get(f"{system.urls[service]}/livez")
    ready = system.get(f"{system.urls[service]}/readyz")

    assert (alive.status, alive.json) == (200, {"status": "alive"})
    assert (ready.status, ready.json) == (200, {"status": "ready", "problems": {}})


def test_a_service_that_can_read_no_client_says_so(system: System) -> None:
    url = system.start_extra_api("orders", CLIENTS_FILE="/nowhere/clients.json")

    ready = system.get(f"{url}/readyz")

    assert ready.status == 503
    assert "clients" in ready.json["problems"]


def metrics(system: System, service: str) -> dict[str, float]:
    answer = system.get(f"{system.urls[service]}/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = [line for line in answer.data.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_numbers_are_those_of_the_service(system: System) -> None:
    item = publish_item(system)
    line = 'http_requests_total{method="POST",route="/v1/orders",status="201"}'
    before = metrics(system, "orders").get(line, 0)
    place_order(system, item)
    head = system.wait_until(lambda: int(system.read("orders", "/v1/feed?limit=1")["head"]))
    system.wait_until(lambda: metrics(system, "orders")["event_log_published"] >= head)

    found = metrics(system, "orders")

    assert found[line] == before + 1
    assert found["event_log_head"] >= head
    assert found["outbox_age_seconds"] < 5
    parked = system.database("orders")["dead_letters"].count_documents({"due": None})
    assert found["dead_letters_parked"] == parked


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/openapi.json"])
def test_nothing_secret_is_shown_without_a_key(system: System, service: str, path: str) -> None:
    shown = system.get(f"{system.urls[service]}{path}").data.decode()

    assert system.parts.mongo_url not in shown
    assert system.parts.amqp_url not in shown
    assert not re.search(r"sj_[a-z2-7]{32}|[0-9a-f]{64}", shown)


def test_no_key_is_in_any_log(system: System) -> None:
    system.call("orders", "GET", "/v1/orders")

    for name in system.tails():
        assert not [key for key in system.keys.values() if key in system.log_of(name)]


@pytest.mark.parametrize("service", SERVICES)
def test_the_served_openapi_document_is_the_written_one(system: System, service: str) -> None:
    written = json.loads((ROOT / "docs" / "openapi" / f"{service}.json").read_text())

    assert system.get(f"{system.urls[service]}/openapi.json").json == written


def test_a_request_is_logged_with_its_id_and_client(system: System) -> None:
    answer = system.call("orders", "GET", "/v1/orders?limit=1", client="reader")
    id = answer.headers["X-Request-ID"]

    system.wait_until(lambda: id in system.log_of("orders-api"))
    [line] = [json.loads(x) for x in system.log_of("orders-api").splitlines() if id in x]

    assert (line["route"], line["status"], line["client"]) == ("/v1/orders", 200, "reader")

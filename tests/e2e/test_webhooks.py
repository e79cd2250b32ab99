"""A client subscribes over HTTP, and is told by the running system."""

from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook

from tests.integration.test_webhooks import Receiver
from tests.system import System, open_site, place_order, publish_item


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def test_a_subscriber_is_told_of_its_sites_orders(system: System, receiver: Receiver) -> None:
    site, item = open_site(system), publish_item(system)
    system.settle()
    body = {"url": receiver.url, "sites": [site]}
    id = system.post("reports", "/v1/webhooks", body, key=f"hook-{site}").id
    assert system.post("reports", "/v1/webhooks", body, key=f"hook-{site}").id == id
    path = f"/v1/webhooks/{id}"

    orders = [place_order(system, item, site=site) for _ in range(3)]
    system.wait_until(lambda: len(receiver.told) == 3, 30)

    secret = system.read("reports", f"{path}/secret")["secret"]
    told = [Webhook(secret).verify(body, headers) for headers, body in receiver.told]
    assert [each["subject"] for each in told] == orders

    def caught_up() -> bool:
        sources = system.read("reports", f"{path}/deliveries")["sources"]
        return bool(sources["orders"]["through"] == sources["orders"]["head"])

    system.wait_until(caught_up, 30)

    system.post("reports", f"{path}/pause")
    last = place_order(system, item, site=site)
    system.settle()
    system.post("reports", f"{path}/resume")
    system.wait_until(lambda: len(receiver.told) == 4, 30)
    assert Webhook(secret).verify(receiver.told[3][1], receiver.told[3][0])["subject"] == last
    system.post("reports", f"{path}/end")
    assert system.call("reports", "GET", f"{path}/secret").status == 404


def test_a_station_subscribes_to_its_own_site_and_sees_its_own_webhooks_alone(
    system: System, receiver: Receiver
) -> None:
    mine = {"url": receiver.url, "sites": ["XP11"]}
    answers = [
        system.call("reports", "POST", "/v1/webhooks", body, client="hooks")
        for body in ({"url": receiver.url}, mine | {"sites": ["XP12"]}, mine)
    ]
    assert [each.status for each in answers] == [403, 403, 201]
    path = f"/v1/webhooks/{answers[2].id}"

    assert system.call("reports", "GET", path, client="hooks").status == 200
    assert system.call("reports", "GET", path).status == 404
    assert system.call("reports", "POST", f"{path}/end", {}).status == 404
    listed = system.read("reports", "/v1/webhooks", client="hooks")["items"]
    assert [each["id"] for each in listed] == [answers[2].id]
    assert "secret" not in str(listed)
    system.post("reports", f"{path}/end", client="hooks")

"""A client subscribes over HTTP, and hears the running system by pika alone."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
from pika.exceptions import AMQPConnectionError

from services.reports.queues.administration import Administration
from tests.system import (
    System,
    connect_as_outsider,
    form_team,
    month_of_now,
    open_site,
    place_order,
    publish_item,
)

EXCHANGE = Path(__file__).parents[2] / "docs" / "exchange.md"
PLACED = "shijian.orders.order.placed.v1"


@pytest.fixture
def queues(system: System) -> Iterator["Queues"]:
    system.parts.need_broker_admin()
    queues = Queues(system)
    system.wait_until(lambda: queues.read()["available"])
    yield queues
    queues.end_all()


class Queues:
    """What clients do with the operations of queues."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._made: list[tuple[str, str]] = []

    def subscribe(self, client: str = "office", **body: Any) -> str:
        """Its path."""
        key = next(self.system.names)
        id = self.system.post("reports", "/v1/queues", body, client=client, key=key).id
        again = self.system.post("reports", "/v1/queues", body, client=client, key=key).id
        assert again == id
        self._made.append((client, f"/v1/queues/{id}"))
        return f"/v1/queues/{id}"

    def read(self, path: str = "/v1/queues", client: str = "office") -> Any:
        return self.system.read("reports", path, client=client)

    def access(self, path: str, client: str = "office") -> Any:
        """What to connect with, once the broker knows it."""
        shown = self.system.post("reports", f"{path}/password", client=client).json
        self.system.wait_until(lambda: lets_in(shown["url"]))
        return shown

    def wait_for(self, path: str, source: str = "orders", client: str = "office") -> None:
        """Until all that is known was fed."""

        def fed() -> bool:
            stand = self.read(f"{path}/deliveries", client)["sources"][source]
            return bool(stand["through"] == stand["head"] == self.system.head(source))

        self.system.wait_until(fed, 30, lambda: self.read(f"{path}/deliveries", client))

    def end_all(self) -> None:
        for client, path in self._made:
            self.system.call("reports", "POST", f"{path}/end", {}, client=client)


def lets_in(url: str) -> bool:
    try:
        pika.BlockingConnection(pika.URLParameters(url)).close()
    except AMQPConnectionError:
        return False
    return True


def waiting(shown: Any) -> int:
    """Messages in the queue."""
    with pika.BlockingConnection(pika.URLParameters(shown["url"])) as connection:
        declared = connection.channel().queue_declare(shown["queue"], passive=True)
        return int(declared.method.message_count)


def lose(system: System, name: str) -> None:
    """As if the broker had not been in time to write queue and user to its disk."""
    broker = Administration(system.parts.need_broker_admin(), system.parts.amqp_url)
    broker.delete_user(name)
    with connect_as_outsider(system.parts.amqp_url) as connection:
        connection.channel().queue_delete(name)


def documented_client() -> Any:
    """The class that docs/exchange.md shows."""
    [code] = re.findall(r"^```python\n(.*?)^```", EXCHANGE.read_text(), re.DOTALL | re.MULTILINE)
    found: dict[str, Any] = {}
    exec(compile(code, str(EXCHANGE), "exec"), found)
    return found["Subscriber"]


def subscriber(queues: Queues, path: str, client: str = "office") -> tuple[Any, list[Any]]:
    """The documented client, and what it has heard."""
    system = queues.system
    heard: list[Any] = []
    key, subscription = system.keys[client], queues.read(path, client)
    return documented_client()(system.urls, key, subscription, heard.append), heard


def test_who_was_away_misses_nothing_though_the_queue_dropped_most(
    system: System, queues: Queues
) -> None:
    """The documented client, with the key of a station."""
    item = publish_item(system)
    system.settle()
    path = queues.subscribe("hooks", sites=["XP11"], types=[PLACED], length=10)
    shown = queues.access(path, "hooks")
    orders = []
    for number in range(30):
        orders.append(place_order(system, item))
        if number % 3 == 0:
            place_order(system, item, site="XP12")
    system.settle()
    queues.wait_for(path, client="hooks")
    client, heard = subscriber(queues, path, "hooks")
    assert waiting(shown) == 10

    client.hear(shown["url"], shown["queue"], seconds=1)

    assert [each["subject"] for each in heard] == orders
    assert {each["site"] for each in heard} == {"XP11"}


def test_snapshot_and_events_add_up_to_the_figures(system: System, queues: Queues) -> None:
    site, item = open_site(system), publish_item(system)
    for _ in range(2):
        place_order(system, item, site=site)
    system.settle()
    path = queues.subscribe(begin="snapshot", sites=[site])
    snapshot = queues.read(f"{path}/snapshot")
    for _ in range(3):
        place_order(system, item, site=site)
    system.settle()
    queues.wait_for(path)
    client, heard = subscriber(queues, path)
    shown = queues.access(path)

    client.hear(shown["url"], shown["queue"], seconds=1)

    month = month_of_now(system)
    [begun] = [each for each in snapshot["figures"] if each["period"] == month]
    assert (begun["site"], begun["totals"]["orders_placed"]) == (site, 2)
    placed = [each for each in heard if each["type"] == PLACED]
    assert all(int(each["sequence"]) > snapshot["as_of"]["orders"] for each in placed)
    now = queues.read(f"/v1/figures?period={month}&site={site}")["totals"]["orders_placed"]
    assert begun["totals"]["orders_placed"] + len(placed) == now == 5


def test_from_the_beginning_everything_comes(system: System, queues: Queues) -> None:
    form_team(system)
    system.settle()
    path = queues.subscribe(begin="beginning", types=["shijian.volunteers.team.formed.v1"])
    queues.wait_for(path, "volunteers")
    client, heard = subscriber(queues, path)
    shown = queues.access(path)

    client.hear(shown["url"], shown["queue"], seconds=1)

    feed = system.feed("volunteers", "&type=shijian.volunteers.team.formed.v1")
    assert [each["id"] for each in heard] == [each["id"] for each in feed]


def test_a_password_is_shown_once_and_a_new_one_ends_it(system: System, queues: Queues) -> None:
    path = queues.subscribe()
    first = queues.access(path)

    answer = system.call("reports", "POST", f"{path}/password")
    assert (answer.status, answer.json["allowed"]) == (409, ["pause", "rotate", "end"])
    assert first["password"] not in str(queues.read(path)) + str(queues.read())

    system.post("reports", f"{path}/rotate")
    second = queues.access(path)
    assert not lets_in(first["url"])
    assert second["queue"] == first["queue"]


def test_a_queue_is_its_own_clients_and_of_its_own_sites(system: System, queues: Queues) -> None:
    bodies: list[Any] = [{}, {"sites": ["XP12"]}, {"types": ["shijian.orders.order.eaten.v1"]}]
    answers = [
        system.call("reports", "POST", "/v1/queues", each, client="hooks") for each in bodies
    ]
    assert [each.status for each in answers] == [403, 403, 403]
    answer = system.call("reports", "POST", "/v1/queues", bodies[2])
    assert (answer.status, list(answer.fields)) == (422, ["types"])

    path = queues.subscribe("hooks", sites=["XP11"])
    for method, part in (
        ("GET", ""),
        ("GET", "/deliveries"),
        ("POST", "/password"),
        ("POST", "/end"),
    ):
        body: Any = {} if method == "POST" else None
        assert system.call("reports", method, f"{path}{part}", body).status == 404, part
        assert system.call("reports", method, f"{path}{part}", body, client="reader").status == 403
    assert path.rsplit("/", 1)[1] not in [each["id"] for each in queues.read()["items"]]


def test_a_station_reads_the_feed_of_its_own_sites_alone(system: System) -> None:
    item = publish_item(system)
    place_order(system, item, site="XP11")
    place_order(system, item, site="XP12")
    system.settle()

    def sites(query: str) -> set[str]:
        path = f"/v1/feed?limit=1000&type={PLACED}{query}"
        events = system.read("orders", path, client="hooks")["events"]
        return {each["site"] for each in events}

    assert sites("") == sites("&site=XP11") == sites("&site=,") == {"XP11"}
    assert system.call("orders", "GET", "/v1/feed?site=XP11,XP12", client="hooks").status == 403


def test_made_and_ended_while_the_worker_is_dead_both_come_true(
    system: System, queues: Queues
) -> None:
    old = queues.subscribe()
    shown = queues.access(old)
    system.kill("reports-worker")
    system.post("reports", f"{old}/end")
    new = queues.subscribe()

    system.start_again("reports-worker")

    queues.access(new)
    system.wait_until(lambda: not lets_in(shown["url"]))
    system.wait_until_ready("reports")


def test_what_the_broker_lost_the_worker_makes_again_and_nothing_is_missed(
    system: System, queues: Queues
) -> None:
    """A broker answers before a queue or a user is on disk: killed then, it comes back without."""
    item = publish_item(system)
    system.settle()
    path = queues.subscribe(types=[PLACED])
    shown = queues.access(path)
    orders = [place_order(system, item) for _ in range(2)]
    system.settle()
    queues.wait_for(path)
    client, heard = subscriber(queues, path)
    lose(system, shown["queue"])
    assert not lets_in(shown["url"])

    system.wait_until(lambda: lets_in(shown["url"]))
    orders.append(place_order(system, item))
    system.settle()
    queues.wait_for(path)
    client.hear(shown["url"], shown["queue"], seconds=1)

    assert [each["subject"] for each in heard] == orders


def test_without_the_credential_queues_are_refused_and_webhooks_named(system: System) -> None:
    try:
        system.start_again("reports-worker", BROKER_ADMIN_URL="")
        system.wait_until(lambda: not system.read("reports", "/v1/queues")["available"])

        listed = system.read("reports", "/v1/queues")
        answer = system.call("reports", "POST", "/v1/queues", {})
        webhook = {"url": "http://127.0.0.1:9/hook", "sites": ["XP12"]}
        made = system.post("reports", "/v1/webhooks", webhook)

        assert "POST /v1/webhooks" in listed["why_not"]
        assert (answer.status, answer.json["allowed"]) == (409, ["/v1/webhooks"])
        assert "POST /v1/webhooks" in answer.json["detail"]
        system.post("reports", f"/v1/webhooks/{made.id}/end")
    finally:
        system.start_again("reports-worker", BROKER_ADMIN_URL=system.parts.broker_admin_url)
        system.wait_until_ready("reports")

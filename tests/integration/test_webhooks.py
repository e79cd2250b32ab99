"""Subscribers are told everything once, in order, however long they were away."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.reports.model.subscription import Redeliver, Subscription
from services.reports.webhooks import signing
from services.reports.webhooks.deliveries import FAILING_FOR, ORIGIN, Deliveries
from services.reports.webhooks.sender import Sender
from shared.clock import SystemClock
from shared.messaging.event_log import EventLog
from shared.storage.aggregates import Aggregates
from tests.integration.logs import Feeds, logs_of_all, tell
from tests.integration.rig import Rig

SECRET = signing.new_secret()
HERE = ip_network("127.0.0.0/8")


class Receiver:
    """A subscriber's own server, which answers what it is told to."""

    def __init__(self) -> None:
        self.status = 200
        self.told: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.status == 200:
                    receiver.told.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    @property
    def places(self) -> list[tuple[str, int]]:
        """Source and sequence of each event, as they came."""
        events = [json.loads(body) for _, body in self.told]
        return [(each["source"].split("/")[-1], int(each["sequence"])) for each in events]


@pytest.fixture
def receivers() -> Iterator[list[Receiver]]:
    found = [Receiver(), Receiver()]
    yield found
    for each in found:
        each.close()


class Post:
    """Four logs, and the deliveries from them; time is the test's."""

    def __init__(self, rig: Rig, logs: dict[str, EventLog] | None = None) -> None:
        self.database = rig.database()
        self.logs = logs or logs_of_all(rig)
        self.subscriptions = Aggregates(self.database, "subscriptions", Subscription, SystemClock())
        self.now = datetime.now(UTC)
        self.lost = ""  # a right of the client
        self.deliveries = Deliveries(
            self.database,
            self.subscriptions,
            Feeds(*self.logs.values()),
            Sender([HERE]),
            lambda id, sealed: sealed,
            lambda: {name: log.head() for name, log in self.logs.items()},
            lambda client, sites: self.lost,
            lambda: self.now,
        )

    def tell(self, source: str, count: int, site: str = "XP11") -> None:
        tell(self.logs[source], count, site)

    def subscribe(self, id: str, url: str, **facts: Any) -> None:
        usual: dict[str, Any] = {"types": [], "sites": [], "starts": {}, "secrets": [SECRET]}
        made = Subscription("office", url, **(usual | facts))
        self.subscriptions.make(id, ORIGIN, lambda now: (made, []))

    def deliver(self, id: str = "whk_one111") -> None:
        loaded = self.subscriptions.load(id)
        if loaded.state.status == "active":
            self.deliveries.tell(loaded)


@pytest.fixture
def post(rig: Rig) -> Post:
    return Post(rig)


def test_a_receiver_that_was_down_for_an_hour_is_told_everything_once_and_in_order(
    post: Post, receivers: list[Receiver]
) -> None:
    receiver, back = receivers[0], post.now
    post.now -= timedelta(hours=1)
    post.subscribe("whk_one111", receiver.url)
    post.tell("orders", 30)
    receiver.status = 503
    while post.now < back:
        post.tell("orders", 4)
        post.tell("events", 2)
        post.deliver()
        post.now += timedelta(minutes=5)
    assert receiver.told == []
    failing = post.deliveries.state("whk_one111")["failing"]
    assert failing["orders"]["error"] == "503"

    receiver.status = 200
    post.now += timedelta(hours=10)
    for _ in range(4):
        post.deliver()

    for source in ("orders", "events"):
        numbers = [number for name, number in receiver.places if name == source]
        assert numbers == list(range(1, post.logs[source].head() + 1))
    assert post.deliveries.state("whk_one111")["failing"] == {}


def test_signatures_verify_and_a_forged_one_does_not(post: Post, receivers: list[Receiver]) -> None:
    post.subscribe("whk_one111", receivers[0].url)
    post.tell("orders", 2)

    post.deliver()

    for headers, body in receivers[0].told:
        assert Webhook(SECRET).verify(body, headers)["subject"].startswith("ord_")
        with pytest.raises(WebhookVerificationError):
            Webhook(signing.new_secret()).verify(body, headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body.replace(b"XP11", b"XP12"), headers)


def test_while_secrets_rotate_both_verify(post: Post, receivers: list[Receiver]) -> None:
    fresh = signing.new_secret()
    facts = {"secrets": [fresh, SECRET], "rotated_at": post.now}
    post.subscribe("whk_one111", receivers[0].url, **facts)
    post.tell("orders", 1)

    post.deliver()

    [(headers, body)] = receivers[0].told
    assert Webhook(fresh).verify(body, headers) == Webhook(SECRET).verify(body, headers)


def test_what_fails_for_one_holds_up_nobody_else(post: Post, receivers: list[Receiver]) -> None:
    bad, good = receivers
    bad.status = 500
    post.subscribe("whk_one111", bad.url)
    post.subscribe("whk_two222", good.url)
    post.tell("orders", 5)

    post.deliver("whk_one111")
    post.deliver("whk_two222")

    assert len(good.told) == 5
    states = [post.deliveries.state(id) for id in ("whk_one111", "whk_two222")]
    assert [each["through"]["orders"] for each in states] == [0, 5]
    assert [bool(each.get("failing")) for each in states] == [True, False]


def test_who_is_gone_is_disabled(post: Post, receivers: list[Receiver]) -> None:
    receivers[0].status = 410
    post.subscribe("whk_one111", receivers[0].url)
    post.tell("orders", 1)

    post.deliver()

    state = post.subscriptions.load("whk_one111").state
    assert (state.status, state.reason) == ("disabled", "410 Gone")


def test_who_fails_for_three_days_is_disabled_and_told_everything_once_it_is_back(
    post: Post, receivers: list[Receiver]
) -> None:
    receiver = receivers[0]
    receiver.status = 500
    post.subscribe("whk_one111", receiver.url)
    post.tell("orders", 3)
    begun = post.now
    while post.now - begun < FAILING_FOR + timedelta(hours=11):
        assert post.subscriptions.load("whk_one111").state.status == "active" or (
            post.now - begun >= FAILING_FOR
        )
        post.deliver()
        post.now += timedelta(hours=1)
    assert post.subscriptions.load("whk_one111").state.status == "disabled"

    receiver.status = 200
    post.subscriptions.change("whk_one111", ORIGIN, lambda s, _: s.resume(post.now))
    post.deliver()

    assert receiver.places == [("orders", 1), ("orders", 2), ("orders", 3)]


def test_a_range_is_sent_again_under_the_same_ids(post: Post, receivers: list[Receiver]) -> None:
    post.subscribe("whk_one111", receivers[0].url)
    post.tell("orders", 120)
    for _ in range(3):
        post.deliver()
    first = [headers["webhook-id"] for headers, _ in receivers[0].told]
    assert len(first) == 120
    wanted = Redeliver(source="orders", first=20, last=110)
    post.subscriptions.change("whk_one111", ORIGIN, lambda s, _: s.redeliver("rdl_one111", wanted))

    for _ in range(3):
        post.deliver()

    again = [headers["webhook-id"] for headers, _ in receivers[0].told][120:]
    assert again == first[19:110]
    assert post.subscriptions.load("whk_one111").state.redeliveries == []


def test_a_subscriber_is_told_of_its_sites_and_types_alone(
    post: Post, receivers: list[Receiver]
) -> None:
    post.subscribe("whk_one111", receivers[0].url, sites=["XP12"])
    post.tell("orders", 60)
    post.tell("orders", 2, site="XP12")
    post.subscribe("whk_two222", receivers[1].url, types=["shijian.orders.order.closed.v1"])

    post.deliver("whk_one111")
    post.deliver("whk_two222")

    assert receivers[0].places == [("orders", 61), ("orders", 62)]
    assert receivers[1].told == []
    assert post.deliveries.state("whk_two222")["through"]["orders"] == 62


def test_whose_client_has_lost_a_right_is_told_nothing_more(
    post: Post, receivers: list[Receiver]
) -> None:
    post.subscribe("whk_one111", receivers[0].url)
    post.tell("orders", 1)
    post.lost = "may not act for XP11"

    post.deliver()

    state = post.subscriptions.load("whk_one111").state
    assert (state.status, state.reason, receivers[0].told) == ("disabled", post.lost, [])

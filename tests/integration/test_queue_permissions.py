"""A subscriber's broker user reads its own queue and may nothing else.

Each attempt is refused to the subscriber, and goes well for a user who may do it: else a refusal
would prove nothing.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import pika
import pytest
import urllib3
from kombu import Connection
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker, ProbableAccessDeniedError

from services.reports.queues.administration import CONNECTIONS
from services.reports.queues.publishers import arguments_of
from shared.messaging import broker
from tests.integration.desk import Desk, connection_parameters
from tests.integration.rig import Rig
from tests.parts import Parts

ACCESS_REFUSED = 403


@dataclass(frozen=True)
class Two:
    """Two subscribers, of whom the first attempts something, and a queue of a service."""

    desk: Desk
    first: str
    second: str

    @property
    def own(self) -> str:
        return self.desk.name(self.first)

    @property
    def others(self) -> str:
        return self.desk.name(self.second)


SERVICES_QUEUE = "orders.permission-test"


@pytest.fixture(scope="module")
def two(parts: Parts) -> Iterator[Two]:
    rig = Rig(parts.mongo_url, parts.amqp_url)
    desk = Desk(rig, parts.need_broker_admin())
    with Connection(parts.amqp_url) as connection:
        channel = connection.channel()
        broker.declare(channel)
        channel.queue_declare(SERVICES_QUEUE, durable=True, auto_delete=False)
    yield Two(desk, desk.subscribe(), desk.subscribe())
    desk.close()
    rig.delete_queue(SERVICES_QUEUE)
    rig.close()


def publish(channel: BlockingChannel, exchange: str, key: str) -> None:
    channel.confirm_delivery()
    channel.basic_publish(exchange, key, b"from a subscriber")


def consume(channel: BlockingChannel, queue: str) -> None:
    channel.basic_cancel(channel.basic_consume(queue, lambda *_: None))


def hear_everything(channel: BlockingChannel, two: Two) -> None:
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, broker.EVENTS, "#")


def bind(channel: BlockingChannel, two: Two) -> None:
    channel.queue_bind(two.own, broker.EVENTS, "subscriber.test.#")


def unbind(channel: BlockingChannel, two: Two) -> None:
    channel.queue_unbind(two.own, broker.EVENTS, "subscriber.test.#")


def bind_exchanges(channel: BlockingChannel, two: Two) -> None:
    channel.exchange_bind(broker.UNROUTED, broker.EVENTS, "subscriber.test.#")
    channel.exchange_unbind(broker.UNROUTED, broker.EVENTS, "subscriber.test.#")


def declare_exchange(channel: BlockingChannel, two: Two) -> None:
    channel.exchange_declare("subscriber.test", auto_delete=True)
    channel.exchange_delete("subscriber.test")


def declare_queue(channel: BlockingChannel, two: Two) -> None:
    channel.queue_declare(f"{two.own}.more", auto_delete=True)
    channel.queue_delete(f"{two.own}.more")


def declare_own_again(channel: BlockingChannel, two: Two) -> None:
    length = two.desk.queues.load(two.first).state.length
    channel.queue_declare(two.own, durable=True, arguments=arguments_of(length))


def delete(channel: BlockingChannel, two: Two) -> None:
    channel.queue_delete(two.own, if_empty=False)


Attempt = Callable[[BlockingChannel, Two], Any]

ATTEMPTS: dict[str, Attempt] = {
    "get from another's queue": lambda c, two: c.basic_get(two.others),
    "consume another's queue": lambda c, two: consume(c, two.others),
    "purge another's queue": lambda c, two: c.queue_purge(two.others),
    "consume a service's queue": lambda c, two: consume(c, SERVICES_QUEUE),
    "get what nobody heard": lambda c, two: c.basic_get(broker.UNROUTED),
    "publish an event": lambda c, two: publish(c, broker.EVENTS, "orders.order.placed.XP11"),
    "publish to another's queue": lambda c, two: publish(c, "", two.others),
    "publish to its own queue": lambda c, two: publish(c, "", two.own),
    "publish to a service's queue": lambda c, two: publish(c, "", SERVICES_QUEUE),
    "declare a queue": declare_queue,
    "declare its own queue again": declare_own_again,
    "hear everything by a queue of its own": hear_everything,
    "declare an exchange": declare_exchange,
    "bind its own queue to everything": bind,
    "unbind its own queue": unbind,
    "bind exchanges": bind_exchanges,
    "delete its own queue": delete,  # last: for the control it is gone then
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_a_subscriber_can_do_nothing_but_read_its_own_queue(two: Two, attempt: Attempt) -> None:
    with two.desk.connect(two.first) as connection:
        channel = connection.channel()
        with pytest.raises(ChannelClosedByBroker) as refusal:
            attempt(channel, two)
        assert refusal.value.reply_code == ACCESS_REFUSED
        assert connection.channel().basic_get(two.own)  # what it may; raises where it may not

    with pika.BlockingConnection(connection_parameters(two.desk.rig.amqp_url)) as control:
        attempt(control.channel(), two)
    two.desk.keep()


def test_a_subscriber_does_not_get_into_another_virtual_host(two: Two) -> None:
    host, admin = f"other-{two.first}", Management(two.desk.admin_url)
    given = connection_parameters(two.desk.rig.amqp_url)
    user = given.credentials.username
    try:
        admin.ask("PUT", f"vhosts/{host}")
        everything = dict.fromkeys(("configure", "write", "read"), ".*")
        admin.ask("PUT", f"permissions/{host}/{quote(user)}", everything)

        with pytest.raises(ProbableAccessDeniedError):
            two.desk.connect(two.first, host=host)

        given.virtual_host = host
        pika.BlockingConnection(given).close()
        two.desk.connect(two.first).close()
    finally:
        admin.ask("DELETE", f"vhosts/{host}")


def test_a_subscriber_does_not_get_into_the_management_api(two: Two) -> None:
    admin = Management(two.desk.admin_url)
    as_subscriber = f"{two.own}:{two.desk.passwords[two.first]}"

    assert admin.ask("GET", "queues", credential=as_subscriber) == 401
    assert admin.ask("GET", "queues") == 200


def test_the_rights_that_compose_gives_to_service_and_administrator_are_enough(
    rig: Rig, two: Two
) -> None:
    """As in deploy/compose/secrets.sh: an administrator without rights in the virtual host, and a
    service that may make its own queues and write to one queue alone."""
    admin, host = Management(two.desk.admin_url), quote(two.desk.administration.virtual_host, "")
    users = {f"service-{two.first}": "", f"admin-{two.first}": "administrator"}
    service, administrator = users
    own = r"shijian\.(events|unrouted)|reports\..*"
    rights = {
        service: {"configure": f"^({own})$", "write": rf"^({own}|amq\.default)$"}
        | {"read": f"^({own})$"},
        administrator: dict.fromkeys(("configure", "write", "read"), "^$"),
    }
    for user, tags in users.items():
        admin.ask("PUT", f"users/{user}", {"password": "a-b-c", "tags": tags})
        admin.ask("PUT", f"permissions/{host}/{user}", rights[user])
    parts, at = urllib3.util.parse_url(two.desk.admin_url), urlsplit(rig.amqp_url)
    admin_url = f"http://{administrator}:a-b-c@{parts.host}:{parts.port}"
    desk = Desk(rig, admin_url, f"amqp://{service}:a-b-c@{at.hostname}:{at.port}{at.path}")
    try:
        id = desk.subscribe()
        desk.tell(3)
        desk.feed(id)
        assert [each["previous"] for each in desk.read(id)] == [0, 1, 2]
        desk.change(id, lambda queue, now: queue.end())
        desk.keep()
        assert desk.administration.users(desk.facts.prefix()) == {}
        assert desk.administration.queues(desk.facts.prefix()) == {}
    finally:
        desk.close()
        for user in users:
            admin.ask("DELETE", f"users/{user}")


def test_a_subscriber_has_a_few_connections_at_most(two: Two) -> None:
    open_ones = [two.desk.connect(two.first) for _ in range(CONNECTIONS)]

    with pytest.raises(AMQPConnectionError):
        two.desk.connect(two.first)

    for each in open_ones:
        each.close()


class Management:
    """Asked directly: by the administrator, or by another."""

    def __init__(self, url: str) -> None:
        self._url = urllib3.util.parse_url(url)

    def ask(self, method: str, path: str, body: Any = None, credential: str = "") -> int:
        headers = urllib3.make_headers(basic_auth=credential or self._url.auth)
        url = f"http://{self._url.host}:{self._url.port}/api/{path}"
        headers["Content-Type"] = "application/json"
        return urllib3.request(method, url, headers=headers, body=json.dumps(body or {})).status

"""Run inside the broker's network: what a subscriber's broker user must and must not be able to do.

SUBSCRIBER_URL is what the service has answered. Says what was wrong and exits with 1; says nothing
where all is well.
"""

import os
import re
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import amqp
from kombu import Connection

SECONDS = 30.0  # until the worker has made the user


def main() -> list[str]:
    url = os.environ["SUBSCRIBER_URL"]
    own = urlsplit(url).username or ""
    wrong = [] if may(url, lambda channel: channel.basic_get(own)) else ["its queue can't be read"]
    attempts: dict[str, Callable[[Any], Any]] = {
        "publishing": lambda channel: publish(
            channel, "shijian.events", "orders.order.placed.XP11"
        ),
        "publishing to its queue": lambda channel: publish(channel, "", own),
        "declaring": lambda channel: channel.queue_declare("", exclusive=True),
        "binding": lambda channel: channel.queue_bind(own, "shijian.events", "#"),
        "deleting": lambda channel: channel.queue_delete(own),
        "reading a service's queue": lambda channel: channel.basic_get("orders.reactions"),
        "reading what nobody heard": lambda channel: channel.basic_get("shijian.unrouted"),
    }
    wrong += [f"{what} was allowed" for what, attempt in attempts.items() if may(url, attempt)]
    if management_lets_in(url):
        wrong.append("the management API lets it in")
    return wrong


def may(url: str, attempt: Callable[[Any], Any]) -> bool:
    """Whether the broker lets it; waits until it lets the user in at all."""
    until = time.monotonic() + SECONDS
    while True:
        try:
            with Connection(url, connect_timeout=5) as connection:
                attempt(connection.channel())
                return True
        except amqp.AccessRefused as refused:
            # Not at the door, but for what it wanted; "write access to …" says RabbitMQ 4.
            if re.search(r"\baccess to .* refused", refused.reply_text or ""):
                return False
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def publish(channel: Any, exchange: str, routing_key: str) -> None:
    """Returns when the broker has said what it thinks."""
    channel.basic_publish(amqp.Message("a check"), exchange, routing_key)
    channel.queue_declare("shijian.unrouted", passive=True)


def management_lets_in(url: str) -> bool:
    parts = urlsplit(url)
    request = urllib.request.Request(f"http://{parts.hostname}:15672/api/whoami")
    credential = b64encode(f"{parts.username}:{parts.password}".encode()).decode()
    request.add_header("Authorization", f"Basic {credential}")
    try:
        with urllib.request.urlopen(request, timeout=10):
            return True
    except urllib.error.HTTPError as error:
        return error.code != 401


if __name__ == "__main__":
    sys.exit("\n".join(main()) or 0)

"""Run inside a service's container: tries what that service must and must not be able to do.

Says what was wrong and exits with 1; says nothing where all is well.
"""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import amqp
from kombu import Connection
from pymongo import MongoClient
from pymongo.errors import OperationFailure

SERVICES = ("orders", "volunteers", "events", "reports")
UNAUTHORIZED = 13


def main() -> list[str]:
    own = os.environ["MONGO_DATABASE"]
    url = Path(os.environ["MONGO_URL_FILE"]).read_text().strip()
    amqp_url = Path(os.environ["AMQP_URL_FILE"]).read_text().strip()
    client: MongoClient[dict[str, object]] = MongoClient(url, serverSelectionTimeoutMS=5000)
    wrong: list[str] = []

    probe = client[own]["isolation_check"]
    probe.insert_one({"_id": 1})
    probe.drop()

    for database in {f"shijian_{service}" for service in SERVICES} - {own} | {"admin", "local"}:
        other = client[database]["isolation_check"]
        wrong += must_be_refused(f"reading {database}", other.find_one)
        wrong += must_be_refused(f"writing {database}", other.insert_one, {})
    roles = [{"role": "readWrite", "db": own}]
    make_user = partial(client[own].command, "createUser", "stranger", pwd="no", roles=roles)
    wrong += must_be_refused("making a user", make_user)

    name = own.removeprefix("shijian_")
    neighbour = next(service for service in SERVICES if service != name)
    wrong += broker_must_refuse(
        amqp_url, "telling in another's name", publish, f"{neighbour}.x.y.-"
    )
    wrong += broker_must_refuse(
        amqp_url, "reading another's queue", consume, f"{neighbour}.reactions"
    )
    with Connection(amqp_url, connect_timeout=5) as connection:
        publish(connection.channel(), f"{name}.x.y.-")

    host = urlsplit(amqp_url).hostname
    for stranger in (f"amqp://guest:guest@{host}:5672/", f"amqp://guest:guest@{host}:5672/shijian"):
        try:
            with Connection(stranger, connect_timeout=5) as connection:
                connection.connect()
            wrong.append("the broker takes guest")
        except (amqp.AccessRefused, amqp.NotAllowed):
            pass
    return wrong


def publish(channel: Any, routing_key: str) -> None:
    """Something that no consumer can decode. Returns when the broker has said what it thinks."""
    channel.basic_publish(amqp.Message("an isolation check"), "shijian.events", routing_key)
    channel.queue_declare("shijian.unrouted", passive=True)


def consume(channel: Any, queue: str) -> None:
    channel.basic_get(queue)


def broker_must_refuse(
    url: str, what: str, attempt: Callable[[Any, str], None], argument: str
) -> list[str]:
    with Connection(url, connect_timeout=5) as connection:
        try:
            attempt(connection.channel(), argument)
        except amqp.AccessRefused:
            return []
    return [f"{what} was allowed"]


def must_be_refused(what: str, attempt: Callable[..., object], *arguments: object) -> list[str]:
    try:
        attempt(*arguments)
    except OperationFailure as error:
        return [] if error.code == UNAUTHORIZED else [f"{what}: {error.code}, not a refusal"]
    return [f"{what} was allowed"]


if __name__ == "__main__":
    sys.exit("\n".join(main()) or 0)

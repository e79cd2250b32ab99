"""The broker, as one from outside sees it."""

import pika
from kombu import Connection

from shared.settings import SERVICES

QUEUES = tuple(f"{service}.{kind}" for service in SERVICES for kind in ("reactions", "projections"))


def connect_as_outsider(amqp_url: str) -> pika.BlockingConnection:
    """By pika, which reads the `//` of the default vhost otherwise than kombu."""
    found = Connection(amqp_url)
    return pika.BlockingConnection(
        pika.ConnectionParameters(
            found.hostname,
            found.port,
            found.virtual_host,
            pika.PlainCredentials(found.userid, found.password),
        )
    )


def delete_queues(amqp_url: str) -> None:
    """Their names are fixed, and what an earlier system left in them is of another epoch."""
    with Connection(amqp_url, connect_timeout=5) as connection:
        channel = connection.channel()
        for name in QUEUES:
            channel.queue_delete(name)

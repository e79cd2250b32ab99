"""MongoDB and RabbitMQ as processes of ours: what is killed comes back, what is stopped is gone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Queue
from pymongo import MongoClient

from deploy.local.parts import Mongod, PartFailed, RabbitMQ
from deploy.local.ports import free_port
from deploy.local.processes import started_in
from tests.parts import need_local_parts


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    need_local_parts()
    yield tmp_path
    assert started_in(tmp_path) == [], "something is left running"


def _insert(url: str) -> None:
    client: MongoClient[dict[str, Any]] = MongoClient(url)
    with client, client.start_session() as session, session.start_transaction():
        client["test"]["things"].insert_one({}, session=session)


def _count(url: str) -> int:
    client: MongoClient[dict[str, Any]] = MongoClient(url)
    with client:
        return client["test"]["things"].count_documents({})


def test_a_killed_mongod_comes_back_with_its_data(folder: Path) -> None:
    with Mongod(folder / "mongod") as mongod:
        _insert(mongod.url)
        killed = mongod.pid
        mongod.kill()
        mongod.restart()
        assert mongod.pid != killed
        assert _count(mongod.url) == 1


def test_a_mongod_follows_to_another_port(folder: Path) -> None:
    with Mongod(folder / "mongod", free_port()) as mongod:
        _insert(mongod.url)
    with Mongod(folder / "mongod", free_port()) as moved:
        assert _count(moved.url) == 1


def test_a_taken_port_is_told(folder: Path) -> None:
    with Mongod(folder / "mongod") as mongod, pytest.raises(PartFailed, match="taken"):
        Mongod(folder / "second", mongod.port).start()


def test_a_part_that_cannot_start_says_why(folder: Path) -> None:
    holds_the_data = Mongod(folder / "mongod")
    with holds_the_data, pytest.raises(PartFailed, match=r"mongod\.lock"):
        Mongod(folder / "mongod").start()


def test_a_killed_broker_comes_back_with_its_messages(folder: Path) -> None:
    with RabbitMQ(folder / "rabbitmq") as rabbitmq:
        _declare(rabbitmq.url)
        # RabbitMQ (3.10) answers a declaration before it is on disk; what a confirm is for is the
        # message, not its queue.
        rabbitmq.control("eval", "mnesia:sync_log().")
        _publish(rabbitmq.url)
        rabbitmq.kill()
        rabbitmq.restart()
        assert _get(rabbitmq.url) == {"n": 1}


def _queue(channel: Any) -> Any:
    # Not a quorum queue: RabbitMQ (3.10) notes a new one on disk about half a second late, and one
    # whose broker is killed before that comes back empty and without a leader.
    queue = Queue("things", channel=channel, durable=True)
    queue.declare()
    return queue


def _declare(url: str) -> None:
    with Connection(url) as connection:
        _queue(connection.channel())


def _publish(url: str) -> None:
    with Connection(url, transport_options={"confirm_publish": True}) as connection:
        connection.Producer().publish(
            {"n": 1}, routing_key="things", delivery_mode=2, confirm_timeout=10
        )


def _get(url: str) -> Any:
    with Connection(url) as connection:
        message = _queue(connection.channel()).get()
        return message and message.payload

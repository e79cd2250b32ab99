"""MongoDB and RabbitMQ as processes of ours: what is killed comes back, what is stopped is gone."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Queue
from pymongo import MongoClient

from deploy.local.parts import Mongod, PartFailed, PartMissing, RabbitMQ
from deploy.local.ports import free_port
from deploy.local.processes import started_in

# RabbitMQ (seen with 3.10.8) notes a new quorum queue on disk about half a second late. One that
# was made just before a power cut comes back empty and without a leader, until it is deleted.
_QUEUE_ON_DISK_S = 2.0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    try:
        Mongod(tmp_path / "probe").prepare()
        RabbitMQ(tmp_path / "probe").prepare()
    except PartMissing as missing:
        pytest.skip(str(missing))
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
        _publish(rabbitmq.url)
        time.sleep(_QUEUE_ON_DISK_S)
        rabbitmq.kill()
        rabbitmq.restart()
        assert _get(rabbitmq.url) == {"n": 1}


def _queue(channel: Any) -> Any:
    arguments = {"x-queue-type": "quorum"}
    queue = Queue("things", channel=channel, durable=True, queue_arguments=arguments)
    queue.declare()
    return queue


def _publish(url: str) -> None:
    with Connection(url, transport_options={"confirm_publish": True}) as connection:
        _queue(connection.channel())
        connection.Producer().publish(
            {"n": 1}, routing_key="things", delivery_mode=2, confirm_timeout=10
        )


def _get(url: str) -> Any:
    with Connection(url) as connection:
        message = _queue(connection.channel()).get()
        return message and message.payload

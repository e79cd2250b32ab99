"""What `make run` decides before it starts anything: ports, the process manager's configuration."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import ports
from deploy.local.parts import Program
from deploy.local.readiness import NotReady, await_all
from deploy.local.supervision import Group, Inexpressible, configuration


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((ports.LOOPBACK, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_kept_port_is_taken_again_while_it_is_free(tmp_path: Path) -> None:
    kept, free = tmp_path / "ports.json", ports.free_port()
    kept.write_text(json.dumps({"orders": free}))
    assert ports.choose(kept)["orders"] == free


def test_a_port_that_somebody_else_has_is_left_to_him(tmp_path: Path, taken_port: int) -> None:
    kept = tmp_path / "ports.json"
    kept.write_text(json.dumps({"orders": taken_port}))
    assert ports.choose(kept)["orders"] != taken_port


def test_all_ports_are_different_and_kept(tmp_path: Path) -> None:
    kept = tmp_path / "ports.json"
    chosen = ports.choose(kept)
    assert len(set(chosen.values())) == len(ports.PREFERRED)
    assert json.loads(kept.read_text()) == chosen


def _group(tmp_path: Path, **environment: str) -> Group:
    command = ("python", "-m", "thing", "services.orders.app:api()")
    program = Program(name="thing", command=command, environment=environment, folder=tmp_path)
    return Group(name="all", programs=(program,), stop_s=5)


def test_percent_signs_reach_the_program(tmp_path: Path) -> None:
    text = configuration([_group(tmp_path, URL="amqp://a:b%2Fc@host//")], tmp_path)
    assert 'URL="amqp://a:b%%2Fc@host//"' in text


@pytest.mark.parametrize("value", ['say "no"', "two\nlines", "value ; comment", "value # comment"])
def test_what_the_configuration_cannot_say_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(Inexpressible):
        configuration([_group(tmp_path, NAME=value)], tmp_path)


def test_a_deep_folder_goes_without_the_control_socket(tmp_path: Path) -> None:
    assert "unix_http_server" not in configuration([_group(tmp_path)], tmp_path / ("deep" * 30))


def test_who_is_not_ready_is_named_with_his_last_answer() -> None:
    questions = {"orders": lambda: "", "events": lambda: "database: NetworkTimeout"}
    with pytest.raises(NotReady, match="events: database: NetworkTimeout") as failure:
        list(await_all(questions, seconds=0.2, check=lambda: None))
    assert list(failure.value.problems) == ["events"]

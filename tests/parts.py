"""The real MongoDB and RabbitMQ for tests, in one of three ways, chosen by PARTS:

- `docker`: containers, by testcontainers; MONGO_IMAGE and RABBITMQ_IMAGE name other images
- `local`: processes of this machine (deploy.local.parts), data in a temporary folder
- `given`: what MONGO_URL and AMQP_URL point to; it can't be killed, and tests share its data.
  BROKER_ADMIN_URL, where it is set, is the broker's management API with an administrator

Unset: docker when an engine answers and the images are there or can be pulled, else local when the
programs are there. Where there is neither, tests that need parts are skipped on a laptop and fail
in CI (CI set in the environment). A fixture for a whole session:

    @pytest.fixture(scope="session")
    def parts() -> Iterator[Parts]:
        with open_parts() as parts:
            yield parts
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from deploy.local import parts as local
from deploy.local.ports import LOOPBACK, free_port

# As in docker-compose.yml.
_MONGO_IMAGE = "mongo:8.0.12"
_RABBITMQ_IMAGE = "rabbitmq:4.1.6"
_COMPOSE = Path(__file__).parents[1] / "deploy" / "compose"
_MANAGEMENT = {
    "rabbitmq_plugins": "enabled_plugins",
    "rabbitmq_management.conf": "conf.d/60-management.conf",
}
"""Of these files, and where the image has them."""

_ENGINE_S = 3  # a Docker engine answers at once or not at all
_PULL_S = 120.0
_START_S = 120.0
_STOP_S = 15
_USER = "shijian"  # guest may not log in from outside a container everywhere


class Unbreakable(RuntimeError):
    """Parts that were given can't be killed or restarted by a test."""


class PartsMissing(RuntimeError):
    """The wanted way to the parts is not open on this machine; says why."""


class Part(Protocol):
    """One server that a test talks to and may break."""

    @property
    def url(self) -> str:
        """What a client connects to; the same after a restart."""

    def kill(self) -> None:
        """SIGKILL, as a power cut would. Raises Unbreakable."""

    def restart(self) -> None:
        """The same server again, same address and data, also after `kill`. Raises Unbreakable."""

    def stop(self) -> None:
        """Ends it for good; nothing is left behind."""


@dataclass(frozen=True)
class Parts:
    """MongoDB and RabbitMQ of one test session."""

    mongo: Part
    rabbitmq: Part
    breakable: bool  # whether `kill` and `restart` work
    broker_admin_url: str = ""  # management API with an administrator; empty: not to be had

    @property
    def mongo_url(self) -> str:
        return self.mongo.url

    @property
    def amqp_url(self) -> str:
        return self.rabbitmq.url

    def need_breakable(self) -> None:
        """Skips the test that calls it where parts can't be broken."""
        if not self.breakable:
            pytest.skip("given parts can't be killed")

    def need_broker_admin(self) -> str:
        """Skips the test that calls it where users can't be made on the broker."""
        if not self.broker_admin_url:
            pytest.skip("a given broker without BROKER_ADMIN_URL")
        return self.broker_admin_url

    def stop(self) -> None:
        """Ends both, also when one fails to."""
        try:
            self.rabbitmq.stop()
        finally:
            self.mongo.stop()


Opened = contextlib.AbstractContextManager[Parts]


@contextlib.contextmanager
def open_parts() -> Iterator[Parts]:
    """The parts that PARTS wants, started and ready.

    Where they can't be had: skips the test, or fails it when CI is set or PARTS asks for them.
    """
    wanted = os.environ.get("PARTS", "")
    opened, reason = _try_to_open(wanted)
    if opened is None:
        if wanted or os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with opened as parts:
        yield parts


def need_local_parts() -> None:
    """For tests of `make run` itself: skips where its programs are missing; fails that in CI.

    Where PARTS names another way the machine need not have them, so that is a skip in CI too.
    """
    try:
        with _local_parts():
            return
    except PartsMissing as missing:
        reason = str(missing)
    if os.environ.get("CI") and os.environ.get("PARTS", "") in ("", "local"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _try_to_open(wanted: str) -> tuple[Opened | None, str]:
    """The parts, or the reason why there are none."""
    if wanted and wanted not in _WAYS:
        return None, f"PARTS={wanted}: no such way; one of {', '.join(_WAYS)}"
    try:
        return (_WAYS[wanted]() if wanted else _first_open_way()), ""
    except PartsMissing as missing:
        return None, str(missing)


def _first_open_way() -> Opened:
    reasons = []
    for way in (_docker, _local):
        try:
            return way()
        except PartsMissing as missing:
            reasons.append(str(missing))
    raise PartsMissing("no MongoDB and RabbitMQ for tests: " + "; ".join(reasons))


# --- given ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Given:
    url: str

    def kill(self) -> None:
        raise Unbreakable

    def restart(self) -> None:
        raise Unbreakable

    def stop(self) -> None:
        """It is not ours."""


def _given() -> Opened:
    missing = [name for name in ("MONGO_URL", "AMQP_URL") if not os.environ.get(name)]
    if missing:
        raise PartsMissing(f"PARTS=given needs {' and '.join(missing)}")
    mongo, rabbitmq = _Given(os.environ["MONGO_URL"]), _Given(os.environ["AMQP_URL"])
    admin_url = os.environ.get("BROKER_ADMIN_URL", "")
    return contextlib.nullcontext(Parts(mongo, rabbitmq, False, admin_url))


# --- local ---------------------------------------------------------------------------------------


def _local() -> Opened:
    with _local_parts():  # here, so that it is known at once whether this way is open
        return _running_locally()


@contextlib.contextmanager
def _running_locally() -> Iterator[Parts]:
    with _local_parts() as (mongo, rabbitmq):
        parts = Parts(mongo, rabbitmq, True, rabbitmq.admin_url)
        try:
            rabbitmq.start()  # both from this thread: they end with it if the test run is killed
            mongo.start()
            yield parts
        finally:
            parts.stop()


@contextlib.contextmanager
def _local_parts() -> Iterator[tuple[local.Mongod, local.RabbitMQ]]:
    """Prepared, not started, in a folder of their own. Raises PartsMissing."""
    with tempfile.TemporaryDirectory(prefix="shijian-tests-", ignore_cleanup_errors=True) as name:
        mongo, rabbitmq = local.Mongod(Path(name, "mongod")), local.RabbitMQ(Path(name, "rabbitmq"))
        try:
            mongo.prepare()
            rabbitmq.prepare()
        except (local.PartMissing, OSError) as missing:
            raise PartsMissing(str(missing)) from missing
        yield mongo, rabbitmq


# --- docker --------------------------------------------------------------------------------------


class _Container:
    """A container on one port that is the same inside and outside, and after a restart."""

    def __init__(self, container: Any, url: str, is_ready: Callable[[], bool]) -> None:
        self.url = url
        self._container = container
        self._is_ready = is_ready

    def start(self) -> None:
        """Raises PartsMissing with the container's log when it isn't ready in time."""
        self._container.start()
        self._await_ready()

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()
        self._container.get_wrapped_container().wait(timeout=_STOP_S)

    def restart(self) -> None:
        self._container.get_wrapped_container().restart(timeout=_STOP_S)
        self._await_ready()

    def stop(self) -> None:
        if self._container.get_wrapped_container() is not None:
            self._container.stop()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + _START_S
        while not self._is_ready():
            if time.monotonic() > deadline:
                log = self._container.get_wrapped_container().logs(tail=20).decode()
                raise PartsMissing(f"a container was not ready within {_START_S:.0f} s:\n{log}")
            time.sleep(0.1)


def _docker() -> Opened:
    mongo_image = os.environ.get("MONGO_IMAGE") or _MONGO_IMAGE
    rabbitmq_image = os.environ.get("RABBITMQ_IMAGE") or _RABBITMQ_IMAGE
    _need_images(mongo_image, rabbitmq_image)
    return _running_in_docker(_mongo_container(mongo_image), *_rabbitmq_container(rabbitmq_image))


@contextlib.contextmanager
def _running_in_docker(mongo: _Container, rabbitmq: _Container, admin_url: str) -> Iterator[Parts]:
    parts = Parts(mongo, rabbitmq, True, admin_url)
    try:
        with ThreadPoolExecutor(2) as both:
            for started in [both.submit(mongo.start), both.submit(rabbitmq.start)]:
                started.result()
        yield parts
    finally:
        parts.stop()


def _need_images(*names: str) -> None:
    """Raises PartsMissing where no engine answers or an image can't be had in time."""
    import docker  # slow, and not needed for the other ways

    try:
        engine = docker.from_env(timeout=_ENGINE_S)
        engine.ping()
    except docker.errors.DockerException as error:
        raise PartsMissing(f"no Docker engine answers ({type(error).__name__})") from error
    _choose_reaper(engine)
    for name in names:
        if not _has_image(engine, name):
            _pull(name)


def _choose_reaper(engine: Any) -> None:
    """testcontainers' own reaper is used where its image is there; we clean up in any case."""
    from testcontainers.core.config import testcontainers_config

    if not _has_image(engine, testcontainers_config.ryuk_image):
        testcontainers_config.ryuk_disabled = True


def _has_image(engine: Any, name: str) -> bool:
    import docker

    try:
        engine.images.get(name)
    except docker.errors.ImageNotFound:
        return False
    return True


def _pull(name: str) -> None:
    import docker

    try:
        docker.from_env(timeout=_PULL_S).images.pull(name)
    except (docker.errors.DockerException, OSError) as error:
        raise PartsMissing(f"the image {name} can't be pulled: {error}") from error


def _mongo_container(image: str) -> _Container:
    from testcontainers.core.container import DockerContainer

    port = free_port()
    # What a replica set's member is called must be true inside and outside: so the same port.
    container = DockerContainer(image).with_bind_ports(port, port)
    container.with_command(
        f"mongod --replSet rs0 --bind_ip_all --port {port} "
        f"--setParameter transactionLifetimeLimitSeconds={local.TRANSACTION_LIFETIME_S}"
    )
    as_client = local.MongodClient(port)
    return _Container(container, as_client.url, as_client.is_ready)


def _rabbitmq_container(image: str) -> tuple[_Container, str]:
    """With the URL of its management API."""
    from testcontainers.core.container import DockerContainer

    port, admin_port = free_port(), free_port()
    container = DockerContainer(image).with_bind_ports(5672, port)
    container.with_bind_ports(15672, admin_port)
    for name, place in _MANAGEMENT.items():
        container.with_volume_mapping(str(_COMPOSE / name), f"/etc/rabbitmq/{place}", "ro")
    container.with_env("RABBITMQ_DEFAULT_USER", _USER).with_env("RABBITMQ_DEFAULT_PASS", _USER)
    container.with_kwargs(hostname="rabbitmq")  # its data is filed under the host's name
    url = f"amqp://{_USER}:{_USER}@{LOOPBACK}:{port}//"
    admin_url = f"http://{_USER}:{_USER}@{LOOPBACK}:{admin_port}"
    return _Container(container, url, lambda: local.takes_amqp(port)), admin_url


_WAYS: dict[str, Callable[[], Opened]] = {"docker": _docker, "local": _local, "given": _given}

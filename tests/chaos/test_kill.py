"""`kill -9` of every process and part under load: nothing is lost, nothing happens twice."""

import logging
import random
import shutil
import time

import pytest

from deploy.local.parts import RabbitMQ
from shared.settings import SERVICES
from shared.storage.lease import LEASE_SECONDS
from tests.chaos.books import Books
from tests.chaos.load import Load
from tests.chaos.moments import MOMENTS, Moment, kill_in_the_middle
from tests.parts import Part, Parts
from tests.system import System, month_of_now

PROCESSES = [f"{service}-{kind}" for service in SERVICES for kind in ("api", "worker")]
WORKERS = [name for name in PROCESSES if name.endswith("worker")]
STARTED = '"worker started"'
GOES_ON_SECONDS = 5.0
log = logging.getLogger(__name__)


@pytest.mark.parametrize("victim", PROCESSES)
def test_a_process_killed_under_load_loses_and_doubles_nothing(
    system: System, books: Books, victim: str
) -> None:
    with Load(books) as load:
        load.goes_on()
        system.kill(victim)
        time.sleep(0.5)  # clients meet its absence
        system.start_again(victim)
        log.warning(
            "%s: every client closed a loop %.1f s after it was started again",
            victim,
            load.goes_on(),
        )
    books.audit()


@pytest.mark.parametrize("victim", ["rabbitmq", "mongo"])
def test_a_part_killed_under_load_loses_and_doubles_nothing(
    system: System, books: Books, parts: Parts, victim: str
) -> None:
    part: Part = getattr(parts, victim)
    with Load(books) as load:
        load.goes_on()
        part.kill()
        time.sleep(0.5)
        part.restart()
        log.warning(
            "%s: every client closed a loop %.1f s after it was back", victim, load.goes_on()
        )
    books.audit()


def test_a_broker_that_lost_its_disk_loses_nothing(
    system: System, books: Books, parts: Parts
) -> None:
    broker = parts.rabbitmq
    if not isinstance(broker, RabbitMQ):
        pytest.skip("only the local one's disk can be taken away")
    with Load(books) as load:
        load.goes_on()
        broker.kill()
        shutil.rmtree(broker.folder / "data")
        broker.restart()
        load.goes_on()
    books.audit()


@pytest.mark.parametrize(("worker", "moment"), MOMENTS.items())
def test_after_a_worker_was_killed_in_the_middle_of_a_write_the_flow_goes_on_within_seconds(
    system: System, books: Books, worker: str, moment: Moment
) -> None:
    with Load(books) as load:
        load.goes_on()
        kill_in_the_middle(system, worker, moment)
        starts = system.log_of(worker).count(STARTED)
        system.start_again(worker)
        system.wait_until(lambda: system.log_of(worker).count(STARTED) > starts)
        began = time.monotonic()
        _flow_goes_on(system, load, f"{system.prefix}-after-{worker}")
        took = time.monotonic() - began
    log.warning("%s: an event had its effects %.1f s after it was up", worker, took)
    books.audit()
    assert took < GOES_ON_SECONDS


@pytest.mark.parametrize("service", ["orders", "volunteers"])
def test_of_two_workers_one_takes_over_when_the_other_is_killed(
    system: System, books: Books, service: str
) -> None:
    first, second = f"{service}-worker", f"{service}-worker-{next(system.names)}"
    system._start(second)  # as a deployment with two of them would
    system.wait_until(lambda: STARTED in system.log_of(second))
    try:
        with Load(books) as load:
            load.goes_on()
            system.kill(first)
            began = time.monotonic()
            _flow_goes_on(system, load, f"{system.prefix}-over-{service}")
            took = time.monotonic() - began
            load.goes_on()
    finally:
        system.start_again(first)
        system.process(second).terminate()
        system.process(second).wait(20)
    log.warning("%s: the other worker had taken over after %.1f s", service, took)
    books.audit()
    assert took < LEASE_SECONDS + GOES_ON_SECONDS


def test_workers_killed_again_and_again_lose_and_double_nothing(
    system: System, books: Books
) -> None:
    chance = random.Random(1)
    with Load(books) as load:
        for _ in range(6):
            worker = chance.choice(WORKERS)
            time.sleep(chance.random())
            system.kill(worker)
            system.start_again(worker)
        load.goes_on()
    books.audit()


def _flow_goes_on(system: System, load: Load, key: str) -> None:
    """An order is placed, its acceptance is answered by volunteers, and reports has heard of it."""
    order = load.place(key)
    path = f"/v1/orders/{order}"
    wanted = {"volunteer": load.clients[0].volunteer, "team": load.team}
    system.post("orders", f"{path}/vet")
    system.post("orders", f"{path}/accept", wanted)  # may be refused: that is an answer, too

    def answered() -> bool:
        (acceptance,) = system.read("orders", path)["acceptances"].values()
        return bool(acceptance["status"] != "pending")

    system.wait_until(answered)
    head = system.read("orders", "/v1/feed?limit=1")["head"]

    def heard() -> bool:
        figures = system.read("reports", f"/v1/figures?month={month_of_now(system)}")
        return bool(figures["as_of"].get("orders", 0) >= head)

    system.wait_until(heard)

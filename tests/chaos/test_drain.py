"""SIGTERM under load: a process finishes what it began, leaves in time, and loses nothing."""

import logging
import time

import pytest

from tests.chaos.books import Books
from tests.chaos.load import Load
from tests.system import System

DRAIN_SECONDS = 20.0
log = logging.getLogger(__name__)


@pytest.mark.parametrize(
    "leaving", ["orders-worker", "volunteers-worker", "reports-worker", "orders-api"]
)
def test_a_process_told_to_leave_under_load_drains_in_time_and_loses_nothing(
    system: System, books: Books, leaving: str
) -> None:
    with Load(books) as load:
        load.goes_on()
        process = system.process(leaving)
        began = time.monotonic()
        process.terminate()
        status = process.wait(DRAIN_SECONDS)
        log.warning("%s: left %.1f s after SIGTERM", leaving, time.monotonic() - began)
        system.start_again(leaving)
        load.goes_on()
    assert status == 0
    books.audit()


def test_while_the_reports_worker_is_away_its_work_waits_for_it(
    system: System, books: Books
) -> None:
    process = system.process("reports-worker")
    process.terminate()
    process.wait(DRAIN_SECONDS)
    with Load(books) as load:
        load.goes_on(2)
    assert any("orders_placed" in each for each in books.differences())
    system.start_again("reports-worker")
    books.audit()

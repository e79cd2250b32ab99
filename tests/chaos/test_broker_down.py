"""Without the broker, commands are taken all the same; everything arrives when it is back."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor

from tests.chaos.books import Books
from tests.chaos.load import CLIENTS, Load
from tests.parts import Parts
from tests.system import System, order_body

COMMANDS = 200
log = logging.getLogger(__name__)


def test_with_the_broker_down_every_valid_post_is_accepted_and_arrives_when_it_is_back(
    system: System, books: Books, parts: Parts
) -> None:
    load = Load(books)
    before = _posted(system, books, load, "up")
    parts.rabbitmq.kill()
    try:
        during = _posted(system, books, load, "down")
    finally:
        parts.rabbitmq.restart()
    began = time.monotonic()
    books.audit()
    log.warning(
        "p99 of a POST: %.0f ms with the broker, %.0f ms without; all had arrived %.1f s after it "
        "was back", before * 1000, during * 1000, time.monotonic() - began,
    )  # fmt: skip


def _posted(system: System, books: Books, load: Load, when: str) -> float:
    """Place orders, each asked for once: the 99th percentile of the time to the answer."""
    bodies = [order_body(system, load.item) for _ in range(COMMANDS)]

    def post(number: int) -> float:
        key = f"{system.prefix}-{when}-{number}"
        began = time.monotonic()
        answer = system.call("orders", "POST", "/v1/orders", bodies[number], key=key)
        took = time.monotonic() - began
        assert answer.status == 201, answer.data
        books.orders[key] = answer.id
        return took

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sorted(pool.map(post, range(COMMANDS)))[COMMANDS * 99 // 100]

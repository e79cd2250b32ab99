"""How long the dashboard and the queries of the API take, with a short and with a long history.

The short history goes through the real projections. The long one is the same, with copies of its
evidence and of its orders beside it until there are as many documents as so many events would
leave: what is counted has then as many events behind it, while sums and tables of people are of
the size that they have anyhow, since they don't grow with events.
"""

import http.client
import time
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import quantiles
from urllib.parse import urlencode

from bench.history import History
from bench.measures import Sizes
from bench.system import System
from bench.table import Row, Target
from deploy.local.ports import LOOPBACK
from services.reports.api.evidence import write_cursor
from services.reports.projections import PROJECTIONS
from shared.clock import date_of
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Generations, Projections
from shared.storage.mongo import FAST, Db, connect

SHORT = 100_000  # events in a year
BATCH = 1000
ASKED = 100  # times each
GENERATION = 1
COPIED = ("evidence", "cases")  # a document for each event, for each order

P95_MS, RATIO = 20.0, 1.3  # the targets


def queries(system: System, sizes: Sizes) -> list[Row]:
    """95th percentile of each, over HTTP, and how it grows with history."""
    long = sizes.events
    stopped = system.workers("reports")
    for worker in stopped:
        worker.stop()
    database = connect(system.mongod.url, "shijian_reports", "bench")
    last = date_of(system.began)
    rate = fill(database, last)
    paths = _paths(last)
    with _Client(system) as client:
        short = {name: client.milliseconds(path) for name, path in paths.items()}
        lengthen(database, long // SHORT)
        rows = [Row("events folded, in process", "events/s", [rate], note="all kinds, one process")]
        for name, path in paths.items():
            took = client.milliseconds(path)
            before, now = _p95(short[name]), _p95(took)
            most = Target(most=P95_MS)
            note = f"at {SHORT:,} events {before:.1f}; median {sorted(took)[ASKED // 2]:.1f}"
            rows.append(Row(f"{name}: p95 at {long:,} events", "ms", [now], most, note))
            rows.append(Row(f"{name}: growth", "×", [now / before], Target(most=RATIO)))
    for worker in stopped:
        worker.start()
    return rows


def fill(database: Db, last: date) -> float:
    """A year of the short history, through the fold; events a second."""
    letters = DeadLetters(database, f"projections_{GENERATION}")
    handler = Projections(PROJECTIONS, GENERATION, Generations(database), letters)
    handler.prepare()
    first = last - timedelta(days=364)
    began, count = time.perf_counter(), 0
    for batch in batches(History(first, last, SHORT)):
        handler.handle(batch)
        count += len(batch)
    rate = count / (time.perf_counter() - began)
    if bad := database["dead_letters"].count_documents({}):
        raise RuntimeError(f"{bad} events could not be folded")
    return rate


def batches(history: History) -> Iterator[list[Envelope]]:
    """As a consumer takes them: of one source each."""
    waiting: dict[str, list[Envelope]] = {}
    for each in history:
        batch = waiting.setdefault(each.source, [])
        batch.append(each)
        if len(batch) == BATCH:
            yield waiting.pop(each.source)
    yield from waiting.values()


def lengthen(database: Db, times: int) -> None:
    """So many of each document there is for each event and order."""
    for name in COPIED:
        rows = database.get_collection(f"{name}_{GENERATION}", write_concern=FAST)
        documents = list(rows.find())
        indexes = [each["key"].items() for each in rows.list_indexes() if each["name"] != "_id_"]
        rows.drop_indexes()
        for copy in range(1, times):
            for place in range(0, len(documents), BATCH * 10):
                some = documents[place : place + BATCH * 10]
                rows.insert_many(
                    [each | {"_id": _copied(each["_id"], copy)} for each in some], ordered=False
                )
        for keys in indexes:
            rows.create_index([(key, int(order)) for key, order in keys])


def _copied(id: str, copy: int) -> str:
    """`orders:0000…17` → `orders:0003…17`; `ord_…` likewise."""
    head, mark, tail = id.partition(":" if ":" in id else "_")
    return f"{head}{mark}{copy:04d}{tail[4:]}"


def _paths(last: date) -> dict[str, str]:
    day, month, year = last.isoformat(), last.isoformat()[:7], str(last.year)
    days = (last - timedelta(days=29)).isoformat()
    middle = (last - timedelta(days=100)).isoformat()
    place = {"day": middle, "site": "XP05", "source": "orders", "sequence": 1}

    def evidence(**more: str) -> str:
        wanted = {"measure": "orders_placed", "period": str(last.year), "limit": "50"}
        return f"/v1/evidence?{urlencode(wanted | more)}"

    return {
        "dashboard, the street": "/dashboard/",
        "dashboard, a station": "/dashboard/sites/XP05",
        "figures of a day": f"/v1/figures?period={day}",
        "figures of a month": f"/v1/figures?period={month}",
        "figures of a month and site": f"/v1/figures?period={month}&site=XP05",
        "figures of a month and theme": f"/v1/figures?period={month}&theme=culture",
        "figures of a year": f"/v1/figures?period={year}",
        "trend of thirty days": f"/v1/trend?first={days}&last={day}",
        "evidence, first page": evidence(),
        "evidence, far behind": evidence(cursor=write_cursor(place)),
        "evidence of a site, far behind": evidence(site="XP05", cursor=write_cursor(place)),
    }


class _Client:
    """One kept connection, with a key and signed in to the dashboard."""

    def __init__(self, system: System) -> None:
        port = int(system.url_of("reports").rsplit(":", 1)[1])
        self._connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)
        self._headers = {"Authorization": f"Bearer {system.orders.key}"}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"key": system.orders.key})
        self._connection.request("POST", "/dashboard/sign-in", body, form)
        answer = self._connection.getresponse()
        answer.read()
        self._headers["Cookie"] = str(answer.headers["Set-Cookie"]).split(";")[0]

    def __enter__(self) -> "_Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def milliseconds(self, path: str) -> list[float]:
        """Of each answer, after some that warm up."""
        took = []
        for _ in range(ASKED + 5):
            began = time.perf_counter()
            self._connection.request("GET", path, headers=self._headers)
            answer = self._connection.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
        return took[5:]


def _p95(took: list[float]) -> float:
    return quantiles(took, n=100, method="inclusive")[94]

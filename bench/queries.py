"""How long the dashboard and the queries of the API take, with a short and with a long history."""

import http.client
import time
from datetime import date, timedelta
from statistics import median, quantiles
from urllib.parse import urlencode

from bench import planting
from bench.measures import Sizes
from bench.system import System
from bench.table import Row, Target
from deploy.local.ports import LOOPBACK
from services.reports.api.evidence import write_cursor
from shared.clock import date_of
from shared.storage.mongo import connect

SHORT = 100_000  # events in a year
ASKED = 100  # times each
P95_MS, RATIO = 20.0, 1.3  # the targets


def queries(system: System, sizes: Sizes) -> list[Row]:
    """Of each, over HTTP: median and 95th percentile with both histories, and their ratio."""
    stopped = system.workers("reports")
    for worker in stopped:
        worker.stop()
    database = connect(system.mongod.url, "shijian_reports", "bench")
    last = date_of(system.began)
    rate = planting.fill(database, last, SHORT)
    with _Client(system) as client:
        short = client.answers(paths_upto(last))
        began = time.perf_counter()
        planting.lengthen(database, sizes.events // SHORT)
        planted = time.perf_counter() - began
        long = client.answers(paths_upto(last))
    rows = [
        Row("events folded, in process", "events/s", [rate], note="all kinds, one process"),
        Row(f"a history of {sizes.events:,} planted", "s", [planted]),
    ]
    for name, before in short.items():
        rows += _compared(name, sizes.events, before, long[name])
    for worker in stopped:
        worker.start()
    return rows


def _compared(name: str, events: int, before: list[float], now: list[float]) -> list[Row]:
    most = Target(most=P95_MS)
    rows = [
        Row(f"{name}: p95 at {count:,} events", "ms", [_p95(took)], most, _median(took))
        for count, took in ((SHORT, before), (events, now))
    ]
    ratio = f"of medians {median(now) / median(before):.2f}"
    growth = [_p95(now) / _p95(before)]
    return [*rows, Row(f"{name}: growth of p95", "×", growth, Target(most=RATIO), ratio)]


def paths_upto(last: date) -> dict[str, str]:
    """What is asked, by what it is called."""
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
        "figures of a year and site": f"/v1/figures?period={year}&site=XP05",
        "trend of thirty days": f"/v1/trend?first={days}&last={day}",
        "dashboard, evidence": f"/dashboard/evidence?measure=orders_placed&period={year}",
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

    def answers(self, paths: dict[str, str]) -> dict[str, list[float]]:
        """Milliseconds of each, by its name."""
        return {name: self._milliseconds(path) for name, path in paths.items()}

    def _milliseconds(self, path: str) -> list[float]:
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


def _median(took: list[float]) -> str:
    return f"median {median(took):.1f}"

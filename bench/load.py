"""Load: `wrk` for as fast as it goes, and an open loop of our own for a given rate.

An open loop sends at its times whether or not earlier requests are answered, and counts latency
from the time a request was due; a closed loop like wrk's would wait with the system it measures.
"""

import http.client
import json
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS_PER_PROCESS = 32  # twice the threads of an api process: it never waits for wrk
AT_ONCE = 64  # requests that the open loop can have under way
ANSWER_SECONDS = 30.0

_SCRIPT = """\
local count = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {key}"
local items = {{ {items} }}
request = function()
  count = count + 1
  wrk.headers["Idempotency-Key"] = "{run}-" .. count
  return wrk.format(nil, nil, nil, string.format(
    '{{"item":"%s","site":"XP%02d","resident":"R-{run}-%d","starts_at":"{starts_at}"}}',
    items[count % #items + 1], count % {sites}, count))
end
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\\n{{"answers":%d,"seconds":%f,"refused":%d,"broken":%d}}\\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
"""


class LoadFailed(RuntimeError):
    """The load could not be made, or was not answered as it should be."""


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What orders are made of."""

    key: str  # of a client that may place them
    items: list[str]  # ids on the menu
    sites: int  # XP00 … are open
    starts_at: str  # RFC 3339

    def body(self, run: str, number: int) -> bytes:
        """The same that wrk's script sends, but all at one site: that one is watched."""
        order = {
            "item": self.items[number % len(self.items)],
            "site": "XP00",
            "resident": f"R-{run}-{number}",
            "starts_at": self.starts_at,
        }
        return json.dumps(order).encode()


def require_wrk() -> None:
    """Raises LoadFailed saying how to get it."""
    if not shutil.which("wrk"):
        raise LoadFailed("wrk is missing: apt-get install wrk")


@dataclass(frozen=True)
class Burst:
    """What wrk has got."""

    answers: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


def as_fast_as_it_goes(
    url: str, orders: Orders, seconds: float, folder: Path, processes: int = 1
) -> Burst:
    """Load by wrk. Raises LoadFailed where an answer is not a success."""
    script = folder / "orders.lua"
    script.write_text(
        _SCRIPT.format(
            key=orders.key,
            items=", ".join(f'"{item}"' for item in orders.items),
            sites=orders.sites,
            starts_at=orders.starts_at,
            run=uuid.uuid4().hex[:8],
        )
    )
    connections = str(CONNECTIONS_PER_PROCESS * processes)
    command = ["wrk", "-t", "1", "-c", connections, "-d", f"{round(seconds)}s"]
    done = subprocess.run(
        [*command, "-s", str(script), url], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise LoadFailed(f"wrk: {done.stderr or done.stdout}")
    result = json.loads(done.stdout.strip().rsplit("\n", 1)[-1])
    if result["refused"] or result["broken"] or not result["answers"]:
        raise LoadFailed(f"{url}: {result}")
    return Burst(result["answers"], result["seconds"])


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of one request of the open loop. Times are of `time.perf_counter`."""

    due: float
    done: float
    status: int  # 0: no answer

    @property
    def milliseconds(self) -> float:
        return (self.done - self.due) * 1000


class OpenLoop:
    """Places orders at a steady rate, in threads of its own."""

    def __init__(self, host: str, port: int, orders: Orders) -> None:
        self._host, self._port, self._orders = host, port, orders
        self._mine = threading.local()

    def run(self, per_second: float, until: Callable[[float], bool]) -> list[Answer]:
        """Send until `until(seconds since the first)`; all answers, in the order of sending."""
        run = uuid.uuid4().hex[:8]
        answers: list[Future[Answer]] = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            began = time.perf_counter()
            while not until(time.perf_counter() - began):
                due = began + len(answers) / per_second
                time.sleep(max(0.0, due - time.perf_counter()))
                answers.append(pool.submit(self._place, run, len(answers), due))
        return [each.result() for each in answers]

    def _place(self, run: str, number: int, due: float) -> Answer:
        headers = {
            "Authorization": f"Bearer {self._orders.key}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"{run}-{number}",
        }
        connection = self._connection()
        try:
            connection.request("POST", "/v1/orders", self._orders.body(run, number), headers)
            response = connection.getresponse()
            response.read()
            status = response.status
        except (OSError, http.client.HTTPException):
            connection.close()
            status = 0
        return Answer(due=due, done=time.perf_counter(), status=status)

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._mine, "connection"):
            self._mine.connection = http.client.HTTPConnection(
                self._host, self._port, timeout=ANSWER_SECONDS
            )
        connection: http.client.HTTPConnection = self._mine.connection
        return connection

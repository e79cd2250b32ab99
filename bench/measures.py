"""What is measured. Each measure takes the running system and gives rows of the table."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from bench.load import Answer, Burst, LoadFailed, as_fast_as_it_goes
from bench.processor import descendants
from bench.system import FLOOR, Process, System, wait_for
from bench.table import Row, Target

RATE = 100.0  # orders a second of the open loop
ARRIVE_SECONDS = 120.0  # for everything to be in the report
WATCH_SECONDS = 0.003  # each look costs MongoDB about 0.1 ms: more of them would be a load
BACKLOG = 20_000  # events
KILLS = 2  # of each worker
KILL_AFTER_SECONDS = 2.0
DOWN_SECONDS = 1.0  # between `kill -9` and the new process
MEGABYTE = 1024  # kB of /proc


@dataclass(frozen=True)
class Sizes:
    """How long and how often."""

    rounds: int
    seconds: float
    loop_seconds: float
    events: int = 10_000_000  # of the long history


class Watch:
    """Looks at the report all the time, in a thread, and keeps when its count has changed."""

    def __init__(self, system: System) -> None:
        self._look = system.watched_count()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.seen: list[tuple[float, int]] = []

    def __enter__(self) -> "Watch":
        self._base = self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def count(self) -> int:
        return self.seen[-1][1] if self.seen else 0

    def lags(self, answers: Sequence[Answer]) -> list[float]:
        """Milliseconds from the n-th answer until n orders were in the report."""
        answered = iter(sorted(each.done for each in answers))
        lags: list[float] = []
        for at, count in self.seen:
            lags += [(at - next(answered)) * 1000 for _ in range(count - len(lags))]
        return lags

    def _run(self) -> None:
        while not self._stop.wait(WATCH_SECONDS):
            count = self._look() - self._base
            if count != self.count:
                self.seen.append((time.perf_counter(), count))


# ---- memory ----


def memory(system: System, sizes: Sizes, when: str = "idle") -> list[Row]:
    """6. Of each process of the services."""
    time.sleep(2)
    resident, proportional = [], []
    largest = (0.0, "")
    for name, process in system.processes.items():
        for pid in [] if name.startswith(FLOOR) else descendants(process.pid):
            facts = _kilobytes(pid)
            resident.append(facts["Rss"] / MEGABYTE)
            proportional.append(facts["Pss"] / MEGABYTE)
            largest = max(largest, (resident[-1], name))
    note = f"of {len(resident)} processes; largest: {largest[1]}"
    return [
        Row(f"memory of a process, {when}: RSS", "MB", resident, Target(most=90), note),
        Row(f"memory of a process, {when}: PSS", "MB", proportional),
    ]


def _kilobytes(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


# ---- how soon ----


def lag(system: System, sizes: Sizes) -> list[Row]:
    """3. From the answer to the report, at a steady rate."""
    with Watch(system) as watch:
        answers = system.open_loop().run(RATE, lambda seconds: seconds > sizes.loop_seconds)
        _all_placed(answers)
        _all_seen(watch, len(answers))
    lags = watch.lags(answers)
    note = f"p95 {_percentile(lags, 95):.0f}, p99 {_percentile(lags, 99):.0f}"
    return [
        Row("lag from answer to report at 100/s", "ms", lags, Target(most=25), note),
        _latency("latency of POST at 100/s", answers),
    ]


def broker_down(system: System, sizes: Sizes) -> list[Row]:
    """4. Nobody who orders notices; when the broker is back, everything arrives."""
    before = system.placed()
    system.rabbitmq.kill()
    answers = system.open_loop().run(RATE, lambda seconds: seconds > sizes.loop_seconds / 2)
    _all_placed(answers)
    system.rabbitmq.restart()
    back = time.perf_counter()
    if system.placed() != before + len(answers):
        raise LoadFailed(f"{len(answers)} answers, {system.placed() - before} orders")
    shown = _all_reported(system)
    took = [each.milliseconds for each in answers]
    return [
        _latency("latency of POST at 100/s, broker down", answers),
        Row("the same, p99", "ms", [_percentile(took, 99)], Target(most=100)),
        Row("all in the report, from when the broker is back", "s", [shown - back]),
    ]


def killed(system: System, sizes: Sizes) -> list[Row]:
    """5. `kill -9` under load: how long from the new process's start until the flow goes on."""
    rows = []
    for service, what in (("reports", "projections"), ("orders", "relay")):
        took = [_kill(system, *system.workers(service)) for _ in range(KILLS)]
        rows.append(
            Row(f"standstill after kill -9 of the {what}", "s", took, Target(most=5), "none lost")
        )
    return rows


def _kill(system: System, worker: Process) -> float:
    answers: list[Answer] = []
    over = threading.Event()

    def load() -> None:
        answers.extend(system.open_loop().run(RATE, lambda _: over.is_set()))

    # The load is in a thread, since the worker is bound to the thread that starts it.
    loading = threading.Thread(target=load)
    with Watch(system) as watch:
        loading.start()
        try:
            time.sleep(KILL_AFTER_SECONDS)
            worker.kill()
            time.sleep(DOWN_SECONDS)
            restarted, seen = time.perf_counter(), len(watch.seen)
            worker.start()
            went_on = wait_for("the flow", lambda: len(watch.seen) > seen, ARRIVE_SECONDS)
        finally:
            over.set()
            loading.join()
        _all_placed(answers)
        _all_seen(watch, len(answers))
    return went_on - restarted


# ---- how much ----


def sustained(system: System, sizes: Sizes) -> list[Row]:
    """2. From the first POST until the report shows all, everything running."""
    floors: list[float] = []
    flows: list[float] = []
    posts: list[float] = []
    floor_costs: list[float] = []
    flow_costs: list[float] = []
    for _ in range(sizes.rounds):
        burst, cost = _burst(system, system.floor, sizes, 1, FLOOR)
        floors.append(burst.rate)
        floor_costs.append(cost)
        before, used = system.placed(), system.processor_seconds()
        began = time.perf_counter()
        burst, _ = _burst(system, system.orders_url, sizes, 1)
        posts.append(burst.rate)
        shown = _all_reported(system)
        count = system.placed() - before
        flows.append(count / (shown - began))
        flow_costs.append((system.processor_seconds() - used) / count)
    return [
        Row("F, everything running", "/s", floors),
        Row("from POST to report, sustained", "/s", flows),
        Row("from POST to report, sustained", "× F", _ratios(flows, floors), Target(least=0.4)),
        Row("answers to POST meanwhile", "× F", _ratios(posts, floors)),
        Row("processor time of an order, POST to report", "× F", _ratios(flow_costs, floor_costs)),
    ]


def post(system: System, sizes: Sizes) -> list[Row]:
    """1. The whole of a POST against the floor, by one process and by two; workers stopped."""
    stopped = [each for each in system.workers() if each.pid]
    for worker in stopped:
        worker.stop()
    rows = _against_floor(
        system, sizes, 1, (FLOOR, system.floor), ("orders-api", system.orders_url)
    )
    names = (f"{FLOOR}-2", "orders-api-2")
    floor, orders = system.serve_floor(names[0], 2), system.serve_orders(names[1], 2)
    rows += _against_floor(system, sizes, 2, (names[0], floor), (names[1], orders))
    for name in names:
        system.processes.pop(name).stop()
    for worker in stopped:
        worker.start()
    return rows


def _against_floor(
    system: System, sizes: Sizes, processes: int, floor: tuple[str, str], orders: tuple[str, str]
) -> list[Row]:
    rates: dict[str, list[float]] = {floor[0]: [], orders[0]: []}
    costs: dict[str, list[float]] = {floor[0]: [], orders[0]: []}
    warm = Sizes(rounds=1, seconds=1, loop_seconds=0)
    for name, url in (floor, orders):
        _burst(system, url, warm, processes, name)
    for round in range(sizes.rounds):
        for name, url in (floor, orders) if round % 2 == 0 else (orders, floor):
            burst, cost = _burst(system, url, sizes, processes, name)
            rates[name].append(burst.rate)
            costs[name].append(cost)
    floors, posts = rates.values()
    floor_costs, post_costs = costs.values()
    by = f"{processes} process{'es' if processes > 1 else ''}"
    return [
        Row(f"F, a bare majority insert, {by}", "/s", floors),
        Row(f"POST an order, {by}", "/s", posts),
        Row(f"POST an order, {by}", "× F", _ratios(posts, floors), Target(least=0.75)),
        Row(f"processor time of a POST, {by}", "× F", _ratios(post_costs, floor_costs)),
    ]


def _burst(
    system: System, url: str, sizes: Sizes, processes: int, *names: str
) -> tuple[Burst, float]:
    """What wrk got, and the processor time of an answer in these processes and MongoDB."""
    used = system.processor_seconds(*names)
    burst = as_fast_as_it_goes(url, system.orders, sizes.seconds, system.folder, processes)
    return burst, (system.processor_seconds(*names) - used) / burst.answers


def backlog(system: System, sizes: Sizes) -> list[Row]:
    """7. How fast the relay, the projections and a rebuild of them go through what waits."""
    relay, reader = system.workers("orders", "reports")
    for worker in system.workers():
        if worker.pid:
            worker.stop()
    _fill_outboxes(system)
    total = system.head() + system.untold()
    rows = [
        _drain("relay, from a backlog", total, system.head, system.published, relay.start),
    ]
    live = int(system.pointer()["live"])

    def heard() -> int:
        return system.settled(live)

    rows.append(_drain("projections, from a backlog", total, heard, heard, reader.start))

    def rebuilt() -> int:
        return system.settled(live + 1) if system.pointer()["live"] > live else 0

    def rebuild() -> None:
        system.operate("reports", "rebuild")

    rows.append(
        _drain(
            "rebuild of the projections", total, lambda: system.settled(live + 1), rebuilt, rebuild
        )
    )
    for worker in system.workers("volunteers", "events"):
        worker.start()
    return rows


def _drain(
    what: str,
    total: int,
    first: Callable[[], int],
    last: Callable[[], int],
    start: Callable[[], None],
) -> Row:
    """Events a second, from the first step on: how long a process takes to start is no matter."""
    before = first()
    start()
    began = wait_for(f"{what}: first", lambda: first() > before, ARRIVE_SECONDS)
    done = first()
    ended = wait_for(what, lambda: last() >= total, ARRIVE_SECONDS)
    return Row(what, "events/s", [(total - done) / (ended - began)])


def _fill_outboxes(system: System) -> None:
    """To the size of the backlog, by copies of an order that waits."""
    orders = system.database("orders")["orders"]
    if system.untold() < BACKLOG:
        as_fast_as_it_goes(system.orders_url, system.orders, 1, system.folder)
    system.quiet()
    pattern = orders.find_one({"outbox.at": {"$exists": True}})
    copies = []
    for number in range(BACKLOG - system.untold()):
        id = f"ord_copy{number}"
        event = pattern["outbox"][0] | {"id": f"copy{number:028d}", "subject": id}
        copies.append(pattern | {"_id": id, "outbox": [event]})
    if copies:
        orders.insert_many(copies)


# ---- common ----


def _all_placed(answers: Sequence[Answer]) -> None:
    bad = [each.status for each in answers if each.status != 201]
    if bad:
        raise LoadFailed(f"{len(bad)} of {len(answers)} not answered 201: {sorted(set(bad))}")


def _all_seen(watch: Watch, count: int) -> None:
    wait_for("all orders", lambda: watch.count >= count, ARRIVE_SECONDS)
    if watch.count != count:
        raise LoadFailed(f"{count} orders, but the report has {watch.count}")


def _all_reported(system: System) -> float:
    """When the report shows every order that is stored, none twice."""
    placed = system.quiet()
    shown = wait_for("the report", lambda: system.reported() >= placed, ARRIVE_SECONDS)
    if system.reported() != placed:
        raise LoadFailed(f"{placed} orders, but the report has {system.reported()}")
    return shown


def _latency(what: str, answers: Sequence[Answer]) -> Row:
    took = [each.milliseconds for each in answers]
    note = f"p99 {_percentile(took, 99):.0f}; {len(took)} answers, all 201"
    return Row(what, "ms", took, note=note)


def _percentile(samples: Sequence[float], percent: int) -> float:
    return quantiles(samples, n=100, method="inclusive")[percent - 1]


def _ratios(those: Sequence[float], floors: Sequence[float]) -> list[float]:
    return [each / floor for each, floor in zip(those, floors, strict=True)]

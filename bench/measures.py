"""What is measured. Each measure takes the running system and gives rows of the table."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from bench.load import Answer, LoadFailed, as_fast_as_it_goes
from bench.system import Process, System, wait_for
from bench.table import Row, Target

RATE = 100.0  # orders a second of the open loop
ARRIVE_SECONDS = 120.0  # for everything to be in the report
WATCH_SECONDS = 0.002
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


class Watch:
    """Looks at the report every 2 ms, in a thread, and keeps when its count has changed."""

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


def memory(system: System, sizes: Sizes, when: str = "idle") -> list[Row]:
    """6. Of each process of the services."""
    time.sleep(2)
    resident, proportional = [], []
    largest = (0.0, "")
    for name, process in system.processes.items():
        for pid in system.descendants(process.pid) if not name.startswith("floor") else []:
            facts = _kilobytes(pid)
            resident.append(facts["Rss"] / MEGABYTE)
            proportional.append(facts["Pss"] / MEGABYTE)
            largest = max(largest, (resident[-1], name))
    note = f"of {len(resident)} processes; largest: {largest[1]}"
    return [
        Row(f"memory of each process, {when}: RSS", "MB", resident, Target(most=90), note),
        Row(f"memory of each process, {when}: PSS", "MB", proportional),
    ]


def _kilobytes(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


def lag(system: System, sizes: Sizes) -> list[Row]:
    """3. From the answer to the report, at a steady rate."""
    with Watch(system) as watch:
        answers = system.open_loop().run(RATE, lambda seconds: seconds > sizes.loop_seconds)
        _all_placed(answers)
        wait_for("all orders", lambda: watch.count == len(answers), ARRIVE_SECONDS)
    lags = watch.lags(answers)
    return [
        Row(
            "lag from answer to report at 100/s",
            "ms",
            lags,
            Target(most=25),
            f"p95 {_percentile(lags, 95):.1f}, p99 {_percentile(lags, 99):.1f}",
        ),
        _latency("latency of POST at 100/s", answers),
    ]


def sustained(system: System, sizes: Sizes) -> list[Row]:
    """2. From the first POST until the report shows all, everything running."""
    floors, flows, posts = [], [], []
    for _ in range(sizes.rounds):
        floors.append(as_fast_as_it_goes(system.floor, system.orders, sizes.seconds, system.folder))
        before, began = system.placed(), time.perf_counter()
        posts.append(
            as_fast_as_it_goes(system.orders_url, system.orders, sizes.seconds, system.folder)
        )
        flows.append((system.quiet() - before) / (_all_reported(system) - began))
    return [
        Row("F, everything running", "/s", floors),
        Row("from POST to report, sustained", "/s", flows),
        Row("from POST to report, sustained", "× F", _ratios(flows, floors), Target(least=0.4)),
        Row("answers to POST meanwhile", "× F", _ratios(posts, floors)),
    ]


def _all_reported(system: System) -> float:
    """When the report shows every order that is stored, none twice."""
    placed = system.quiet()
    shown = wait_for("the report", lambda: system.reported() >= placed, ARRIVE_SECONDS)
    if system.reported() != placed:
        raise LoadFailed(f"{placed} orders, but the report has {system.reported()}")
    return shown


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
        Row("the same: p99", "ms", [_percentile(took, 99)], Target(most=100)),
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
    went_on: list[float] = []
    with Watch(system) as watch:

        def disturb() -> None:
            time.sleep(KILL_AFTER_SECONDS)
            worker.kill()
            time.sleep(DOWN_SECONDS)
            restarted, seen = time.perf_counter(), len(watch.seen)
            worker.start()
            went_on.append(
                wait_for("the flow", lambda: len(watch.seen) > seen, ARRIVE_SECONDS) - restarted
            )

        # The process is bound to the thread that starts it, so that must be the main one.
        load = threading.Thread(target=lambda: answers.extend(_until(system, went_on)))
        answers: list[Answer] = []
        load.start()
        disturb()
        load.join()
        _all_placed(answers)
        wait_for("all orders", lambda: watch.count >= len(answers), ARRIVE_SECONDS)
        if watch.count != len(answers):
            raise LoadFailed(f"{len(answers)} orders, but the report has {watch.count}")
    return went_on[0]


def _until(system: System, went_on: list[float]) -> list[Answer]:
    return system.open_loop().run(RATE, lambda seconds: bool(went_on) or seconds > ARRIVE_SECONDS)


def post(system: System, sizes: Sizes) -> list[Row]:
    """1. The whole of a POST against the floor, by one process and by two; workers stopped."""
    stopped = [each for each in system.workers() if each.pid]
    for worker in stopped:
        worker.stop()
    rows = _against_floor(system, sizes, 1, system.floor, system.orders_url)
    floor_2 = f"{system.serve_floor('floor-2', 2)}/floor"
    orders_2 = f"{system.serve_orders('orders-api-2', 2)}/v1/orders"
    rows += _against_floor(system, sizes, 2, floor_2, orders_2)
    for name in ("floor-2", "orders-api-2"):
        system.processes.pop(name).stop()
    for worker in stopped:
        worker.start()
    return rows


def _against_floor(
    system: System, sizes: Sizes, processes: int, floor: str, orders: str
) -> list[Row]:
    floors: list[float] = []
    posts: list[float] = []
    for _ in range(sizes.rounds):
        for url, rates in ((floor, floors), (orders, posts)):
            rates.append(
                as_fast_as_it_goes(url, system.orders, sizes.seconds, system.folder, processes)
            )
    by = f"{processes} process{'es' if processes > 1 else ''}"
    target = Target(least=0.75)
    return [
        Row(f"F, a bare majority insert, {by}", "/s", floors),
        Row(f"POST an order, {by}", "/s", posts),
        Row(f"POST an order, {by}", "× F", _ratios(posts, floors), target),
    ]


def backlog(system: System, sizes: Sizes) -> list[Row]:
    """7. How fast the relay, the projections and a rebuild of them go through what waits."""
    relay, reader = system.workers("orders", "reports")
    for worker in system.workers():
        if worker.pid:
            worker.stop()
    _fill_outboxes(system)
    from_, total = system.head(), system.head() + system.untold()
    began = _when_beyond(system.head, from_, relay.start)
    done = wait_for("the relay", lambda: system.published() >= total, ARRIVE_SECONDS)
    rows = [Row("relay, from a backlog", "events/s", [(total - from_) / (done - began)])]

    generation = system.pointer()["live"]
    from_ = system.settled(generation)
    began = _when_beyond(lambda: system.settled(generation), from_, reader.start)
    from_ = system.settled(generation)
    done = wait_for("projections", lambda: system.settled(generation) >= total, ARRIVE_SECONDS)
    rows.append(Row("projections, from a backlog", "events/s", [(total - from_) / (done - began)]))

    rows.append(_rebuild(system, generation + 1))
    for worker in system.workers("volunteers", "events"):
        worker.start()
    return rows


def _rebuild(system: System, generation: int) -> Row:
    system.database("reports")["projections"].update_one(
        {"_id": "pointer"}, {"$set": {"building": generation, "live": generation - 1}}, upsert=True
    )
    began = wait_for("a rebuild", lambda: system.settled(generation) > 0, ARRIVE_SECONDS)
    from_ = system.settled(generation)
    done = wait_for("it", lambda: system.pointer()["live"] == generation, ARRIVE_SECONDS)
    rate = (system.settled(generation) - from_) / (done - began)
    return Row("rebuild of the projections", "events/s", [rate])


def _fill_outboxes(system: System) -> None:
    """To the size of the backlog, by copies of an order that waits (or of the last one)."""
    orders = system.database("orders")["orders"]
    missing = BACKLOG - system.untold()
    if missing <= 0:
        return
    url = system.orders_url
    as_fast_as_it_goes(url, system.orders, 1, system.folder)
    pattern = orders.find_one({"outbox.at": {"$exists": True}})
    copies = []
    for number in range(BACKLOG - system.untold()):
        event = pattern["outbox"][0] | {"id": f"copy{number:028d}", "subject": f"ord_copy{number}"}
        copies.append(pattern | {"_id": f"ord_copy{number}", "outbox": [event]})
    if copies:
        orders.insert_many(copies)


def _when_beyond(look: Callable[[], int], value: int, start: Callable[[], None]) -> float:
    start()
    return wait_for("the first step", lambda: look() > value, ARRIVE_SECONDS)


def _all_placed(answers: Sequence[Answer]) -> None:
    bad = [each.status for each in answers if each.status != 201]
    if bad:
        raise LoadFailed(f"{len(bad)} of {len(answers)} not answered 201: {sorted(set(bad))}")


def _latency(what: str, answers: Sequence[Answer]) -> Row:
    took = [each.milliseconds for each in answers]
    note = f"p99 {_percentile(took, 99):.1f}; {len(took)} answers, all 201"
    return Row(what, "ms", took, note=note)


def _percentile(samples: Sequence[float], percent: int) -> float:
    return quantiles(samples, n=100, method="inclusive")[percent - 1]


def _ratios(rates: Sequence[float], floors: Sequence[float]) -> list[float]:
    return [rate / floor for rate, floor in zip(rates, floors, strict=True)]

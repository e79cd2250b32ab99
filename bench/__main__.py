"""Measures throughput, lag, standstills and memory, and prints one table.

    python -m bench                       everything, in about four minutes
    python -m bench --only lag,post       some of it
    python -m bench --rounds 5            more rounds of what is compared with the floor
    python -m bench --only queries        with a history of ten million events; some 3 GB of disk

It starts its own MongoDB, RabbitMQ, floor and services on free ports under a temporary folder, and
leaves nothing running. A ratio is taken round by round, floor and measure in turn, so that what
else the machine does touches both. Missed targets don't change the status: machines differ.
"""

import argparse
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import measures, queries
from bench.load import LoadFailed, require_wrk
from bench.measures import Sizes
from bench.processor import Machine
from bench.system import NeverCame, System
from bench.table import Row, markdown
from deploy.local.parts import PartFailed, PartMissing

MEASURES: dict[str, Callable[[System, Sizes], list[Row]]] = {
    "memory": measures.memory,
    "lag": measures.lag,
    "sustained": measures.sustained,
    "broker": measures.broker_down,
    "kill": measures.killed,
    "after": partial(measures.memory, when="after load"),
    "post": measures.post,
    "backlog": measures.backlog,
    "queries": queries.queries,
}
ASKED_FOR = ("queries",)  # they take many minutes


def main() -> int:
    """The exit status: 0 where everything could be measured."""
    chosen = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="shijian-bench-"))
    try:
        require_wrk()
        rows = _measured(chosen, folder)
    except (LoadFailed, NeverCame, PartFailed, PartMissing) as failure:
        print(f"bench: {failure}\nlogs: {folder / 'log'}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(markdown(rows))
    if not chosen.keep:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _measured(chosen: argparse.Namespace, folder: Path) -> list[Row]:
    sizes = Sizes(chosen.rounds, chosen.seconds, chosen.loop_seconds, chosen.events)
    began = time.monotonic()
    rows: list[Row] = []
    others: list[float] = []
    with System(folder) as system:
        _say(
            f"ready after {time.monotonic() - began:.0f} s; {os.cpu_count()} processors, "
            f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
        )
        for name, measure in MEASURES.items():
            if name in chosen.only:
                machine = Machine()
                rows += measure(system, sizes)
                others.append(machine.others())
                _say(f"{name}: done after {time.monotonic() - began:.0f} s")
    rows.append(Row("processors taken by others meanwhile", "%", others))
    return rows


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only",
        type=_names,
        default=[name for name in MEASURES if name not in ASKED_FOR],
        help=f"of {','.join(MEASURES)}",
    )
    parser.add_argument("--rounds", type=int, default=3, help="of floor and measure in turn")
    parser.add_argument("--seconds", type=float, default=5, help="of load in each round")
    parser.add_argument("--loop-seconds", type=float, default=20, help="of the steady load")
    parser.add_argument("--events", type=int, default=10_000_000, help="of the long history")
    parser.add_argument("--keep", action="store_true", help="the temporary folder, with its logs")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}")
    return names


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

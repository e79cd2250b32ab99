"""A million rows go out by the service's own route in little memory. `ROWS=20000` makes it shorter.

A workbook takes four times as long as CSV, so it has a tenth of the rows here, unless `ALL=1`. It
prints rows, seconds, and the most memory that a process of the service had; run it with `-s`.
"""

import os
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import System

ROWS = int(os.environ.get("ROWS", "1000000"))
MOST_MEMORY_MB = 200
BATCH = 20_000
PERIOD, SITE, MEASURE = "2021-05", "XP12", "orders_placed"

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def rows(system: System, format: str) -> Iterator[int]:
    """Evidence of a month that nothing else is of, as the projection writes it."""
    kept = system.live("reports", "evidence")
    count = ROWS if format == "csv" or os.environ.get("ALL") else ROWS // 10
    for begin in range(0, count, BATCH):
        kept.insert_many(
            (
                {
                    "_id": f"orders:{9 * 10**14 + number:016d}",
                    "heard": {},
                    "type": "shijian.orders.order.placed.v1",
                    "subject": f"ord_{number:030d}",
                    "day": f"{PERIOD}-{number % 28 + 1:02d}",
                    "site": SITE,
                    "counts": {MEASURE: 1},
                    "measures": [MEASURE],
                    "theme": "civility",
                    "modes": ["help"],
                }
                for number in range(begin, min(begin + BATCH, count))
            ),
            ordered=False,
        )
    yield count
    kept.delete_many({"day": {"$gte": f"{PERIOD}-01", "$lte": f"{PERIOD}-31"}})


def most_memory(system: System) -> float:
    """Of the processes that answer for reports, in MB, since they began."""
    group, peaks = os.getpgid(system.process("reports-api").pid), [0.0]
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpgid(int(status.parent.name)) == group:
                found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
                peaks += [int(found[1]) / 1024] if found else []
        except OSError:  # it has ended meanwhile
            continue
    return max(peaks)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_all_rows_go_out_and_little_memory_is_taken(
    system: System, rows: int, format: str, tmp_path: Path
) -> None:
    path = f"/v1/evidence.{format}?measure={MEASURE}&period={PERIOD}&site={SITE}"
    headers = {"Authorization": f"Bearer {system.keys['office']}"}
    file, began = tmp_path / f"rows.{format}", time.monotonic()

    answer = system.http.request(
        "GET",
        f"{system.urls['reports']}{path}",
        headers=headers,
        preload_content=False,
        timeout=600.0,
    )
    assert answer.status == 200
    with file.open("wb") as out:
        for part in answer.stream(1 << 16):
            out.write(part)
    answer.release_conn()

    took, peak = time.monotonic() - began, most_memory(system)
    print(  # noqa: T201
        f"  {rows:,} rows as {format}: {took:.1f} s, {file.stat().st_size / 1e6:.0f} MB,"
        f" at most {peak:.0f} MB of memory"
    )
    assert lines_in(file) == rows + 1
    assert peak < MOST_MEMORY_MB


def lines_in(file: Path) -> int:
    """With the heading."""
    if file.suffix == ".csv":
        with file.open("rb") as lines:
            return sum(1 for _ in lines)
    count, tail = 0, b""
    with zipfile.ZipFile(file) as book, book.open("xl/worksheets/sheet1.xml") as sheet:
        while part := sheet.read(1 << 20):
            count += (tail + part).count(b"<row ")
            tail = part[-4:]
    return count

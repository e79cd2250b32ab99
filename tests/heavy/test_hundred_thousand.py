"""100,000 volunteers come in by HTTP, through the database, and go out again: equal, in bounded
memory, with progress, though the worker is killed on the way. What goes out is read by the `csv`
module and by openpyxl, not by the project's own readers. `VOLUNTEERS=2000` makes it shorter.

It prints times and the most memory that each process had; run it with `-s`.
"""

import csv
import io
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.system import System, form_team, open_site
from tests.unit.persons import STREET, card, consent

VOLUNTEERS = int(os.environ.get("VOLUNTEERS", "100000"))
TEAMS = 16
MOST_MEMORY_MB = 160  # of a process meanwhile, whatever the number of rows
SECONDS = 600.0  # for a request or a step on a busy machine
HEADING = ["姓名", "证件类型", "证件号码", "联系电话", "居住地址", "志愿服务队"]
GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"

pytestmark = pytest.mark.timeout(1200)


class Measured:
    """How long each step took, and the most memory of processes."""

    def __init__(self, system: System) -> None:
        self._system = system

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        took = time.monotonic() - began
        self.say(f"{what}: {took:.1f} s, {VOLUNTEERS / took:,.0f} rows a second")

    def say(self, line: str) -> None:
        print(f"  {line}", flush=True)  # noqa: T201

    def most_memory(self, name: str) -> float:
        """Of a process with the workers it forked, in MB."""
        group = os.getpgid(self._system.process(name).pid)
        peaks = [
            int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
            for status in map(_status, _members(group))
            if "VmHWM" in status
        ]
        return max(peaks)


def _members(group: int) -> Iterator[int]:
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                if os.getpgid(int(each.name)) == group:
                    yield int(each.name)
            except ProcessLookupError:
                continue


def _status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""


def somebody(number: int, teams: list[str]) -> list[str]:
    """Each with another card, telephone, name and address."""
    year, rest = divmod(number, 365 * 900)
    day, sequence = divmod(rest, 900)
    born = f"{1960 + year}{1 + day // 31 % 12:02d}{1 + day % 28:02d}"
    region = f"3207{1 + number // 9000 % 90:02d}"
    name = GIVEN[number % 32] + GIVEN[number // 32 % 32] + GIVEN[number // 1024 % 32]
    return [
        name,
        "居民身份证",
        card(born=born, sequence=sequence, region=region),
        f"199{number:08d}",
        f"{STREET}{number}号",
        teams[number % len(teams)],
    ]


@pytest.fixture(scope="module")
def teams(system: System) -> tuple[str, list[str]]:
    """A site with its teams, by name."""
    site = open_site(system)
    ids = [form_team(system, site) for _ in range(TEAMS)]
    return site, [system.read("volunteers", f"/v1/teams/{each}")["title"] for each in ids]


def send(system: System, site: str, file: bytes) -> str:
    """An import whose file is there: its id."""
    body = {"columns": "own-volunteers", "site": site, "consent": consent()}
    id = system.post("volunteers", "/v1/imports", body).id
    answer = system.http.request(
        "POST",
        f"{system.urls['volunteers']}/v1/imports/{id}/file",
        body=file,
        headers={
            "Authorization": f"Bearer {system.keys['office']}",
            "Content-Type": "application/octet-stream",
        },
        timeout=SECONDS,
    )
    assert answer.status == 200, answer.data[:500]
    return id


def wait_for(system: System, id: str, status: str) -> dict[str, Any]:
    """The import, once it is there. Its progress only grows."""
    seen = -1

    def there() -> dict[str, Any] | None:
        nonlocal seen
        found: dict[str, Any] = system.read("volunteers", f"/v1/imports/{id}")
        done = found["progress"]["applied" if status == "done" else "checked"]
        if found["status"] != status:
            assert done >= seen
            seen = done
            time.sleep(2)  # to ask is work too
            return None
        return found

    found = system.wait_until(there, SECONDS)
    assert found
    return found


def exported(system: System, site: str, format: str) -> io.BytesIO:
    """The whole file, as it came."""
    answer = system.http.request(
        "GET",
        f"{system.urls['volunteers']}/v1/exports?columns=own-volunteers&format={format}&site={site}",
        headers={"Authorization": f"Bearer {system.keys['office']}"},
        timeout=SECONDS,
        preload_content=False,
    )
    assert answer.status == 200
    file = io.BytesIO()
    for part in answer.stream(1 << 20):
        file.write(part)
    file.seek(0)
    return file


def places(heading: list[str]) -> list[int]:
    return [heading.index(each) for each in HEADING]


def all_problems(system: System, id: str) -> dict[int, int]:
    """How many problems each row is listed with, page by page."""
    found: dict[int, int] = {}
    after: int | None = 0
    while after is not None:
        page = system.read("volunteers", f"/v1/imports/{id}/problems?after={after}")
        for each in page["items"]:
            assert "registered already" in each["en"]
            found[each["row"]] = found.get(each["row"], 0) + 1
        after = page["next"]
    return found


def test_a_hundred_thousand_come_in_and_go_out_the_same(
    system: System, teams: tuple[str, list[str]]
) -> None:
    site, titles = teams
    sent = [somebody(number, titles) for number in range(VOLUNTEERS)]
    assert len({row[2] for row in sent}) == len({row[3] for row in sent}) == VOLUNTEERS
    text = io.StringIO()
    csv.writer(text).writerows([HEADING, *sent])
    expected = {row[2]: row for row in sent}
    del sent
    measured = Measured(system)

    with measured.step("the file is received, its rows sealed"):
        id = send(system, site, text.getvalue().encode())
    with measured.step("dry run"):
        assert wait_for(system, id, "checked")["bad"] == 0
    with measured.step("applied, the worker killed on the way"):
        system.post("volunteers", f"/v1/imports/{id}/apply")
        path = f"/v1/imports/{id}"
        system.wait_until(lambda: system.read("volunteers", path)["progress"]["applied"], SECONDS)
        system.kill("volunteers-worker")
        assert system.read("volunteers", path)["status"] == "applying"
        system.start_again("volunteers-worker")
        done = wait_for(system, id, "done")
    assert (done["applied"], done["failed"]) == (VOLUNTEERS, 0)

    with measured.step("exported as CSV"):
        file = exported(system, site, "csv")
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as lines:
        heading, *rows = csv.reader(lines)
    at = places(heading)
    found = {row[at[2]]: [row[place] for place in at] for row in rows}
    assert len(rows) == VOLUNTEERS
    assert found == expected
    del rows, found

    with measured.step("exported as XLSX"):
        file = exported(system, site, "xlsx")
    seen = 0
    book = load_workbook(file, read_only=True)
    table = book.worksheets[0].iter_rows(values_only=True)
    at = places([str(each) for each in next(table)])
    for cells in table:
        row = [str(cells[place]) for place in at]
        assert expected[row[2]] == row
        seen += 1
    assert seen == VOLUNTEERS
    del expected

    with measured.step("the same XLSX is received, its rows sealed"):
        id = send(system, site, file.getvalue())
    with measured.step("its dry run, in which every row is bad"):
        assert wait_for(system, id, "checked")["bad"] == VOLUNTEERS
    assert all_problems(system, id) == dict.fromkeys(range(2, VOLUNTEERS + 2), 1)
    system.post("volunteers", f"/v1/imports/{id}/cancel")

    with measured.step("all is told, and everybody has heard it"):
        system.settle(SECONDS)
    for name in ("volunteers-api", "volunteers-worker", "orders-worker", "reports-worker"):
        peak = measured.most_memory(name)
        measured.say(f"{name}: at most {peak:.0f} MB")
        assert peak < MOST_MEMORY_MB

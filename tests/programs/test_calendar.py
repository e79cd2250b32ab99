"""A calendar program that people use (calcurse), which says what it can't take."""

import os
import re
import subprocess
from pathlib import Path

from shared.web.icalendar_feed import Standing, calendar
from tests.programs.conftest import program
from tests.system import System, announce_activity
from tests.unit.builders import NOW
from tests.unit.test_listing import entry

REPORT = re.compile(r"(\d+) apps? / (\d+) events? / (\d+) todos? / (\d+) skipped")


def imported(content: bytes, folder: Path) -> tuple[int, str]:
    """How many entries it took; its complaint, empty where it has none."""
    for name in ("data", "configuration"):
        (folder / name).mkdir(exist_ok=True)
    file = folder / "feed.ics"
    file.write_bytes(content)
    done = subprocess.run(
        [
            program("calcurse"),
            "-D",
            str(folder / "data"),
            "-C",
            str(folder / "configuration"),
            "-i",
            str(file),
        ],
        capture_output=True,
        env={"HOME": str(folder), "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
        text=True,
        timeout=30,
    )
    report = REPORT.search(done.stdout)
    assert report, done.stdout + done.stderr
    apps, events, todos, skipped = map(int, report.groups())
    complaint = done.stderr if done.returncode or skipped else ""
    return apps + events + todos, complaint


def test_it_imports_every_kind_of_entry(tmp_path: Path) -> None:
    entries = [
        entry(uid=f"{number}@activities.shijian", standing=each, remind_minutes_before=(60, 1440))
        for number, each in enumerate(Standing)
    ]
    assert imported(calendar("XP11 活动", entries, NOW), tmp_path) == (len(entries), "")


def test_it_complains_of_what_is_broken(tmp_path: Path) -> None:
    content = calendar("XP11 活动", [entry()], NOW).replace(b"DTSTART:2", b"DTSTART:x")
    taken, complaint = imported(content, tmp_path)
    assert (taken, bool(complaint)) == (0, True)


def test_it_imports_the_feed_of_a_series(system: System, tmp_path: Path) -> None:
    series = {"code": "calendars", "title": "日历", "title_en": "Calendars", "theme": "culture"}
    system.post("events", "/v1/series", series)
    ids = [
        announce_activity(system, "XP11", title=title, series="calendars")
        for title in ("讲座; 茶话会", "演出, 联欢")
    ]
    system.post("events", f"/v1/activities/{ids[0]}/cancel", {"reason": "台风"})
    system.settle()
    answer = system.get(f"{system.urls['events']}/v1/public/activities.ics?series=calendars")
    assert b"STATUS:CANCELLED" in answer.data
    assert imported(answer.data, tmp_path) == (len(ids), "")

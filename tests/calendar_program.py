"""A calendar program that people use (calcurse), which says what it can't take."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NAME = "calcurse"
REPORT = re.compile(r"(\d+) apps? / (\d+) events? / (\d+) todos? / (\d+) skipped")


def imported(content: bytes, folder: Path) -> tuple[int, str]:
    """How many entries it took; its complaint, empty where it has none. Where the program is
    missing: skipped on a laptop, failed in CI."""
    program = shutil.which(NAME)
    if program is None:
        assert not os.environ.get("CI"), f"{NAME} is missing: apt-get install {NAME}"
        pytest.skip(f"{NAME} is not installed")
    for name in ("data", "configuration"):
        (folder / name).mkdir(exist_ok=True)
    file = folder / "feed.ics"
    file.write_bytes(content)
    done = subprocess.run(
        [program, "-D", str(folder / "data"), "-C", str(folder / "configuration"), "-i", str(file)],
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

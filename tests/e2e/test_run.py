"""`make run` itself: what crashes comes back, and an end leaves nothing running."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.processes import started_in
from deploy.local.stack import ROOT
from tests.parts import need_local_parts


@pytest.fixture
def run_folder(tmp_path: Path) -> Iterator[Path]:
    need_local_parts()
    (tmp_path / "demonstration.txt").write_text("played before\n")
    yield tmp_path
    assert started_in(tmp_path) == [], "something is left running"


def _start(run_folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.local"],
        cwd=ROOT,
        env={**os.environ, "RUN_FOLDER": str(run_folder), "ONCE": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    )
    said = []
    for line in process.stdout or ():
        said.append(line)
        if "serving" in line:
            return process
    raise AssertionError("it ended instead of serving:\n" + "".join(said))


def _pids(run_folder: Path) -> dict[str, int]:
    """The programs that the process manager says are running."""
    conf = run_folder / "supervisord.conf"
    status = subprocess.run(
        [sys.executable, "-m", "supervisor.supervisorctl", "-c", str(conf), "status"],
        capture_output=True,
        text=True,
        check=False,
    )
    return {m[1]: int(m[2]) for m in re.finditer(r"(\S+) +RUNNING +pid (\d+)", status.stdout)}


def _kill_a_worker(run_folder: Path) -> None:
    """Returns when the process manager has brought it back."""
    before = _pids(run_folder)
    assert len(before) == 11
    os.kill(before["services:orders-worker"], signal.SIGKILL)
    deadline = time.monotonic() + 10
    while len(_pids(run_folder)) < 11 or _pids(run_folder) == before:
        assert time.monotonic() < deadline, "the worker did not come back"
        time.sleep(0.2)


@pytest.mark.timeout(300)  # two starts, on a busy machine
def test_what_is_killed_comes_back_and_ctrl_c_leaves_nothing(run_folder: Path) -> None:
    killed = _start(run_folder)
    killed.kill()  # what it had started ends by itself, or is ended by the next start
    killed.wait()
    process = _start(run_folder)
    _kill_a_worker(run_folder)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    assert process.wait(timeout=60) == 0

"""Many vote at once, a third of them try twice, over several processes that are killed meanwhile:
one voice for each voter and round; turnout within a second; the tally at the close; a recount that
gives the same."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import urllib3

from tests.campaigns import Selection, voting
from tests.parts import Parts
from tests.system import SITES, Document, System

VOTERS = 240
TWICE = 0.3  # of the requests come from voters who try again
THREADS = 24
API_PROCESSES = 3
KILLS = 2
TURNOUT_SECONDS = 1.0


@dataclass
class Storm:
    """Votes of a round, and what became of them."""

    selection: Selection
    voters: int
    chosen: dict[str, str] = field(default_factory=dict)  # by voter, as first answered with 200
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0  # connections that broke, and were tried again
    lags: list[float] = field(default_factory=list)  # seconds until turnout has what was answered
    answered: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def requests(self) -> list[tuple[str, str]]:
        """Voter and choice: each voter once, and some again with any choice, in any order."""
        chance = random.Random(self.voters)
        names = [f"{self.selection.voters}-{number}" for number in range(self.voters)]
        again = chance.sample(names, round(self.voters * TWICE / (1 - TWICE)))
        asked = [(name, chance.choice(self.selection.nominees)) for name in names + again]
        chance.shuffle(asked)
        return asked

    def send(self, number: int, voter: str, choice: str) -> None:
        """Until it is answered, with the same key; as any careful client does."""
        while True:
            try:
                answer = self.selection.vote(voter, choice, key=f"{self.selection.id}-{number}")
            except urllib3.exceptions.HTTPError:
                self.lost += 1
                continue
            if answer.status != 503:
                break
        with self.lock:
            self.statuses[answer.status] += 1
            if answer.status == 200:
                self.answered += 1
                assert voter not in self.chosen, "two votes of one voter were answered with 200"
                self.chosen[voter] = choice

    def watch(self, over: threading.Event) -> None:
        """Turnout has, within a second, every vote that was answered."""
        while not over.is_set():
            wanted, since = self.answered, time.monotonic()
            while self.turnout() < wanted:
                assert time.monotonic() - since < 15
            self.lags.append(time.monotonic() - since)

    def turnout(self) -> int:
        try:
            return self.selection.turnout()
        except urllib3.exceptions.HTTPError:
            return -1


def storm(selection: Selection, voters: int, kills: int) -> Storm:
    """All at once, while the worker and one api process after the other are killed."""
    system, over = selection.system, threading.Event()
    found = Storm(selection, voters)
    requests = found.requests()
    with ThreadPoolExecutor(THREADS) as pool, ThreadPoolExecutor(1) as watcher:
        watching = watcher.submit(found.watch, over)
        sent = [pool.submit(found.send, n, *each) for n, each in enumerate(requests)]
        for kill in range(1, kills + 1):
            due = len(requests) * kill // (kills + 1)
            system.wait_until(lambda due=due: sum(found.statuses.values()) >= due, 120)  # type: ignore[misc]
            system.kill("events-worker")
            os.kill(random.choice(children(system.process("events-api").pid)), signal.SIGKILL)
            system.start_again("events-worker")
        for each in sent:
            each.result()
        over.set()
        watching.result()
    return found


def children(pid: int) -> list[int]:
    """Processes that gunicorn has forked."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def close(selection: Selection) -> Document:
    """The round closes; the worker is killed in the middle of its count."""
    system = selection.system
    found = selection.read()
    system.move_clock_to(found["rounds"][found["current"]]["closes_at"])
    boxes = system.database("events")["boxes"]
    box = f"{selection.id}-{found['current'] + 1}"
    system.wait_until(lambda: boxes.find_one({"_id": box, "open": False}), 60)
    system.kill("events-worker")
    system.start_again("events-worker")
    return selection.wait_for("announced", "result-announced", seconds=60)


def violations(found: Storm, round: int, campaign: Document) -> list[str]:
    """What is wrong with a round that is counted."""
    selection = found.selection
    result = campaign["rounds"][round - 1]
    tally = {row["nominee"]: row["marks"] for row in result["standings"]}
    listed = sum(sheet["count"] for sheet in selection.sheets(round))
    recount = selection.system.read("events", f"{selection.path}/recount")["rounds"][round - 1]
    checks = {
        f"{result['voices']} voices of {found.voters} voters": result["voices"] != found.voters,
        f"{listed} ballots on the list": listed != found.voters,
        "the tally is not what was chosen": tally != _tally(found),
        "a recount differs": not recount["agrees"] or recount["standings"] != result["standings"],
        "ballots were spoiled": result["spoiled"] != 0,
    }
    return [text for text, wrong in checks.items() if wrong]


def _tally(found: Storm) -> dict[str, int]:
    chosen = Counter(found.chosen.values())
    return {nominee: chosen[nominee] for nominee in found.selection.nominees}


@pytest.fixture(scope="module")
def crowd(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The events service alone, with several api processes."""
    system = System(parts, tmp_path_factory.mktemp("crowd"), api_workers=API_PROCESSES)
    try:
        system.start(["events"])
        open_sites(system)
        yield system
    finally:
        system.stop()


def open_sites(system: System) -> None:
    for code in SITES:
        body = {"code": code, "level": "station", "title": code, "title_en": code}
        system.post("events", "/v1/sites", body)


def test_one_voice_a_voter_though_many_try_twice_and_processes_are_killed(crowd: System) -> None:
    selection = voting(crowd, ("XP11", "XP11", "XP12"))

    found = storm(selection, VOTERS, KILLS)
    crowd.wait_until(lambda: turnout_told(selection) == VOTERS)
    open_round = selection.read()
    counted = close(selection)

    assert set(found.statuses) == {200, 409}
    assert found.statuses[200] == len(found.chosen) == VOTERS
    assert open_round["rounds"][0]["standings"] == [] and open_round["winners"] == []
    assert violations(found, 1, counted) == []
    assert sorted(found.lags)[len(found.lags) // 2] < TURNOUT_SECONDS


def turnout_told(selection: Selection) -> int:
    """The most that an event has said."""
    told = [
        event["data"]
        for event in selection.system.feed("events", "&type=shijian.events.turnout.counted.v1")
        if event["data"]["campaign"] == selection.id
    ]
    return max((each["voices"] for each in told), default=0)

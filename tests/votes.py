"""Many vote at once, a part of them twice, over several processes that are killed meanwhile."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from tests.campaigns import Selection
from tests.system import Document, System

TWICE = 0.3  # of the requests come from voters who try again
THREADS = 24
NEAR_SECONDS = 5.0  # after a kill, within which a look at turnout counts as around it
HEAR_SECONDS = 0.1
TURNOUT = "&type=shijian.events.turnout.counted.v1"
LOOK_SECONDS = 15.0  # longest wait for a turnout, before the test gives up


@dataclass
class Poll:
    """Votes of one round, and what became of them."""

    selection: Selection
    voters: Sequence[str]
    chosen: dict[str, str] = field(default_factory=dict)  # by voter, as first answered with 200
    sent: int = 0  # requests under way or answered
    answered: list[float] = field(default_factory=list)  # when each of them was, with 200
    told: list[tuple[float, int]] = field(default_factory=list)  # when an event said how many

    @property
    def most(self) -> int:
        """No turnout may be above it: each voter has one voice."""
        return min(self.sent, len(self.voters))


@dataclass
class Storm:
    """Votes of several rounds, all at once."""

    polls: list[Poll]
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0  # connections that broke, and were tried again
    lags: list[float] = field(default_factory=list)
    """Seconds from the answer to a vote until a turnout that is asked for has it."""
    lags_near: list[float] = field(default_factory=list)  # of them, around a kill
    killed_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def system(self) -> System:
        return self.polls[0].selection.system

    def requests(self) -> list[tuple[Poll, str, str]]:
        """Poll, voter, choice: each voter once a round, and some again with any choice, in any
        order."""
        chance = random.Random(len(self.polls))
        firsts = [(poll, voter) for poll in self.polls for voter in poll.voters]
        again = chance.sample(firsts, round(len(firsts) * TWICE / (1 - TWICE)))
        asked = [
            (poll, voter, chance.choice(poll.selection.nominees)) for poll, voter in firsts + again
        ]
        chance.shuffle(asked)
        return asked

    def send(self, number: int, poll: Poll, voter: str, choice: str) -> None:
        """Until it is answered, with the same key; as any careful client does."""
        with self.lock:
            poll.sent += 1
        while True:
            try:
                answer = poll.selection.vote(voter, choice, key=f"{poll.selection.id}-{number}")
            except urllib3.exceptions.HTTPError:
                with self.lock:
                    self.lost += 1
                continue
            if answer.status != 503:
                break
        with self.lock:
            self.statuses[answer.status] += 1
            if answer.status == 200:
                assert voter not in poll.chosen, "two votes of one voter were answered with 200"
                poll.chosen[voter] = choice
                poll.answered.append(time.monotonic())

    def watch(self, over: threading.Event) -> None:
        """How long until turnout has every vote that was answered; it never has more than came."""
        while not over.is_set():
            for poll in self.polls:
                self._look(poll)

    def _look(self, poll: Poll) -> None:
        wanted, since = len(poll.answered), time.monotonic()
        while self._turnout(poll) < wanted:
            assert time.monotonic() - since < LOOK_SECONDS
        lag = time.monotonic() - since
        self.lags.append(lag)
        if since - self.killed_at < NEAR_SECONDS:
            self.lags_near.append(lag)

    def listen(self, over: threading.Event) -> None:
        """When the events of the service's feed have said how many."""
        polls = {each.selection.id: each for each in self.polls}
        after = self.system.head("events")
        while not over.wait(HEAR_SECONDS):
            try:
                page = self.system.read("events", f"/v1/feed?after={after}&limit=1000{TURNOUT}")
            except urllib3.exceptions.HTTPError:
                continue
            after = page["next"]
            for event in page["events"]:
                poll = polls[event["data"]["campaign"]]
                poll.told.append((time.monotonic(), event["data"]["voices"]))

    def told_lags(self) -> list[float]:
        """Seconds from the answer to each vote until an event has told of it."""
        return [
            max(0.0, min(at for at, voices in poll.told if voices > number) - answered)
            for poll in self.polls
            for number, answered in enumerate(sorted(poll.answered))
            if any(voices > number for _, voices in poll.told)
        ]

    def _turnout(self, poll: Poll) -> int:
        try:
            found = poll.selection.turnout()
        except urllib3.exceptions.HTTPError:
            return -1
        with self.lock:
            most = poll.most
        assert found <= most, f"a turnout of {found}, of at most {most}"
        return found

    def kill(self) -> None:
        """The worker, and one of the api processes that gunicorn has forked."""
        self.killed_at = time.monotonic()
        self.system.kill("events-worker")
        os.kill(random.choice(children(self.system.process("events-api").pid)), signal.SIGKILL)
        self.system.start_again("events-worker")


def rage(selections: Sequence[Selection], voters: Sequence[str], kills: int) -> Storm:
    """Everybody votes in every round at once, while processes are killed again and again."""
    over = threading.Event()
    found = Storm([Poll(each, voters) for each in selections])
    requests = found.requests()
    with ThreadPoolExecutor(THREADS) as pool, ThreadPoolExecutor(2) as watchers:
        watching = [watchers.submit(each, over) for each in (found.watch, found.listen)]
        sent = [pool.submit(found.send, n, *each) for n, each in enumerate(requests)]
        for kill in range(1, kills + 1):
            due = len(requests) * kill // (kills + 1)
            found.system.wait_until(lambda due=due: sum(found.statuses.values()) >= due, 120)  # type: ignore[misc]
            found.kill()
        for each in sent:
            each.result()
        over.set()
        for watcher in watching:
            watcher.result()
    return found


def summary(lags: Sequence[float]) -> str:
    """For a log."""
    ordered = sorted(lags) or [0.0]
    middle, high = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    return f"median {middle:.3f} s, p99 {high:.3f} s, max {ordered[-1]:.3f} s of {len(lags)}"


def children(pid: int) -> list[int]:
    """Processes that gunicorn has forked."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def violations(poll: Poll, campaign: Document, round: int = 1) -> list[str]:
    """What is wrong with a round that is counted."""
    selection, voters = poll.selection, len(poll.voters)
    result = campaign["rounds"][round - 1]
    tally = {row["nominee"]: row["marks"] for row in result["standings"]}
    chosen = Counter(poll.chosen.values())
    listed = sum(sheet["count"] for sheet in selection.sheets(round))
    recount = selection.system.read("events", f"{selection.path}/recount")["rounds"][round - 1]
    checks = {
        f"{len(poll.chosen)} of {voters} voters were answered": len(poll.chosen) != voters,
        f"{result['voices']} voices of {voters} voters": result["voices"] != voters,
        f"{listed} ballots on the list": listed != voters,
        "the tally is not what was chosen": tally != {n: chosen[n] for n in selection.nominees},
        "a recount differs": not recount["agrees"] or recount["standings"] != result["standings"],
        "ballots were spoiled": result["spoiled"] != 0,
    }
    return [text for text, wrong in checks.items() if wrong]


def turnout_told(selection: Selection) -> int:
    """The most that an event has said."""
    told = [
        event["data"]
        for event in selection.system.feed("events", TURNOUT)
        if event["data"]["campaign"] == selection.id
    ]
    return max((each["voices"] for each in told), default=0)

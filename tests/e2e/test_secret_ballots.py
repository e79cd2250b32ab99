"""Nothing that is kept, logged, told or answered links a voter to a choice; planted links do.

See `tests/linking.py` for what the attacker tries.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from bson import Timestamp
from pymongo import MongoClient
from pymongo.database import Database

from tests.campaigns import Selection, voting
from tests.linking import Traces, Vote, links
from tests.system import Answer, Document, System

VOTERS = 48


@dataclass
class Voted:
    """A round in which everybody has voted, one after the other, and what is left of it."""

    selection: Selection
    since: Timestamp  # of the oplog
    votes: list[Vote] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def database(self) -> Database[Document]:
        return self.selection.system.database("events")

    def traces(self) -> Traces:
        """All of it: databases, oplog, logs, events, answers; each in its order."""
        found = self.stored(self.database.list_collection_names())
        system = self.selection.system
        self.log(found, "events-api", "events-worker")
        for event in system.feed("events"):
            found.add("feed", event)
        for answer in self.answers:
            found.add("answers", answer.json | {"headers": dict(answer.headers)})
        return found

    def stored(self, names: Iterable[str]) -> Traces:
        """Collections in the order of insertion, and what MongoDB has written of them."""
        found = Traces()
        for name in names:
            for row in self.database[name].find().sort("$natural", 1):
                found.add(name, row)
        for entry in oplog(self.selection.system, self.since):
            found.add("oplog", entry)
        return found

    def log(self, found: Traces, *processes: str) -> Traces:
        """The lines of processes."""
        for process in processes:
            for line in self.selection.system.log_of(process).splitlines():
                found.add(process, json.loads(line) if line.startswith("{") else line)
        return found

    def links(self, traces: Traces | None = None) -> list[str]:
        return links(self.votes, self.selection.nominees, traces or self.traces())


def oplog(system: System, since: Timestamp) -> Iterator[Document]:
    """What MongoDB's own log holds of the events service's database."""
    with MongoClient[Document](system.parts.mongo_url, tz_aware=True) as client:
        namespaces = {"$regex": f"^{system.prefix}_events\\."}
        either = [{"ns": namespaces}, {"o.applyOps.ns": namespaces}]
        query = {"ts": {"$gt": since}, "$or": either}
        yield from client["local"]["oplog.rs"].find(query).sort("$natural", 1)


def oplog_now(system: System) -> Timestamp:
    with MongoClient[Document](system.parts.mongo_url) as client:
        newest = client["local"]["oplog.rs"].find_one(sort=[("$natural", -1)])
        assert newest
        return Timestamp(newest["ts"].time, newest["ts"].inc)


@pytest.fixture(scope="module")
def voted(system: System) -> Voted:
    """The round is still open; the answers are in the order of the votes."""
    chance = random.Random(7)
    selection = voting(system, ("XP11", "XP11", "XP12"))
    voted = Voted(selection, oplog_now(system))
    for number in range(VOTERS):
        voter, choice = f"{selection.voters}-{number}", chance.choice(selection.nominees)
        answer = selection.vote(voter, choice, key=f"vote-{number}").ok()
        voted.votes.append(Vote(voter, choice, answer.id))
        voted.answers.append(answer)
    route = '"route":"/v1/campaigns/<id>/votes"'
    system.wait_until(lambda: system.log_of("events-api").count(route) >= VOTERS)
    return voted


def test_nothing_links_a_voter_to_a_choice_before_the_close_or_after(voted: Voted) -> None:
    open_round = voted.traces()
    assert voted.links(open_round) == []
    seen = {name: len(records) for name, records in open_round.streams.items()}
    assert seen["voices"] >= VOTERS and seen["oplog"] >= VOTERS and seen["answers"] == VOTERS
    logged = [str(each.get("route", "")) for each in open_round.streams["events-api"]]
    assert sum(route.endswith("/votes") for route in logged) >= VOTERS

    counted = voted.selection.close_round()
    voted.selection.system.settle()
    voted.selection.system.wait_until(
        lambda: voted.database["boxes"].find_one({"private": {"$exists": True}}) is None
    )
    assert counted["rounds"][0]["voices"] == VOTERS
    assert voted.links() == []


def test_while_a_round_is_open_nobody_is_told_how_it_stands(system: System) -> None:
    selection = voting(system)
    for number in range(5):
        selection.vote(f"{selection.voters}-{number}", selection.nominees[0]).ok()
    system.wait_until(lambda: selection.turnout() == 5)

    assert selection.read()["rounds"][0]["standings"] == []
    assert selection.sheets() == []
    assert system.read("events", f"{selection.path}/recount")["rounds"] == []
    for event in system.feed("events"):
        if event["data"].get("campaign") == selection.id:
            assert not event["type"].startswith(
                ("shijian.events.ballots", "shijian.events.campaign.round-counted")
            )
    system.post("events", f"{selection.path}/cancel", {"reason": "改期"})
    box = {"_id": f"{selection.id}-1"}
    boxes = system.database("events")["boxes"]
    system.wait_until(lambda: "private" not in (boxes.find_one(box) or {}))
    assert system.database("events")["voices"].count_documents({"box": box["_id"]}) == 0


# ---- planted links ----


def _fingerprint(vote: Vote) -> str:
    body = {"voter": vote.voter, "site": "XP11", "choices": [vote.choice]}
    return sha256(json.dumps(body, separators=(",", ":")).encode()).hexdigest()[:32]


def _beside(voted: Voted) -> None:
    vote = voted.votes[0]
    voted.database["planted"].insert_one({"voter": vote.voter, "choice": vote.choice})


def _fingerprints(voted: Voted) -> None:
    rows = [{"fingerprint": _fingerprint(vote)} for vote in voted.votes[:1]]
    voted.database["planted"].insert_many(rows)


def _in_order(voted: Voted) -> None:
    """Ballots under random ids, in the order in which they came."""
    voted.database["planted"].insert_many([{"choice": vote.choice} for vote in voted.votes])


def _alike(voted: Voted) -> None:
    """Equal ballots that look alike, beside the voter's mark."""
    sealed = {each: sha256(each.encode()).digest()[:12] for each in voted.selection.nominees}
    voted.database["planted"].insert_many(
        [{"voice": vote.voice, "sealed": sealed[vote.choice]} for vote in voted.votes]
    )


def _by_length(voted: Voted) -> None:
    lengths = {each: 10 + number for number, each in enumerate(voted.selection.nominees)}
    voted.database["planted"].insert_many(
        [
            {"voice": vote.voice, "sealed": random.randbytes(lengths[vote.choice])}
            for vote in voted.votes
        ]
    )


def _in_a_transaction(voted: Voted) -> None:
    """Mark and ballot in two collections, together: what is not linked in them is in the oplog."""
    client = voted.database.client
    vote = voted.votes[0]
    for name in ("planted", "planted_marks"):
        voted.database.create_collection(name)
    with client.start_session() as session, session.start_transaction():
        voted.database["planted_marks"].insert_one({"voter": vote.voter}, session=session)
        voted.database["planted"].insert_one({"choice": vote.choice}, session=session)
    voted.database["planted"].drop()  # and the ballot is gone, but not from there


def _logged(voted: Voted) -> None:
    system = voted.selection.system
    line = {"at": datetime.now(UTC).isoformat(), "route": "/v1/campaigns/<id>/votes", "logger": "x"}
    with (system.folder / "events-api.log").open("a") as log:
        for vote in voted.votes:
            log.write(json.dumps(line | {"choice": vote.choice}) + "\n")


@pytest.mark.parametrize(
    ("plant", "where"),
    [
        (_beside, "planted[0]: a voter beside"),
        (_beside, "oplog["),
        (_fingerprints, "planted[0]: a fingerprint"),
        (_in_order, "goes with the choice, by order"),
        (_alike, "the content of sealed goes with the choice, by voter"),
        (_by_length, "the length of sealed goes with the choice, by voter"),
        (_in_a_transaction, "a voter beside"),
        (_logged, "events-api("),
    ],
)
def test_a_planted_link_is_found(voted: Voted, plant: Callable[[Voted], None], where: str) -> None:
    plant(voted)
    try:
        traces = voted.log(voted.stored(["planted", "planted_marks"]), "events-api")
        found = voted.links(traces)
        assert any(where in each for each in found), found[:5]
    finally:
        for name in ("planted", "planted_marks"):
            voted.database[name].drop()
        voted.since = oplog_now(voted.selection.system)
        _unlog(voted.selection.system)


def _unlog(system: System) -> None:
    """Planted lines only; what the processes write goes to the end of the file."""
    path = system.folder / "events-api.log"
    kept = [line for line in path.read_text().splitlines() if '"logger": "x"' not in line]
    path.write_text("".join(f"{line}\n" for line in kept))


@pytest.mark.parametrize("stream", ["feed", "answers"])
def test_a_link_planted_in_events_or_answers_is_found(voted: Voted, stream: str) -> None:
    traces = Traces()
    for vote in voted.votes:
        traces.add(f"planted {stream}", {"type": "x", "status": "voted", "hint": vote.choice[-3:]})
    assert any(f"planted {stream}" in each for each in voted.links(traces))

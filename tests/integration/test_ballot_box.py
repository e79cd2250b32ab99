"""The ballot box on the real MongoDB: one voice, an exact close, no way back from a burnt box."""

import secrets
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from services.events import ballot_box
from services.events.ballot_box import VOICES, BallotBoxes, Marks
from shared.clock import SystemClock
from shared.errors import Conflict
from shared.storage import master_keys, vault
from shared.storage.mongo import Db, prepare
from shared.storage.vault import Reading, Vault
from tests.integration.rig import Judge, Rig, protected, soon

BOX = "cmp_one1111-1"
ANN: Marks = (1, 0)
BOB: Marks = (0, 1)
ROUND = ["round/1"]
COUNT = Reading(client="t", person="", operation="count", subject=BOX, fields=(), purpose="count")


class Unguarded(BallotBoxes):
    """Control: a voice is kept under any id."""

    def cast(self, id: str, voter: str, *rest: Any) -> str:
        return super().cast(id, f"{voter}-{secrets.token_hex(4)}", *rest)


class Trusting(BallotBoxes):
    """Control: does not look whether the box was closed meanwhile."""

    def _require_counted(self, id: str, voice: str) -> None:
        return


class Hall:
    """A box that many processes use: each `door` has a client of its own."""

    def __init__(self, rig: Rig, folder: Path, kind: type[BallotBoxes] = BallotBoxes) -> None:
        self.rig, self.kind = rig, kind
        self.database = rig.database()
        self.keys = folder / "master-keys"
        master_keys.add(self.keys)
        prepare(self.database, [*ballot_box.INDEXES, *vault.INDEXES])
        self.box = self.door(self.database)
        self.box.set_up(BOX)

    def door(self, database: Db | None = None) -> BallotBoxes:
        mine = database if database is not None else self.rig.open(self.database.name)
        keeper = Vault(mine, self.keys, SystemClock())
        return self.kind(
            mine, "secret", keeper.seal, lambda box, sealed: keeper.open(sealed, COUNT)
        )

    def count(self) -> ballot_box.Contents:
        self.box.close(BOX)
        return self.box.open_envelopes(BOX, lambda marks: marks in (ANN, BOB))


def cast(
    door: BallotBoxes, voter: str, marks: Marks = ANN, key: str = "", slots: Sequence[str] = ROUND
) -> bool:
    """Whether it was taken."""
    try:
        door.cast(BOX, voter, slots, "XP11", key, marks)
    except Conflict:
        return False
    return True


# ---- one voice ----


@protected(BallotBoxes, (Unguarded, "8 voices"))
def test_a_voter_who_votes_at_the_same_moment_through_many_processes_has_one_voice(
    rig: Rig, tmp_path: Path, part: type[BallotBoxes], judge: Judge
) -> None:
    hall = Hall(rig, tmp_path, part)
    doors = [hall.door() for _ in range(8)]
    together = threading.Barrier(len(doors))

    def vote(number: int) -> bool:
        together.wait()
        return cast(doors[number], "R-000001", key=f"device-{number}")

    with ThreadPoolExecutor(len(doors)) as pool:
        taken = sum(pool.map(vote, range(len(doors))))
    contents = hall.count()
    found = [] if contents.voices == 1 else [f"{contents.voices} voices of one voter"]
    judge(found)
    if not found:
        assert taken == 1 and contents.ballots == {ANN: 1}


def test_a_request_that_comes_again_is_answered_again_and_counts_once(
    rig: Rig, tmp_path: Path
) -> None:
    hall = Hall(rig, tmp_path)
    first = hall.box.cast(BOX, "R-000001", ROUND, "XP11", "key", ANN)
    assert hall.door().cast(BOX, "R-000001", ROUND, "XP11", "key", BOB) == first
    assert not cast(hall.box, "r-000001", key="another")
    assert hall.count().ballots == {ANN: 1}


def test_a_voter_has_as_many_ballots_as_slots(rig: Rig, tmp_path: Path) -> None:
    hall = Hall(rig, tmp_path)
    slots = ["2026-10-21/1", "2026-10-21/2"]
    taken = [cast(hall.box, "R-000001", BOB, f"k{n}", slots) for n in range(3)]
    again = [cast(hall.box, "R-000001", BOB, f"k{n}", slots) for n in range(2)]
    assert (taken, again) == ([True, True, False], [True, True])
    assert hall.count().ballots == {BOB: 2}


# ---- the close ----


@protected(BallotBoxes, (Trusting, "answered and not counted"))
def test_a_vote_that_comes_after_the_close_is_refused_and_leaves_nothing(
    rig: Rig, tmp_path: Path, part: type[BallotBoxes], judge: Judge
) -> None:
    hall = Hall(rig, tmp_path, part)
    late = hall.door()
    assert cast(late, "R-000001")
    hall.box.close(BOX)
    answered = 1 + cast(late, "R-000002")  # as if it had been held up since it saw an open round
    contents = hall.count()
    judge([] if contents.voices == answered else [f"{answered} answered and not counted"])
    assert hall.box.voices(BOX) == 1


def test_whatever_was_answered_before_a_close_in_full_flight_is_counted_and_nothing_else(
    rig: Rig, tmp_path: Path
) -> None:
    hall = Hall(rig, tmp_path)
    doors = [hall.door() for _ in range(6)]
    answered: list[str] = []
    closed = threading.Event()

    def vote(number: int) -> None:
        for round in range(400):
            voter = f"R-{number}-{round:04}"
            if cast(doors[number], voter):
                answered.append(voter)
            elif closed.is_set():
                return

    with ThreadPoolExecutor(len(doors)) as pool:
        voting = [pool.submit(vote, number) for number in range(len(doors))]
        assert soon(lambda: len(answered) >= 60)
        hall.box.close(BOX)
        closed.set()
        for each in voting:
            each.result()
    contents = hall.count()
    assert contents.voices == sum(contents.ballots.values()) == len(answered)
    assert hall.database[VOICES].count_documents({}) == len(answered)  # late ones left nothing


def test_a_process_that_dies_after_the_insert_leaves_a_vote_that_counts_or_one_that_does_not_exist(
    rig: Rig, tmp_path: Path
) -> None:
    hall = Hall(rig, tmp_path)
    dying = Trusting(hall.database, "secret", str, lambda box, sealed: sealed)  # never answers
    cast(dying, "R-000001", ANN, "one")
    hall.box.close(BOX)
    cast(dying, "R-000002", ANN, "two")

    assert cast(hall.box, "R-000001", ANN, "one")  # asked again: it was in the box at the close
    assert not cast(hall.box, "R-000002", ANN, "two")
    assert hall.count().ballots == {ANN: 1}
    assert hall.database[VOICES].count_documents({}) == 1


def test_a_count_that_is_begun_twice_finds_the_same(rig: Rig, tmp_path: Path) -> None:
    hall = Hall(rig, tmp_path)
    for number in range(20):
        cast(hall.box, f"R-{number:06}", (ANN, BOB)[number % 3 == 0])
    assert hall.count() == hall.count()
    assert hall.count().ballots == {ANN: 13, BOB: 7}


def test_an_envelope_that_was_tampered_with_is_spoiled_and_holds_up_nothing(
    rig: Rig, tmp_path: Path
) -> None:
    hall = Hall(rig, tmp_path)
    voice = hall.box.cast(BOX, "R-000001", ROUND, "XP11", "", ANN)
    hall.box.cast(BOX, "R-000002", ROUND, "XP11", "", BOB)
    cast(hall.box, "R-000003", (7, 7))
    envelope = hall.database[VOICES].find_one({"_id": voice})
    assert envelope
    broken = envelope["sealed"][:-1] + bytes([envelope["sealed"][-1] ^ 1])
    hall.database[VOICES].update_one({"_id": voice}, {"$set": {"sealed": broken}})
    contents = hall.count()
    assert (contents.voices, contents.spoiled, contents.ballots) == (3, 2, {BOB: 1})


# ---- after the count ----


def test_a_burnt_box_keeps_that_somebody_has_voted_and_nothing_that_could_be_opened(
    rig: Rig, tmp_path: Path
) -> None:
    hall = Hall(rig, tmp_path)
    cast(hall.box, "R-000001")
    assert hall.count().ballots == {ANN: 1}
    assert hall.box.unburnt() == [BOX]
    for _ in range(2):
        hall.box.burn(BOX)
    assert hall.box.unburnt() == []
    assert hall.box.voices(BOX) == 1
    assert hall.database[VOICES].find_one({"sealed": {"$exists": True}}) is None
    with pytest.raises(Conflict, match="burnt"):
        hall.count()


def test_turnout_is_the_number_of_voices_by_site(rig: Rig, tmp_path: Path) -> None:
    hall = Hall(rig, tmp_path)
    for number in range(7):
        hall.box.cast(BOX, f"R-{number:06}", ROUND, f"XP1{number % 2}", "", ANN)
    assert hall.door().turnout(BOX) == {"XP10": 4, "XP11": 3}


def test_turnout_leaves_out_a_late_vote_whose_process_died(rig: Rig, tmp_path: Path) -> None:
    hall = Hall(rig, tmp_path)
    dying = Trusting(hall.database, "secret", str, lambda box, sealed: sealed)  # never answers
    cast(dying, "R-000001")
    hall.box.close(BOX)
    cast(dying, "R-000002")
    assert hall.database[VOICES].count_documents({}) == 2
    assert hall.door().turnout(BOX) == {"XP11": 1}


def test_turnout_never_looks_at_a_ballot(rig: Rig, tmp_path: Path) -> None:
    hall = Hall(rig, tmp_path)
    cast(hall.box, "R-000001")
    pipeline = [{"$match": {"box": BOX}}, {"$group": {"_id": "$site", "voices": {"$sum": 1}}}]
    plan = hall.database.command(
        "explain",
        {"aggregate": VOICES, "pipeline": pipeline, "cursor": {}, "hint": {"box": 1, "site": 1}},
        verbosity="executionStats",
    )
    assert _sum_of(plan, "totalDocsExamined") == 0


def _sum_of(plan: Any, name: str) -> int:
    if isinstance(plan, dict):
        return sum(v if k == name else _sum_of(v, name) for k, v in plan.items())
    return sum(_sum_of(each, name) for each in plan) if isinstance(plan, list) else 0

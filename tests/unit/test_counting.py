"""Counting: who goes on, ties, juries, weights, limits; and that a recount can't differ."""

import json
import random
from collections import Counter
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.model.commands.campaign import RoundRules, Ties
from services.events.model.counting import FULL, Marks, Places, ballot_list, count, digest_of, valid
from tests.unit.selecting import ANN, BOB, CAI, DAN, SITES, round_rules

ALL = [ANN, BOB, CAI, DAN]


def of(**facts: Any) -> RoundRules:
    return RoundRules.model_validate(round_rules(**facts))


def places(number: int = 2, ties: Ties = Ties.LOT, **facts: Any) -> Places:
    return Places(places=number, ties=ties, sites=SITES, **facts)


def single(*votes: int) -> dict[Marks, int]:
    """Ballots with one choice: so many for each candidate."""
    return {
        tuple(int(place == chosen) for place in range(len(votes))): number
        for chosen, number in enumerate(votes)
        if number
    }


def winners(ballots: dict[Marks, int], at: Places, **facts: Any) -> list[str]:
    before = facts.pop("before", {})
    rows = count(of(**facts), ALL, ballot_list(ballots), before, at)
    return sorted(row.nominee for row in rows if row.goes_on)


def test_the_most_votes_win_and_the_score_is_the_share_of_the_best() -> None:
    rows = count(of(), ALL, ballot_list(single(10, 40, 0, 20)), {}, places())

    assert [(r.nominee, r.marks, r.score) for r in rows[:3]] == [
        (BOB, 40, FULL),
        (DAN, 20, FULL // 2),
        (ANN, 10, FULL // 4),
    ]
    assert [r.goes_on for r in rows] == [True, True, False, False]


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        (Ties.ALL, [ANN, BOB, CAI]),
        (Ties.NONE, [ANN]),
        (Ties.STANDING, [ANN, CAI]),
    ],
)
def test_equals_at_the_last_place(ties: Ties, expected: list[str]) -> None:
    ballots = single(5, 3, 3, 1)
    assert winners(ballots, places(2, ties), before={BOB: 10, CAI: 20}) == expected


def test_a_lot_is_drawn_from_the_ballots_and_anybody_can_draw_it_again() -> None:
    ballots = single(5, 3, 3, 1)
    seed = digest_of(ALL, ballot_list(ballots))
    lots = {each: sha256(f"{seed}:{each}".encode()).hexdigest() for each in (BOB, CAI)}

    assert winners(ballots, places(2, Ties.LOT)) == sorted([ANN, min(lots, key=lots.__getitem__)])


def test_a_lot_does_not_always_fall_to_the_same() -> None:
    drawn = {tuple(winners(single(100 + n, 3, 3, 1), places(2))) for n in range(30)}
    assert drawn == {(ANN, BOB), (ANN, CAI)}


def test_nobody_goes_on_without_any_mark() -> None:
    assert winners(single(3, 0, 0, 0), places(2)) == [ANN]


def test_a_community_gets_no_more_places_than_the_rules_allow() -> None:
    assert winners(single(9, 8, 2, 1), places(2, per_site=1)) == [ANN, CAI]


def test_who_is_struck_makes_place_for_the_next() -> None:
    assert winners(single(9, 8, 2, 1), places(2, struck=[ANN])) == [BOB, CAI]


def test_a_jurys_score_is_the_mean_and_can_leave_out_the_highest_and_lowest() -> None:
    sheets = ballot_list({(90, 10, 0, 0): 1, (80, 10, 0, 0): 2, (0, 10, 0, 0): 1})
    plain = count(of(kind="jury"), ALL, sheets, {}, places())
    trimmed = count(of(kind="jury", trim=True), ALL, sheets, {}, places())

    assert [(r.nominee, r.marks, r.score) for r in plain[:2]] == [
        (ANN, 250, 62_500),
        (BOB, 40, 10_000),
    ]
    assert (trimmed[0].marks, trimmed[0].score) == (160, 80_000)


def test_a_round_can_carry_what_was_reached_before() -> None:
    rules = of(kind="jury", carries=40)
    sheets = ballot_list({(50, 100, 0, 0): 3})
    rows = count(rules, ALL, sheets, {ANN: FULL, BOB: 10_000}, places())

    standing = {row.nominee: row.standing for row in rows}
    assert standing[ANN] == (50_000 * 60 + FULL * 40) // 100 == 70_000
    assert standing[BOB] == (FULL * 60 + 10_000 * 40) // 100 == 64_000


@pytest.mark.parametrize(
    ("facts", "marks", "good"),
    [
        ({}, (0, 1, 0, 0), True),
        ({}, (0, 0, 0, 0), False),
        ({}, (1, 1, 0, 0), False),
        ({}, (0, 2, 0, 0), False),
        ({}, (0, 1, 0), False),
        ({}, (), False),
        ({"choices": 3, "least_choices": 2}, (1, 1, 0, 0), True),
        ({"choices": 3, "least_choices": 2}, (1, 0, 0, 0), False),
        ({"choices": 3, "least_choices": 2}, (1, 1, 1, 1), False),
        ({"kind": "jury"}, (0, 100, 55, 1), True),
        ({"kind": "jury"}, (0, 101, 55, 1), False),
    ],
)
def test_which_ballots_are_ones_by_the_rules(
    facts: dict[str, Any], marks: Marks, good: bool
) -> None:
    assert valid(of(**facts), 4, marks) is good


def test_the_digest_can_be_made_without_this_program() -> None:
    sheets = ballot_list({(0, 1): 7, (1, 0): 2})
    text = json.dumps([["a", "b"], [[[0, 1], 7], [[1, 0], 2]]], separators=(",", ":"))
    assert digest_of(["a", "b"], sheets) == sha256(text.encode()).hexdigest()


one_ballot = st.integers(0, 3).map(lambda chosen: tuple(int(n == chosen) for n in range(4)))
PLACES = st.builds(
    places,
    st.integers(1, 4),
    st.sampled_from(Ties),
    per_site=st.none() | st.integers(1, 2),
    struck=st.lists(st.sampled_from(ALL), unique=True, max_size=2),
)


@given(ballots=st.lists(one_ballot, max_size=40), at=PLACES, seed=st.integers())
def test_the_order_in_which_ballots_came_can_not_be_seen_and_changes_nothing(
    ballots: list[Marks], at: Places, seed: int
) -> None:
    other = list(ballots)
    random.Random(seed).shuffle(other)
    lists = [ballot_list(Counter(each)) for each in (ballots, other)]

    assert lists[0] == lists[1]
    assert count(of(), ALL, lists[0], {}, at) == count(of(), ALL, lists[1], {}, at)


@given(ballots=st.lists(one_ballot, max_size=40), at=PLACES)
def test_places_are_never_exceeded_but_by_equals_and_nobody_is_passed_over(
    ballots: list[Marks], at: Places
) -> None:
    rows = count(of(), ALL, ballot_list(Counter(ballots)), {}, at)
    chosen = [row for row in rows if row.goes_on]
    least = min((row.standing for row in chosen), default=0)
    above = [row for row in chosen if row.standing > least]

    assert len(above) < at.places
    assert at.ties is Ties.ALL or len(chosen) <= at.places
    assert not {row.nominee for row in chosen} & set(at.struck)
    held = Counter(SITES[row.nominee] for row in chosen)
    assert at.per_site is None or all(number <= at.per_site for number in held.values())
    for row in rows:
        free = at.per_site is None or held[SITES[row.nominee]] < at.per_site
        if not row.goes_on and free and row.nominee not in at.struck and chosen:
            assert row.standing <= least

"""Counting (计票): from a round's ballot list to who goes on. Pure, in whole numbers, without time:
whoever has the list, the rules and the standings before gets the same result to the last digit."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from services.events.model.commands.campaign import RoundRules, Ties
from shared.contracts.events import BallotSheet, RoundKind, Standing

FULL = 100_000  # thousandths of a point: the best of a public round, or 100 points of a jury
MOST_POINTS = 100
TRIMMED_FROM = 3  # sheets of a jury; with fewer nothing can be left out

Marks = tuple[int, ...]
"""A ballot: 0 or 1, or points, in the order of the round's candidates."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """How many go on, and what limits them."""

    places: int
    ties: Ties
    sites: Mapping[str, str]  # community of each nominee
    per_site: int | None = None
    struck: Collection[str] = ()  # who can't go on


def valid(rules: RoundRules, candidates: int, marks: Marks) -> bool:
    """Whether a ballot is one by the rules of its round."""
    if len(marks) != candidates:
        return False
    if rules.kind is RoundKind.JURY:
        return all(0 <= each <= MOST_POINTS for each in marks)
    return set(marks) <= {0, 1} and rules.least_choices <= sum(marks) <= rules.choices


def ballot_list(ballots: Mapping[Marks, int]) -> list[BallotSheet]:
    """Equal ballots as one sheet with their number, in the order of their content."""
    return [BallotSheet(marks=list(marks), count=ballots[marks]) for marks in sorted(ballots)]


def digest_of(candidates: Sequence[str], sheets: Sequence[BallotSheet]) -> str:
    """SHA-256 of the ballot list, as JSON without blanks: `[candidates, [[marks, count], …]]`."""
    content = [list(candidates), [[each.marks, each.count] for each in sheets]]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def count(
    rules: RoundRules,
    candidates: Sequence[str],
    sheets: Sequence[BallotSheet],
    before: Mapping[str, int],
    places: Places,
) -> list[Standing]:
    """The round's result, the best first; equals in the order of the lot."""
    scores = (
        _jury(rules, len(candidates), sheets)
        if rules.kind is RoundKind.JURY
        else _public(candidates, sheets)
    )
    seed = digest_of(candidates, sheets)
    rows = []
    for nominee, (marks, score) in zip(candidates, scores, strict=True):
        carried = before.get(nominee, 0) * rules.carries
        standing = (score * (100 - rules.carries) + carried) // 100
        rows.append(
            Standing(nominee=nominee, marks=marks, score=score, standing=standing, goes_on=False)
        )
    rows.sort(key=lambda row: (-row.standing, _lot(seed, row.nominee)))
    chosen = set(choose(rows, before, places, seed))
    return [row.model_copy(update={"goes_on": row.nominee in chosen}) for row in rows]


def choose(
    rows: Sequence[Standing], before: Mapping[str, int], places: Places, seed: str
) -> list[str]:
    """Who gets the places. Nobody does without any mark."""
    chosen: list[str] = []
    held: Counter[str] = Counter()
    able = [row for row in rows if row.standing > 0 and row.nominee not in places.struck]
    able.sort(key=lambda row: -row.standing)
    for _, group in groupby(able, key=lambda row: row.standing):
        left = places.places - len(chosen)
        if left <= 0:
            break
        equals = _in_order(list(group), before, places.ties, seed)
        fitting = []
        for nominee in equals:
            site = places.sites[nominee]
            if places.per_site is None or held[site] < places.per_site:
                held[site] += 1
                fitting.append(nominee)
        if len(fitting) > left and places.ties is Ties.NONE:
            break
        chosen += fitting if places.ties is Ties.ALL else fitting[:left]
    return chosen


def _in_order(group: list[Standing], before: Mapping[str, int], ties: Ties, seed: str) -> list[str]:
    """Equals: by the standing before where the rules say so, else and then by the lot."""
    earlier = before if ties is Ties.STANDING else {}
    group.sort(key=lambda row: (-earlier.get(row.nominee, 0), _lot(seed, row.nominee)))
    return [row.nominee for row in group]


def _public(candidates: Sequence[str], sheets: Sequence[BallotSheet]) -> list[tuple[int, int]]:
    """Votes of each; the score is the share of the votes of the best."""
    votes = [sum(s.marks[i] * s.count for s in sheets) for i in range(len(candidates))]
    best = max(votes, default=0)
    return [(each, each * FULL // best if best else 0) for each in votes]


def _jury(
    rules: RoundRules, candidates: int, sheets: Sequence[BallotSheet]
) -> list[tuple[int, int]]:
    """Points of each; the score is their mean, the highest and lowest left out if the rules say."""
    found = []
    for place in range(candidates):
        points = sorted(each.marks[place] for each in sheets for _ in range(each.count))
        if rules.trim and len(points) >= TRIMMED_FROM:
            points = points[1:-1]
        found.append((sum(points), sum(points) * FULL // MOST_POINTS // max(1, len(points))))
    return found


def _lot(seed: str, nominee: str) -> str:
    """Nobody knows it before the last ballot is in, and anybody can draw it again after."""
    return hashlib.sha256(f"{seed}:{nominee}".encode()).hexdigest()

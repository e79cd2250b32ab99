"""Tries to link voters to their choices in whatever a system leaves behind.

The attacker knows every voter and every nominee, in which order the votes were cast, and (to judge
itself) what was chosen. It looks at *traces*: streams of records in the order in which they lie or
were written. A link is reported where

- one record names a voter, in any form, and one nominee alone;
- a record that names a voter holds a fingerprint that one choice alone explains;
- the records of a stream, as many as there were votes or naming the voters, have a field whose
  value goes with the choice far better than chance: its content, its length, or what it names.
"""

import base64
import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

Record = Mapping[str, Any]
Hash = Callable[[bytes], Any]

HASHES: tuple[Hash, ...] = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)
SHORTEST = 16  # letters of a fingerprint
ABOVE_CHANCE = 0.3  # by which a field must foretell the choice better than it does shuffled
SHUFFLES = 20
TOKEN = re.compile(rf"[A-Za-z0-9+/_-]{{{SHORTEST},}}")


@dataclass(frozen=True)
class Vote:
    """What really happened, in the order of casting."""

    voter: str
    choice: str
    voice: str = ""  # what the answer called it


@dataclass
class Traces:
    """Streams of records by name."""

    streams: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))

    def add(self, stream: str, record: Any) -> None:
        self.streams[stream].append(record if isinstance(record, Mapping) else {"": record})


def links(votes: Sequence[Vote], nominees: Sequence[str], traces: Traces) -> list[str]:
    """What gives somebody's choice away: where, and how."""
    attacker = _Attacker(votes, nominees)
    found: list[str] = []
    for name, records in traces.streams.items():
        flat = [dict(_flat(record)) for record in records]
        for at, each in enumerate(flat):
            found += [f"{name}[{at}]: {why}" for why in attacker.told_by(each)]
        for shape, group in _by_shape(flat).items():
            found += [f"{name}{shape}: {why}" for why in attacker.told_by_fields(group)]
    return found


class _Attacker:
    def __init__(self, votes: Sequence[Vote], nominees: Sequence[str]) -> None:
        self.votes, self.nominees = list(votes), list(nominees)
        self.marks = {mark: vote for vote in votes for mark in _marks(vote)}
        self.prints = {
            text: (vote, nominee)
            for vote in votes
            for nominee in nominees
            for text in _fingerprints(vote, nominee)
        }

    def told_by(self, record: Mapping[str, Any]) -> Iterator[str]:
        """By one record alone."""
        text = _text(record)
        named = [each for each in self.nominees if each in text]
        tokens = set(TOKEN.findall(text))
        if len(named) == 1 and self._voters_in(text, tokens):
            yield f"a voter beside {named[0]}"
        for token in tokens & self.prints.keys():
            yield f"a fingerprint of the vote for {self.prints[token][1]}"

    def told_by_fields(self, group: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """By many records of one shape."""
        for how, truth, records in self._attributed(group):
            for path in sorted(records[0]):
                for aspect, values in self._aspects([each[path] for each in records]):
                    if _foretells(values, truth):
                        yield f"{aspect} of {path or 'the line'} goes with the choice, {how}"

    def _attributed(
        self, group: Sequence[Mapping[str, Any]]
    ) -> Iterator[tuple[str, list[str], list[Mapping[str, Any]]]]:
        """Which record is whose: by the voter it names; by its place, from either end."""
        named = [self._only_voter(each) for each in group]
        if sum(each is not None for each in named) * 2 >= len(self.votes):
            pairs = [(v, r) for v, r in zip(named, group, strict=True) if v]
            yield "by voter", [v.choice for v, _ in pairs], [r for _, r in pairs]
        if len(group) == len(self.votes):
            truth = [vote.choice for vote in self.votes]
            yield "by order", truth, list(group)
            yield "by order, backwards", truth[::-1], list(group)

    def _only_voter(self, record: Mapping[str, Any]) -> Vote | None:
        text = _text(record)
        found = self._voters_in(text, set(TOKEN.findall(text)))
        return found[0] if len(found) == 1 else None

    def _voters_in(self, text: str, tokens: set[str]) -> list[Vote]:
        known = {self.marks[token].voter: self.marks[token] for token in tokens & self.marks.keys()}
        if not known:
            low = text.casefold()
            known = {vote.voter: vote for vote in self.votes if vote.voter.casefold() in low}
        return list(known.values())

    def _aspects(self, values: list[Any]) -> Iterator[tuple[str, list[str]]]:
        texts = [_text(value) for value in values]
        yield "the content", texts
        yield "the length", [str(len(text)) for text in texts]
        yield (
            "what is named",
            [",".join(each for each in self.nominees if each in text) for text in texts],
        )
        yield "the beginning", [text[:2] for text in texts]
        if all(isinstance(each, datetime) for each in values):
            gaps = [str(round((b - a).total_seconds(), 2)) for a, b in pairwise(values)]
            yield "the time since the one before", ["", *gaps]


def _foretells(values: Sequence[str], truth: Sequence[str]) -> bool:
    """Whether the values tell the choices, and not only because nearly each is another."""
    if len(set(values)) < 2 or len(set(values)) * 3 > len(values):
        return False
    chance = random.Random(1)
    shuffled = []
    for _ in range(SHUFFLES):
        other = list(truth)
        chance.shuffle(other)
        shuffled.append(_right(values, other))
    return _right(values, truth) > sum(shuffled) / SHUFFLES + ABOVE_CHANCE


def _right(values: Sequence[str], truth: Sequence[str]) -> float:
    """How often the commonest choice of a value is the choice."""
    by_value: dict[str, Counter[str]] = defaultdict(Counter)
    for value, choice in zip(values, truth, strict=True):
        by_value[value][choice] += 1
    return sum(max(each.values()) for each in by_value.values()) / len(values)


def _marks(vote: Vote) -> Iterator[str]:
    """Forms in which a record may name a voter."""
    if vote.voice:
        yield vote.voice
    for text in {vote.voter, vote.voter.casefold(), vote.voter.upper()}:
        yield from _digests(text.encode())
        yield base64.b64encode(text.encode()).decode().rstrip("=")


def _fingerprints(vote: Vote, nominee: str) -> Iterator[str]:
    """Forms in which a record may hold a vote without showing it."""
    bodies = [
        {"voter": vote.voter, "site": "XP11", "choices": [nominee]},
        {"choices": [nominee], "site": "XP11", "voter": vote.voter},
    ]
    texts = [json.dumps(body, separators=each) for body in bodies for each in ((",", ":"), None)]
    texts += [f"{vote.voter}{gap}{nominee}" for gap in ("", "\0", ":", "|", "-", "/")]
    for text in texts:
        yield from _digests(text.encode())


def _digests(data: bytes) -> Iterator[str]:
    for make in HASHES:
        digest = make(data).digest()
        yield digest.hex()
        yield digest.hex()[:32]
        yield base64.b32encode(digest).decode().lower()[:24]
        yield base64.b64encode(digest).decode().rstrip("=")


def _by_shape(records: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Records with the same fields, and the same values of what names their kind."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in records:
        kinds = [str(each.get(name, "")) for name in ("route", "type", "ns", "op", "box")]
        groups[f"({','.join(filter(None, kinds))}; {len(each)} fields)"].append(each)
    return {
        f"{name}": same
        for name, group in groups.items()
        for same in _same_fields(group)
        if len(same) > 1
    }


def _same_fields(group: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    by_fields: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for each in group:
        by_fields[tuple(sorted(each))].append(each)
    yield from by_fields.values()


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _flat(each, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _flat(each, f"{path}.{number}")
    else:
        yield path, value


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return "\n".join(f"{path} {_text(each)}" for path, each in _flat(value))
    return str(value)

"""Distinct people: counted exactly, once in each period, without ever being listed.

For each period and place (a site, the street, a department) there is a fixed number of documents,
and a person is always in the same one. It holds a sorted table of `hash of the person, mask of
themes and modes met` and the counts that follow from it. Sets and masks only grow, so folds
commute, and tables can be merged.
"""

import hashlib
from functools import lru_cache
from typing import Any

from services.reports.model.period import Grain, grains_of
from services.reports.projections.counting import RULES, Counts, day_of, group_of, site_of
from services.reports.projections.sums import STREET, add
from shared.contracts.vocabulary import Mode, Theme
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Projection
from shared.storage.mongo import Document

PARTS = {Grain.DAY: (1, 2), Grain.MONTH: (2, 16), Grain.QUARTER: (2, 32), Grain.YEAR: (4, 64)}
"""Documents for each period: of a site, of the street. They are read together and written one by
one: some hundred people each, where a street has ten thousand."""

HASH_BYTES = 9  # two of a million people share one with a probability of 1 in 10^10
MASK_BYTES = 2
WIDTH = HASH_BYTES + MASK_BYTES

FACETS = tuple(f"theme:{each}" for each in Theme) + tuple(f"mode:{each}" for each in Mode)
"""A bit of the mask for each, by its place; new ones are added at the end. At most 16."""
_BIT = {facet: 1 << place for place, facet in enumerate(FACETS)}


class Distinct(Projection):
    """One document for each period, place and part of the people; those named by one field."""

    indexes = ((("period", 1), ("site", 1)),)
    field: str  # attribute of the rule that names the event's field

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        hashed = _hash(self._person(event))
        keys = []
        for grain, code in grains_of(day_of(event, envelope)).items():
            of_site, of_street = PARTS[grain]
            places = {site_of(event): of_site, STREET: of_street}
            if department := group_of(event, "department"):
                places[department] = of_site
            keys += [f"{code}:{place}:{hashed[0] % parts}" for place, parts in places.items()]
        return keys

    def fold(self, document: Document, event: Any, envelope: Envelope) -> bool:
        """False where the person was met before, and as now: sets only grow."""
        if "period" not in document:
            document["period"], document["site"], _ = document["_id"].split(":")
            document |= {"count": 0, "by": {}, "members": b""}
        hashed = _hash(self._person(event))
        facts = vars(event)
        mask = _mask(facts.get("theme"), tuple(facts.get("modes", ())))
        members, old = _with(document["members"], hashed, mask)
        if members is None:
            return False
        document["members"] = members
        document["count"] += old is None
        by: Counts = document["by"]
        add(by, _facets(mask & ~(old or 0)))
        return True

    def _person(self, event: Any) -> str:
        return str(getattr(event, getattr(RULES[type(event)], self.field)))


class People(Distinct):
    """Residents reached: served by a completed order, or come to an activity."""

    name = "people"
    field = "resident"
    hears = tuple(event for event, rule in RULES.items() if rule.resident)


class Serving(Distinct):
    """Volunteers who served: whose minutes were credited."""

    name = "serving"
    field = "volunteer"
    hears = tuple(event for event, rule in RULES.items() if rule.volunteer)


@lru_cache(maxsize=4096)  # one event asks for it a dozen times
def _hash(person: str) -> bytes:
    return hashlib.blake2b(person.encode(), digest_size=HASH_BYTES).digest()


@lru_cache(maxsize=4096)
def _mask(theme: Theme | None, modes: tuple[Mode, ...]) -> int:
    mask = _BIT[f"theme:{theme}"] if theme else 0
    for mode in modes:
        mask |= _BIT[f"mode:{mode}"]
    return mask


@lru_cache(maxsize=4096)
def _facets(mask: int) -> Counts:
    """One for each bit."""
    return {facet: 1 for facet, bit in _BIT.items() if mask & bit}


def _with(members: bytes, hashed: bytes, mask: int) -> tuple[bytes | None, int | None]:
    """The table with this person's mask, or None where that changes nothing; the mask before,
    or None where the person is new."""
    begin = members.find(hashed)
    while begin % WIDTH and begin >= 0:  # parts of two entries that look like it
        begin = members.find(hashed, begin + 1)
    if begin < 0:
        begin = _place_of(members, hashed)
        entry = hashed + mask.to_bytes(MASK_BYTES)
        return members[:begin] + entry + members[begin:], None
    end = begin + HASH_BYTES
    old = int.from_bytes(members[end : end + MASK_BYTES])
    if old | mask == old:
        return None, old
    both = (old | mask).to_bytes(MASK_BYTES)
    return members[:end] + both + members[end + MASK_BYTES :], old


def _place_of(members: bytes, hashed: bytes) -> int:
    """Where someone new belongs in the sorted table, in bytes."""
    low, high = 0, len(members) // WIDTH
    while low < high:
        middle = (low + high) // 2
        if members[middle * WIDTH : middle * WIDTH + HASH_BYTES] < hashed:
            low = middle + 1
        else:
            high = middle
    return low * WIDTH

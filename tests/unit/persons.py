"""Persons that tests may name: numbers with right check digits, of nobody."""

from typing import Any

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


STREET = "连云港市海州区新浦街道民主路"
"""Where all of them live; it stands in nothing else."""


def card(born: str = "19620314", sequence: int = 1, region: str = "320705") -> str:
    """The number of an identity card: region, day of birth, sequence, check digit."""
    body = f"{region}{born}{sequence:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def telephone(number: int = 1) -> str:
    """A mobile number of a range that tests use."""
    return f"199{number:08d}"


def consent(**facts: Any) -> dict[str, Any]:
    return {
        "text": "notice-2026",
        "given_at": "2026-10-01T09:00:00+08:00",
        "channel": "paper",
    } | facts


def person(number: int = 1, **facts: Any) -> dict[str, Any]:
    """The body of somebody's personal data."""
    return {
        "name": "王小明",
        "id_number": card(sequence=number % 1000, born=f"19{60 + number // 1000 % 40:02d}0314"),
        "telephone": telephone(number),
        "address": f"{STREET}{number}号",
        "consent": consent(),
    } | facts


def guardian(number: int = 2) -> dict[str, Any]:
    return {
        "name": "王大明",
        "telephone": telephone(number),
        "relation": "parent",
        "consent": consent(),
    }

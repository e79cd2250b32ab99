"""One number on a board: how it is written, and the address of its evidence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote_plus

from services.reports.dashboard.words import UNITS, WORDS
from services.reports.model.measure import MINUTES
from services.reports.model.measures import MEASURES, RATES
from shared.errors import Text

Say = Callable[[Text | tuple[str, str]], str]
"""A text in the language of the page."""


@dataclass(frozen=True)
class Number:
    """One number, with where its evidence is."""

    measure: str
    label: str
    unit: str
    value: int
    shown: str
    drawn: int | float  # in charts
    evidence: dict[str, str]  # parameters of the page
    change: int | None = None  # per cent against the period before; None where there was nothing

    @property
    def query(self) -> str:
        """Of the page of evidence."""
        return "&".join([f"{name}={_quoted(value)}" for name, value in self.evidence.items()])


_quoted = lru_cache(maxsize=1024)(quote_plus)  # a board has hundreds of links of few words


def number(
    measure: str, value: int, where: Mapping[str, str], say: Say, before: int | None = None
) -> Number:
    """`where`: the evidence's period, and site, theme or mode. Minutes are shown as hours."""
    return Number(
        measure=measure,
        label=label_of(measure, say),
        unit=unit_of(measure, say),
        value=value,
        shown=f"{_in_hours(measure, value):,}",
        drawn=_in_hours(measure, value),
        evidence={"measure": measure, **where},
        change=round((value - before) * 100 / before) if before else None,
    )


def label_of(measure: str, say: Say) -> str:
    """What a number is called; minutes are hours here."""
    known = RATES["service_hours"] if measure == "service_minutes" else MEASURES[measure]
    return say(known.label)


def unit_of(measure: str, say: Say) -> str:
    """As it stands behind a number."""
    unit = MEASURES[measure].unit
    return say(WORDS["hours"] if unit == MINUTES else UNITS[unit])


def _in_hours(measure: str, value: int) -> int | float:
    """Minutes as hours, with one decimal where there is a part of one; else the value."""
    if MEASURES[measure].unit != MINUTES:
        return value
    hours = round(value / 60, 1)
    return int(hours) if hours == int(hours) else hours

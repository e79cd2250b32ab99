"""Charts as tables: what the page's script draws, a screen reader reads, and a printer prints."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.reports.dashboard.numbers import Number, Say, label_of, number, unit_of
from services.reports.dashboard.words import WORDS
from shared.contracts.vocabulary import LABELS, Mode, Theme

Totals = Mapping[str, int]


class Kind(StrEnum):
    """How a chart is drawn."""

    LINE = "line"
    COLUMNS = "columns"
    BARS = "bars"  # lying


@dataclass(frozen=True)
class ChartRow:
    """One place of a chart: a number for each series."""

    label: str
    short: str
    numbers: list[Number]


@dataclass(frozen=True)
class Chart:
    """One chart."""

    name: str  # in the page
    title: str
    kind: Kind
    first: str  # heading of the rows' labels
    heads: list[str]  # of the series
    unit: str
    rows: list[ChartRow]

    @property
    def is_empty(self) -> bool:
        return not any(each.value for row in self.rows for each in row.numbers)


def over_time(
    name: str,
    kind: Kind,
    measures: Sequence[str],
    points: Iterable[Mapping[str, Any]],
    where: Mapping[str, str],
    say: Say,
) -> Chart:
    """Of days or months."""
    rows = [
        ChartRow(
            label=each["period"],
            short=each["period"][5:]
            if kind is Kind.LINE or len(each["period"]) > 7
            else each["period"][2:],
            numbers=[
                number(one, each["totals"].get(one, 0), {"period": each["period"], **where}, say)
                for one in measures
            ],
        )
        for each in points
    ]
    first = "day" if rows and len(rows[0].label) > 7 else "month-head"
    return _chart(name, say(WORDS[name]), kind, say(WORDS[first]), measures, rows, say)


def by_word(
    kind: str,
    figure: Mapping[str, Mapping[str, Totals]],
    measure: str,
    where: Mapping[str, str],
    say: Say,
) -> Chart:
    """Of the themes or modes."""
    words: Iterable[Theme | Mode] = Theme if kind == "theme" else Mode
    rows = [
        _row(
            say(LABELS[word]),
            figure[f"by_{kind}"].get(word, {}),
            measure,
            {kind: str(word), **where},
            say,
        )
        for word in words
    ]
    return _chart(
        f"{kind}s", say(WORDS[f"{kind}s"]), Kind.BARS, say(WORDS[kind]), [measure], rows, say
    )


def ranking(
    sites: Mapping[str, Totals],
    titles: Callable[[str], str],
    measure: str,
    most: int,
    period: str,
    say: Say,
) -> Chart:
    """The sites with most of a measure, best first; equals by code."""
    best = sorted(sites, key=lambda site: (-sites[site].get(measure, 0), site))
    rows = [
        _row(titles(site), sites[site], measure, {"period": period, "site": site}, say)
        for site in best[:most]
        if sites[site].get(measure)
    ]
    return _chart(
        "ranking", say(WORDS["ranking"]), Kind.BARS, say(WORDS["site"]), [measure], rows, say
    )


def _row(label: str, totals: Totals, measure: str, where: Mapping[str, str], say: Say) -> ChartRow:
    return ChartRow(label, label, [number(measure, totals.get(measure, 0), where, say)])


def _chart(
    name: str,
    title: str,
    kind: Kind,
    first: str,
    measures: Sequence[str],
    rows: list[ChartRow],
    say: Say,
) -> Chart:
    heads = [label_of(each, say) for each in measures]
    return Chart(name, title, kind, first, heads, unit_of(measures[0], say), rows)

"""What a board shows, of the street or of one site: read from sums, in one language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from services.reports.dashboard.words import WORDS
from services.reports.files import svg
from services.reports.files.content import Names
from services.reports.model.measures import MEASURES
from services.reports.model.period import SHANGHAI, Period
from services.reports.store import Store
from shared.contracts.vocabulary import LABELS, Mode, Theme
from shared.errors import Text

SHOWN = (
    "orders_placed",
    "orders_completed",
    "sessions_held",
    "attendances",
    "people",
    "service_entries",
    "service_minutes",
    "volunteers",
)
ON_A_CARD = ("orders_completed", "sessions_held", "service_minutes", "people")
RANKED = "service_minutes"
CHARTED = {"by_theme": "orders_placed", "by_mode": "orders_placed"}
TREND_DAYS = 30
RANKS, RISKS = 10, 10

Say = Callable[[Text | tuple[str, str]], str]


@dataclass(frozen=True)
class Number:
    """One number, with where its evidence is."""

    measure: str
    label: str
    unit: str
    value: int
    period: str
    site: str | None


@dataclass(frozen=True)
class Card:
    """One station."""

    site: str
    title: str
    numbers: list[Number]


@dataclass(frozen=True)
class Board:
    """Everything on one page."""

    title: str
    site: str | None
    today: list[Number]
    month: list[Number]
    trend: Markup
    charts: dict[str, Markup]
    cards: list[Card]
    ranking: Markup
    risks: list[dict[str, Any]]  # of each stage: how many wait, how many are overdue
    overdue: list[dict[str, Any]]  # the orders that have waited longest


def board_of(store: Store, site: str | None, now: datetime, say: Say) -> Board:
    """The board of the street, or of one site."""
    day = now.astimezone(SHANGHAI).date()
    today, month = Period(day.isoformat()), Period(day.isoformat()[:7])
    figures, names = store.figures(), store.names()
    of_today = figures.of(today, site, grouped=False)
    of_month = figures.of(month, site, grouped=False)
    first = (day - timedelta(days=TREND_DAYS - 1)).isoformat()
    days = [(day - timedelta(days=back)).isoformat() for back in range(TREND_DAYS - 1, -1, -1)]
    points = figures.trend(days, site)
    by_site: Mapping[str, Mapping[str, int]] = of_month["by_site"]
    return Board(
        title=_title(site, names, say) if site else say(WORDS["street"]),
        site=site,
        today=_numbers(SHOWN, of_today["totals"], today.code, site, say),
        month=_numbers(SHOWN, of_month["totals"], month.code, site, say),
        trend=svg.line(
            f"{say(WORDS['trend'])} ({first})",
            [(each["period"][5:], each["totals"].get("orders_placed", 0)) for each in points],
        ),
        charts={
            "themes": _bars("by_theme", list(Theme), of_month, say(WORDS["themes"]), say),
            "modes": _bars("by_mode", list(Mode), of_month, say(WORDS["modes"]), say),
        },
        cards=[]
        if site
        else [
            Card(
                site=row["_id"],
                title=_title(row["_id"], names, say),
                numbers=_numbers(
                    ON_A_CARD, by_site.get(row["_id"], {}), month.code, row["_id"], say
                ),
            )
            for row in store.sites.all()
            if row["open"]
        ],
        ranking=_ranking(by_site, names, say) if not site else Markup(""),
        risks=figures.waiting(site),
        overdue=figures.overdue(site, RISKS),
    )


def _numbers(
    shown: tuple[str, ...],
    totals: Mapping[str, int],
    period: str,
    site: str | None,
    say: Say,
) -> list[Number]:
    return [
        Number(
            measure=name,
            label=say(MEASURES[name].label),
            unit=MEASURES[name].unit,
            value=totals.get(name, 0),
            period=period,
            site=site,
        )
        for name in shown
    ]


def _title(site: str, names: Names, say: Say) -> str:
    return say(names[site]) if site in names else site


def _bars(kind: str, words: list[Any], figure: Mapping[str, Any], title: str, say: Say) -> Markup:
    measure = CHARTED[kind]
    rows = [(say(LABELS[each]), figure[kind].get(each, {}).get(measure, 0)) for each in words]
    return svg.bars(f"{title}: {say(MEASURES[measure].label)}", rows)


def _ranking(by_site: Mapping[str, Mapping[str, int]], names: Names, say: Say) -> Markup:
    rows = [(_title(site, names, say), sums.get(RANKED, 0)) for site, sums in by_site.items()]
    best = sorted(rows, key=lambda row: (-row[1], row[0]))[:RANKS]
    return svg.bars(say(WORDS["ranking"]), best)

"""What a board shows, of the street or of one site: read from sums, in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.reports.dashboard import charts
from services.reports.dashboard.charts import Chart, Kind, Totals
from services.reports.dashboard.numbers import Number, Say, number
from services.reports.dashboard.places import Place, places_of
from services.reports.dashboard.scores import Scores, scores_of
from services.reports.dashboard.words import WORDS
from services.reports.deadlines import Deadlines, Waiting
from services.reports.figures import DISTINCT
from services.reports.model.period import SHANGHAI, Period
from services.reports.store import Store
from shared.contracts.vocabulary import LABELS, SiteLevel
from shared.errors import Text
from shared.storage.mongo import Document

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
ON_A_TILE = ("orders_completed", "sessions_held", "service_minutes", "people")
LENSES = ("orders_completed", "service_minutes", "sessions_held", "attendances", "people")
"""What themes, modes and sites can be compared by; the first unless another is chosen."""
TREND_DAYS, TREND_MONTHS = 30, 12
DAYS = 62  # this month's and all of the last one's
RANKS, LATE = 10, 8
SHADES = 4  # of tiles, by their share of the largest

_KIND_OF_SITE = (
    "新时代文明实践站", "新时代文明实践所", "新时代文明实践点",
    " New Era Civilization Practice Station", " New Era Civilization Practice Institute",
    " New Era Civilization Practice Point",
)  # fmt: skip
"""What every site's title says, and needs no saying on a board of them."""


@dataclass(frozen=True)
class Tile:
    """One site in the grid."""

    site: str
    title: str
    level: str  # in words
    level_code: str
    shade: int  # 0: nothing of the chosen measure, SHADES: most of it
    numbers: list[Number]
    waiting: Waiting
    place: Place | None  # where the map draws it


@dataclass(frozen=True)
class Board:
    """Everything on one page."""

    title: str
    site: str | None
    period: str  # the month's name
    lens: str
    today: list[Number]
    month: list[Number]
    trend: Chart
    visits: Chart
    months: Chart
    themes: Chart
    modes: Chart
    ranking: Chart | None  # of the street only
    tiles: list[Tile]
    schematic: bool  # whether a place on the map is not the real one
    deadlines: Deadlines
    scores: Scores | None  # of who may read assessments, once there are any
    titles: "Titles"


class Titles:
    """What sites are called, on boards: short."""

    def __init__(self, rows: list[Document], say: Say) -> None:
        self._rows = {row["_id"]: row for row in rows}
        self._say = say

    def __call__(self, site: str) -> str:
        """The code where the site is not known."""
        row = self._rows.get(site)
        return _short(self._say(Text(row["title_en"], row["title"]))) if row else site

    def whole(self, site: str) -> str:
        """With the kind of site that it is."""
        row = self._rows.get(site)
        return self._say(Text(row["title_en"], row["title"])) if row else site


def board_of(
    store: Store, site: str | None, now: datetime, lens: str, say: Say, *, scored: bool = False
) -> Board:
    """The board of the street, or of one site. `lens`: a measure to compare by; `scored`: with the
    published scores."""
    day = now.astimezone(SHANGHAI).date()
    today, month = Period(day.isoformat()), Period(day.isoformat()[:7])
    figures = store.figures()
    of_month, people_today = figures.of_month_and_day(month, today, site)
    points = figures.trend([*_days_to(day), *_months_to(day)], site)
    days, months = points[:-TREND_MONTHS], points[-TREND_MONTHS:]
    of_today = days[-1]["totals"] | people_today
    sites = store.sites.all()
    titles = Titles(sites, say)
    where = {"site": site} if site else {}
    here = {"period": month.code, **where}
    recent = days[-TREND_DAYS:]
    late = store.deadlines(site, LATE)
    of_sites: Mapping[str, Totals] = of_month["by_site"]
    tiles = [] if site else _tiles(sites, of_sites, late, titles, lens, month.code, say)
    return Board(
        title=titles.whole(site) if site else say(WORDS["street"]),
        site=site,
        period=say(month.label),
        lens=lens,
        today=_numbers(SHOWN, of_today, {"period": today.code, **where}, say),
        month=_numbers(SHOWN, of_month["totals"], here, say, _same_days_before(days, day)),
        trend=charts.over_time(
            "trend", Kind.LINE, ("orders_placed", "orders_completed"), recent, where, say
        ),
        visits=charts.over_time("visits", Kind.COLUMNS, ("attendances",), recent, where, say),
        months=charts.over_time("months", Kind.COLUMNS, ("service_minutes",), months, where, say),
        themes=charts.by_word("theme", of_month, lens, here, say),
        modes=charts.by_word("mode", of_month, lens, here, say),
        ranking=None if site else charts.ranking(of_sites, titles, lens, RANKS, month.code, say),
        tiles=tiles,
        schematic=any(each.place.schematic for each in tiles if each.place),
        deadlines=late,
        scores=scores_of(store, site, titles, say) if scored else None,
        titles=titles,
    )


def _numbers(
    shown: tuple[str, ...],
    totals: Totals,
    where: Mapping[str, str],
    say: Say,
    before: Totals | None = None,
) -> list[Number]:
    earlier = before or {}
    return [number(each, totals.get(each, 0), where, say, earlier.get(each)) for each in shown]


def _tiles(
    sites: list[Document],
    of_sites: Mapping[str, Totals],
    late: Deadlines,
    titles: Titles,
    lens: str,
    period: str,
    say: Say,
) -> list[Tile]:
    places = places_of(sites)
    most = max((of_sites.get(row["_id"], {}).get(lens, 0) for row in sites), default=0)
    shown = tuple(dict.fromkeys((lens, *ON_A_TILE)))[: len(ON_A_TILE)]
    tiles = []
    for row in sites:
        if not row["open"]:
            continue
        site, totals = row["_id"], of_sites.get(row["_id"], {})
        share = totals.get(lens, 0) / most if most else 0
        tiles.append(
            Tile(
                site=site,
                title=titles(site),
                level=say(LABELS[SiteLevel(row["level"])]),
                level_code=row["level"],
                shade=-int(-share * SHADES // 1),
                numbers=_numbers(shown, totals, {"period": period, "site": site}, say),
                waiting=late.sites.get(site, Waiting()),
                place=places.get(site),
            )
        )
    return tiles


def _same_days_before(days: list[dict[str, Any]], day: date) -> Totals:
    """Totals of last month from its first to the same day; a number of distinct people is not the
    sum of its days."""
    last = day.replace(day=1) - timedelta(days=1)
    upto = last.replace(day=min(day.day, last.day)).isoformat()
    first = last.replace(day=1).isoformat()
    sums: dict[str, int] = {}
    for each in days:
        if first <= each["period"] <= upto:
            for name, value in each["totals"].items():
                sums[name] = sums.get(name, 0) + value
    return {name: value for name, value in sums.items() if name not in DISTINCT.values()}


def _days_to(day: date) -> list[str]:
    return [(day - timedelta(days=back)).isoformat() for back in range(DAYS - 1, -1, -1)]


def _months_to(day: date) -> list[str]:
    last = day.year * 12 + day.month - 1
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(last - TREND_MONTHS + 1, last + 1)]


def _short(title: str) -> str:
    for kind in _KIND_OF_SITE:
        title = title.replace(kind, "")
    return title.split("(")[0].strip() or title

"""The published scores on a board: who leads, or what a station got; each leads to its sheet."""

from collections.abc import Callable
from dataclasses import dataclass

from services.reports.dashboard.numbers import Say
from services.reports.model.period import Period
from services.reports.published_scores import Ranking, SiteScore
from services.reports.store import Store

SHOWN = 10


@dataclass(frozen=True)
class Row:
    """One site's score."""

    site: str
    title: str
    rank: int
    total: str
    grade: str
    vetoed: bool


@dataclass(frozen=True)
class Scores:
    """Of the street the best; of a station its own alone."""

    assessment: str
    rubric: str  # in Chinese, as it was adopted
    period: str
    full_marks: str
    of: int  # sites that were scored
    rows: list[Row]


def scores_of(
    store: Store, site: str | None, titles: Callable[[str], str], say: Say
) -> Scores | None:
    """None before anything is published, and for a site that was not assessed."""
    ranking = store.scores.newest()
    if ranking is None:
        return None
    own = ranking.of(site) if site else None
    best = [own] if own else [] if site else ranking.sites[:SHOWN]
    return shown(ranking, best, titles, say) if best else None


def shown(
    ranking: Ranking, sites: list[SiteScore], titles: Callable[[str], str], say: Say
) -> Scores:
    """These sites of it."""
    return Scores(
        assessment=ranking.assessment,
        rubric=ranking.rubric,
        period=say(Period(ranking.period).label),
        full_marks=marks(ranking.full_marks),
        of=len(ranking.sites),
        rows=[
            Row(
                site=each.site,
                title=titles(each.site),
                rank=each.rank,
                total=marks(each.total),
                grade=say(each.grade) if each.grade else "",
                vetoed=each.vetoed,
            )
            for each in sites
        ],
    )


def marks(value: float) -> str:
    """Without decimals that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")

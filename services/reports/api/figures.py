"""Figures of a period, and how they went over time."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.reports.api.sites import require_site
from services.reports.model.measures import MEASURES, rates
from services.reports.model.period import (
    Grain,
    Period,
    PeriodCode,
    days_between,
    months_between,
    one_of_both,
)
from services.reports.model.report import department_alone
from services.reports.projections import GROUPS
from services.reports.store import Store
from shared.contracts.base import Month, SiteCode
from shared.contracts.vocabulary import Department, Theme
from shared.errors import invalid
from shared.web.api import Api, Call

api: Api[Store] = Api()

LONGEST_TREND = {Grain.DAY: 400, Grain.MONTH: 120}


class PeriodQuery(BaseModel):
    """Which figures."""

    model_config = ConfigDict(extra="forbid")

    month: Annotated[Month | None, Field(description="A period that is a month")] = None
    period: PeriodCode | None = Field(default=None, validate_default=True)
    site: SiteCode | None = None
    theme: Theme | None = None
    department: Annotated[
        Department | None, Field(description="What it handles or hosts, at all sites")
    ] = None

    _one_period = field_validator("period")(one_of_both)

    _one_subject = field_validator("department")(department_alone)

    @property
    def of(self) -> Period:
        """Raises Unprocessable for a day that no month has."""
        return Period.parse(str(self.period or self.month))


Counts = dict[str, int]
Groups = dict[str, Counts]


class PeriodFigures(BaseModel):
    """A period as it is known now: 件 orders, 场次 sessions, 人次 attendances, 人数 people.

    What each number means: `GET /v1/measures`. What is behind it: fill in `evidence`, a URI
    template (RFC 6570).
    """

    period: str
    site: str | None
    theme: Theme | None
    department: Department | None
    over: bool
    as_of: dict[str, int]
    totals: Counts
    rates: dict[str, float]
    by_theme: Groups = {}
    by_mode: Groups = {}
    by_site: Groups = {}
    by_team: Groups = {}
    by_series: Groups = {}
    by_item: Groups = {}
    by_department: Groups = {}
    evidence: str


@api.query("/v1/figures", scope="reports:read")
def read_figures(call: Call[Store], query: PeriodQuery) -> PeriodFigures:
    """A period's figures now: of a site, a department or the street; of one theme or of all."""
    require_site(call.client, query.site)
    period, figures = query.of, call.app.figures()
    as_of = figures.as_of()  # first: what is read then holds at least this
    sums = figures.of(period, query.site, query.theme, query.department)
    return PeriodFigures(
        period=period.code,
        site=query.site,
        theme=query.theme,
        department=query.department,
        over=period.is_over(call.clock.now()),
        as_of=as_of,
        rates=rates(sums["totals"]),
        evidence=_evidence(period, query),
        **sums,
    )


def _evidence(period: Period, query: PeriodQuery) -> str:
    fixed = f"/v1/evidence?period={period.code}"
    fixed += f"&site={query.site}" if query.site else ""
    named = ("site", "theme", "department")
    fixed += "".join(f"&{name}={value}" for name in named if (value := getattr(query, name)))
    names = ["measure", "site", "theme", "mode", *GROUPS]
    return fixed + "{&" + ",".join(n for n in names if getattr(query, n, None) is None) + "}"


class TrendQuery(BaseModel):
    """From one day or month to another, both included."""

    model_config = ConfigDict(extra="forbid")

    first: PeriodCode
    last: PeriodCode
    site: SiteCode | None = None


class Point(BaseModel):
    """One day or month of a trend."""

    period: str
    totals: Counts


class Trend(BaseModel):
    """Totals over time. Distinct people can't be summed: ask each period's figures for them."""

    site: str | None
    points: list[Point]


@api.query("/v1/trend", scope="reports:read")
def read_trend(call: Call[Store], query: TrendQuery) -> Trend:
    """Totals of each day, or of each month, from `first` to `last`."""
    require_site(call.client, query.site)
    first, last = Period.parse(query.first, "first"), Period.parse(query.last, "last")
    if first.grain is not last.grain or first.grain not in LONGEST_TREND:
        raise invalid("last", "both should be days, or both months", "起止应同为日或同为月")
    most = LONGEST_TREND[first.grain]
    if not 0 <= (last.first - first.first).days <= most * (31 if first.grain is Grain.MONTH else 1):
        raise invalid("last", f"at most {most} behind first", f"应不早于 first,且至多 {most} 个")
    codes = (days_between if first.grain is Grain.DAY else months_between)(first, last)
    points = call.app.figures().trend(codes, query.site)
    return Trend(site=query.site, points=[Point(**each) for each in points])


class Measure(BaseModel):
    """What a number means."""

    measure: str
    unit: str
    label: str
    label_en: str
    meaning: str
    meaning_en: str


class Measures(BaseModel):
    """The data dictionary."""

    items: list[Measure]


@api.query("/v1/measures", scope="reports:read")
def list_measures(call: Call[Store]) -> Measures:
    """The data dictionary: name, unit and meaning of each number, in both languages."""
    return Measures(
        items=[
            Measure(
                measure=each.name,
                unit=each.unit,
                label=each.label.zh,
                label_en=each.label.en,
                meaning=each.meaning.zh,
                meaning_en=each.meaning.en,
            )
            for each in MEASURES.values()
        ]
    )

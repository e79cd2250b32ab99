"""The reports service over HTTP: parse, check the site, call, answer. It decides nothing."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.reports.model import commands as asked
from services.reports.model.report import Report
from services.reports.store import Store
from shared.contracts.base import Event, Month, SiteCode
from shared.errors import Forbidden, Text
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class MonthQuery(BaseModel):
    """Which figures."""

    model_config = ConfigDict(extra="forbid")

    month: Month
    site: SiteCode | None = None


class MonthFigures(BaseModel):
    """A month as it is known now: 件 orders, 场次 sessions, 人次 attendances, 人数 people."""

    month: str
    site: str | None
    as_of: dict[str, int]
    totals: dict[str, int]
    by_theme: dict[str, dict[str, int]]
    by_mode: dict[str, dict[str, int]]
    by_site: dict[str, dict[str, int]]


class ReportsQuery(PageQuery):
    """Filters of the published reports."""

    month: Month | None = None


@api.query("/v1/figures", scope="reports:read")
def read_figures(call: Call[Store], query: MonthQuery) -> MonthFigures:
    """A month's figures as of now, of one site or of the street."""
    _require(call, query.site)
    figures = call.app.figures()
    as_of = figures.as_of()  # first: what is read then holds at least this
    sums = figures.month(query.month, query.site)
    return MonthFigures(month=query.month, site=query.site, as_of=as_of, **sums)


@api.command("/v1/reports", scope="reports:publish", made="id")
def publish(call: Call[Store], body: asked.PublishReport) -> Receipt:
    """Fix a month's figures; a later report of the same month supersedes it."""
    _require(call, body.site)
    id = call.new_id("rpt")

    def build(now: datetime) -> tuple[Report, list[Event]]:
        if body.site:
            call.app.sites.require_open(body.site)
        as_of, figures = call.app.figures().settled(body.month, body.site)
        before = call.app.last_published(body.month, body.site)
        return Report.publish(id, body.month, body.site, as_of, figures, before)

    return call.app.reports.make(id, call.origin, build)


@api.query("/v1/reports/{id}", scope="reports:read")
def read_report(call: Call[Store], id: str) -> Loaded[Report]:
    """One published report."""
    loaded = call.app.reports.load(id)
    _require(call, loaded.state.site)
    return loaded


@api.query("/v1/reports", scope="reports:read")
def list_reports(call: Call[Store], query: ReportsQuery) -> Page[Report]:
    """Published reports of the sites this client may act for."""
    criteria: Document = {"month": query.month} if query.month else {}
    call.client.limit(criteria)
    return page_of(call.app.reports, criteria, query)


@api.query("/v1/sites", scope="reports:read")
def list_sites(call: Call[Store]) -> dict[str, Any]:
    """The sites as this service has heard of them."""
    return {"items": call.app.sites.all()}


def _require(call: Call[Store], site: str | None) -> None:
    """The street's figures are for those who may act for every site."""
    if site:
        call.client.require_site(site)
    elif not call.client.everywhere:
        raise Forbidden(
            Text("Name one of your sites: ?site=", "请指定所属站点:?site="),
            extra={"sites": sorted(call.client.sites)},
        )

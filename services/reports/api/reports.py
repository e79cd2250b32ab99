"""Published reports: a period's figures, fixed."""

from datetime import datetime

from services.reports.api.sites import require_site
from services.reports.model import commands as asked
from services.reports.model.period import Grain, Period, PeriodCode
from services.reports.model.report import Report
from services.reports.store import Store
from shared.contracts.base import Event
from shared.errors import invalid
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class ReportsQuery(PageQuery):
    """Filters of the published reports."""

    period: PeriodCode | None = None


@api.command("/v1/reports", scope="reports:publish", made="id")
def publish(call: Call[Store], body: asked.PublishReport) -> Receipt:
    """Fix a period's figures; a later report of the same period supersedes it."""
    require_site(call.client, body.site)
    period = Period.parse(body.of)
    if period.grain is Grain.DAY:
        raise invalid("period", "a month, quarter or year", "应为月、季度或年")
    id = call.new_id("rpt")

    def build(now: datetime) -> tuple[Report, list[Event]]:
        if body.site:
            call.app.sites.require_open(body.site)
        as_of, figures = call.app.settled(period, body.site, body.theme)
        before = call.app.last_published(period, body.site, body.theme)
        return Report.publish(id, period, body.site, body.theme, as_of, figures, before, now)

    return call.app.reports.make(id, call.origin, build)


@api.query("/v1/reports/{id}", scope="reports:read")
def read_report(call: Call[Store], id: str) -> Loaded[Report]:
    """One published report."""
    loaded = call.app.reports.load(id)
    require_site(call.client, loaded.state.site)
    return loaded


@api.query("/v1/reports", scope="reports:read")
def list_reports(call: Call[Store], query: ReportsQuery) -> Page[Report]:
    """Published reports of the sites this client may act for."""
    criteria: Document = {"period": query.period} if query.period else {}
    call.client.limit(criteria)
    return page_of(call.app.reports, criteria, query)

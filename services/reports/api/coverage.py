"""Media coverage over HTTP."""

from collections.abc import Sequence
from datetime import date, datetime

from services.reports.model import commands as asked
from services.reports.model.coverage import Coverage, CoverageStatus
from services.reports.publicity import OF_PUBLICITY
from services.reports.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.reports import MediaLevel, Medium
from shared.contracts.vocabulary import Theme
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class CoverageQuery(PageQuery):
    """Filters of the register of coverage."""

    site: SiteCode | None = None
    medium: Medium | None = None
    level: MediaLevel | None = None
    theme: Theme | None = None
    status: CoverageStatus | None = None
    since: date | None = None
    until: date | None = None


@api.command("/v1/coverage", scope="publicity:write", made="id")
def record_coverage(call: Call[Store], body: asked.RecordCoverage) -> Receipt:
    """登记媒体报道: outlet, link, date, sites; files are uploaded before."""
    call.client.require_site(body.site)
    id = call.new_id("cov")

    def build(now: datetime) -> tuple[Coverage, Sequence[Event]]:
        for site in sorted({body.site, *body.sites}):
            call.app.sites.require_open(site)
        made = Coverage.record(id, body, now)
        call.app.claim(body.files, body.site, OF_PUBLICITY, "files")
        return made

    return call.app.publicity.coverage.make(id, call.origin, build)


@api.query("/v1/coverage/{id}", scope="publicity:read")
def read_coverage(call: Call[Store], id: str) -> Loaded[Coverage]:
    """One report of one outlet."""
    return call.read(call.app.publicity.coverage, id)


@api.query("/v1/coverage", scope="publicity:read")
def list_coverage(call: Call[Store], query: CoverageQuery) -> Page[Coverage]:
    """The register, as it was entered; days are those of publication."""
    included = {"site", "medium", "level", "theme", "status"}
    criteria: Document = query.model_dump(include=included, exclude_none=True)
    days = {"$gte": query.since, "$lte": query.until}
    if bounds := {name: day.isoformat() for name, day in days.items() if day}:
        criteria["published_on"] = bounds
    call.client.limit(criteria)
    return page_of(call.app.publicity.coverage, criteria, query)


@api.command("/v1/coverage/{id}/withdraw", scope="publicity:write")
def withdraw_coverage(call: Call[Store], id: str, body: asked.WithdrawCoverage) -> Receipt:
    """The record did not hold: it counts no longer."""
    return call.change(call.app.publicity.coverage, id, lambda it, now: it.withdraw(body, now))

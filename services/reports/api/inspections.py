"""Inspections (督查) and findings (扣分, 一票否决) over HTTP."""

from datetime import datetime

from services.reports.model.commands import inspection as asked
from services.reports.model.finding import Finding
from services.reports.model.inspection import Inspection, RecordStatus
from services.reports.model.period import PeriodCode
from services.reports.store import Store
from shared.contracts.base import Event, Id, SiteCode
from shared.errors import NotFound, invalid
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()

PURPOSE = "inspection"  # of the files


class RecordsQuery(PageQuery):
    """Filters of the lists of inspections and findings."""

    site: SiteCode | None = None
    rubric: Id | None = None
    period: PeriodCode | None = None
    status: RecordStatus | None = None


@api.command("/v1/inspections", scope="inspections:record", made="id")
def record_inspection(call: Call[Store], body: asked.RecordInspection) -> Receipt:
    """督查: a visit to a site, with scores under the rubric in force, or to follow up a
    rectification."""
    call.client.require_site(body.site)
    id, assessing = call.new_id("ins"), call.app.assessing

    def build(now: datetime) -> tuple[Inspection, list[Event]]:
        call.app.sites.require_open(body.site)
        assessing.require_rectification(body)
        edition = assessing.edition(body.rubric) if body.rubric else None
        inspection, events = Inspection.record(id, body, edition, now)
        for field, files in inspection.files():
            call.app.claim(files, body.site, PURPOSE, field)
        return inspection, events

    return assessing.inspections.make(id, call.origin, build)


@api.command("/v1/inspections/{id}/withdraw", scope="inspections:record")
def withdraw_inspection(call: Call[Store], id: str, body: asked.Withdraw) -> Receipt:
    """It was recorded in error: it no longer counts in what is computed from now on."""
    return call.change(call.app.assessing.inspections, id, lambda it, now: it.withdraw(body))


@api.query("/v1/inspections/{id}", scope="inspections:read")
def read_inspection(call: Call[Store], id: str) -> Loaded[Inspection]:
    """One inspection, with its scores and the ids of its photographs."""
    return call.read(call.app.assessing.inspections, id)


@api.query("/v1/inspections", scope="inspections:read")
def list_inspections(call: Call[Store], query: RecordsQuery) -> Page[Inspection]:
    """Inspections of the sites this client may act for."""
    criteria = query.model_dump(exclude={"limit", "cursor"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.assessing.inspections, criteria, query)


@api.command("/v1/findings", scope="inspections:record", made="id")
def record_finding(call: Call[Store], body: asked.RecordFinding) -> Receipt:
    """扣分 or 一票否决: what was found at a site, with its reason and what proves it."""
    call.client.require_site(body.site)
    id, assessing = call.new_id("fnd"), call.app.assessing

    def build(now: datetime) -> tuple[Finding, list[Event]]:
        call.app.sites.require_open(body.site)
        _require_inspection(call, body)
        finding, events = Finding.record(id, body, assessing.edition(body.rubric), now)
        call.app.claim(body.files, body.site, PURPOSE, "files")
        return finding, events

    return assessing.findings.make(id, call.origin, build)


def _require_inspection(call: Call[Store], body: asked.RecordFinding) -> None:
    if body.inspection is None:
        return
    try:
        site = call.app.assessing.inspections.load(body.inspection).state.site
    except NotFound as error:
        raise invalid("inspection", *error.detail) from None
    if site != body.site:
        raise invalid("inspection", "is of another site", "属于其他站点")


@api.command("/v1/findings/{id}/withdraw", scope="inspections:record")
def withdraw_finding(call: Call[Store], id: str, body: asked.Withdraw) -> Receipt:
    """It was recorded in error: it no longer counts in what is computed from now on."""
    return call.change(call.app.assessing.findings, id, lambda it, now: it.withdraw(body))


@api.query("/v1/findings/{id}", scope="inspections:read")
def read_finding(call: Call[Store], id: str) -> Loaded[Finding]:
    """One deduction or veto."""
    return call.read(call.app.assessing.findings, id)


@api.query("/v1/findings", scope="inspections:read")
def list_findings(call: Call[Store], query: RecordsQuery) -> Page[Finding]:
    """Deductions and vetoes of the sites this client may act for."""
    criteria = query.model_dump(exclude={"limit", "cursor"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.assessing.findings, criteria, query)

"""Stations' own monthly reports (月报) over HTTP."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.reports.model import commands as asked
from services.reports.model.monthly_report import OPEN, MonthFigures, MonthlyReport, MonthlyStatus
from services.reports.model.period import Period
from services.reports.reporting import OF_MONTHLY_REPORTS
from services.reports.store import Store
from shared.contracts.base import Event, Month, SiteCode
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()
WRITE, CHECK = "monthly-reports:write", "monthly-reports:check"


class MonthlyReportsQuery(PageQuery):
    """Filters of the list of monthly reports."""

    month: Month | None = None
    site: SiteCode | None = None
    status: MonthlyStatus | None = None
    overdue: bool | None = None


class StandingQuery(BaseModel):
    """Of which month."""

    model_config = ConfigDict(extra="forbid")

    month: Month


class Standing(BaseModel):
    """How one station's report stands."""

    id: str
    site: str
    title: str
    title_en: str
    status: MonthlyStatus
    deadline: datetime
    overdue: bool
    urged: Annotated[int, Field(description="Times")]
    submitted: Annotated[int, Field(description="Times")]
    submitted_at: datetime | None


class MonthStanding(BaseModel):
    """Who has handed in a month's report, and who has not."""

    month: str
    counts: Annotated[dict[MonthlyStatus, int], Field(description="Reports in each state")]
    missing: Annotated[list[Standing], Field(description="Not handed in, or returned")]
    handed_in: list[Standing]


@api.query("/v1/monthly-reports", scope="reports:read")
def list_monthly_reports(call: Call[Store], query: MonthlyReportsQuery) -> Page[MonthlyReport]:
    """Monthly reports of the sites this client may act for."""
    criteria: Document = query.model_dump(
        include={"month", "site", "status", "overdue"}, exclude_none=True
    )
    call.client.limit(criteria)
    return page_of(call.app.reporting.monthly, criteria, query)


@api.query("/v1/monthly-reports/standing", scope="reports:read")
def read_standing(call: Call[Store], query: StandingQuery) -> MonthStanding:
    """Who has not handed in a month's report yet, and who has."""
    sites = None if call.client.everywhere else call.client.sites
    rows = call.app.reporting.standing(query.month, sites)
    names = {each["_id"]: each for each in call.app.sites.all()}
    found = [
        Standing(title=names[row["site"]]["title"], title_en=names[row["site"]]["title_en"], **row)
        for row in rows
    ]
    return MonthStanding(
        month=query.month,
        counts=Counter(each.status for each in found),
        missing=[each for each in found if each.status in OPEN],
        handed_in=[each for each in found if each.status not in OPEN],
    )


@api.query("/v1/monthly-reports/{id}", scope="reports:read")
def read_monthly_report(call: Call[Store], id: str) -> Loaded[MonthlyReport]:
    """One monthly report with its figures, words, and how it went."""
    return call.read(call.app.reporting.monthly, id)


@api.command("/v1/monthly-reports/{id}/content", scope=WRITE, method="PUT", edits=True)
def fill_monthly_report(call: Call[Store], id: str, body: asked.FillMonthlyReport) -> Receipt:
    """The station's words, photographs and own numbers, the whole anew."""

    def decide(report: MonthlyReport, now: datetime) -> Sequence[Event]:
        events = report.fill(body)
        call.app.claim(body.photographs, report.site, OF_MONTHLY_REPORTS, "photographs")
        return events

    return call.change(call.app.reporting.monthly, id, decide)


@api.command("/v1/monthly-reports/{id}/refill", scope=WRITE)
def refill_monthly_report(call: Call[Store], id: str, body: asked.RefillMonthlyReport) -> Receipt:
    """The month's figures as they are known now, with the places that they are as of."""
    before = call.read(call.app.reporting.monthly, id).state
    as_of, figures = call.app.settled(Period(before.month), before.site)
    counted = MonthFigures(figures, as_of, call.clock.now())
    return call.change(call.app.reporting.monthly, id, lambda it, now: it.refill(counted))


@api.command("/v1/monthly-reports/{id}/submit", scope=WRITE)
def submit_monthly_report(call: Call[Store], id: str, body: asked.SubmitMonthlyReport) -> Receipt:
    """上报, by a person (X-Person)."""
    return call.change(call.app.reporting.monthly, id, lambda it, now: it.submit(call.person, now))


@api.command("/v1/monthly-reports/{id}/return", scope=CHECK, checks=True)
def return_monthly_report(call: Call[Store], id: str, body: asked.ReturnMonthlyReport) -> Receipt:
    """退回, by another person than who handed it in."""
    return call.change(
        call.app.reporting.monthly, id, lambda it, now: it.send_back(body, call.person, now)
    )


@api.command("/v1/monthly-reports/{id}/accept", scope=CHECK, checks=True)
def accept_monthly_report(call: Call[Store], id: str, body: asked.AcceptMonthlyReport) -> Receipt:
    """It is as it should be, says another person than who handed it in."""
    return call.change(call.app.reporting.monthly, id, lambda it, now: it.accept(call.person, now))


@api.command("/v1/monthly-reports/{id}/urge", scope=CHECK)
def urge_monthly_report(call: Call[Store], id: str, body: asked.UrgeMonthlyReport) -> Receipt:
    """催报."""
    return call.change(call.app.reporting.monthly, id, lambda it, now: it.urge(now))

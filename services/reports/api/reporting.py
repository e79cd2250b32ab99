"""The rules of reporting (报送制度) over HTTP."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from services.reports.model import commands as asked
from services.reports.model.period import Period
from services.reports.model.reporting import Reporting
from services.reports.reporting import RULES
from services.reports.store import Store
from shared.contracts.base import Event
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call

api: Api[Store] = Api()


class Upcoming(BaseModel):
    """What the clock publishes next; `at` is None where it does not."""

    period: str
    at: datetime | None


class Calendar(BaseModel):
    """When what is next is published and due, by the holidays that are known."""

    publications: list[Upcoming]
    monthly_reports: Upcoming


@api.query("/v1/reporting-rules", scope="reports:read")
def read_rules(call: Call[Store]) -> Loaded[Reporting]:
    """The rules in force, and which periods are next."""
    return call.app.reporting.current()


@api.command("/v1/reporting-rules", scope="reports:rules", method="PUT", edits=True)
def set_rules(call: Call[Store], body: asked.SetReportingRules) -> Receipt:
    """The whole of the rules anew, for what is not published or asked for yet."""

    def decide(rules: Reporting, now: datetime) -> Sequence[Event]:
        return rules.set_rules(body)

    return call.app.reporting.rules.change(RULES, call.origin, decide, call.expected)


@api.query("/v1/reporting-calendar", scope="reports:read")
def read_calendar(call: Call[Store]) -> Calendar:
    """When the next reports are published, and the next monthly reports are due."""
    reporting = call.app.reporting.current().state
    rules, month = reporting.rules, Period(reporting.asked_next)
    return Calendar(
        publications=[
            Upcoming(period=code, at=rules.published_at(Period(code)))
            for code in reporting.upcoming.values()
        ],
        monthly_reports=Upcoming(period=month.code, at=rules.due_at(month)),
    )

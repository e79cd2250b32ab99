"""What the clock does by the rules of reporting: it publishes, and asks stations for their reports.

What it makes has an id that follows from what it is of, so that it is made once, however many
workers there are and whenever one of them ends: who comes second finds it (PROTOCOL 1).
"""

import logging

from services.reports.model.monthly_report import MonthFigures, MonthlyReport
from services.reports.model.period import Period
from services.reports.model.report import Scope
from services.reports.model.reporting import Reporting
from services.reports.publishing import publish
from services.reports.reporting import RULES
from services.reports.store import Store
from shared.contracts.vocabulary import SiteLevel
from shared.errors import Unavailable, Unprocessable
from shared.storage.aggregates import Origin
from shared.storage.ids import derived_id

log = logging.getLogger(__name__)

CLIENT = "reports.clocks"
BATCH = 20  # of what is made in one turn, so that other clocks get theirs


class Schedule:
    """One worker's. A test hands in one with a part taken out."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._books = store.reporting

    def turn(self) -> None:
        """Do what is due now, some of it; the rest is done in the next turns."""
        now = self._books.clock.now()
        loaded = self._books.current()
        if not loaded.version:
            self._books.begin(self._origin("reporting.begin", RULES))
        reporting = loaded.state
        month = reporting.to_ask(now)
        try:
            if month and self._ask(month, reporting):
                self.ask_on(month)
            for period in reporting.to_publish(now):
                if self._publish(period, reporting):
                    self.pass_on(period)
        except Unavailable as error:  # of the figures, while too much happens: the next turn
            log.warning("put off", extra={"reason": str(error)})

    # ---- a test's controls change these ----

    def id_of(self, period: Period, scope: Scope) -> str:
        """Of the report that the clock publishes."""
        parts = (scope.site or "", scope.theme or "", scope.department or "")
        return derived_id("rpt", "scheduled", period.code, *parts)

    def pass_on(self, period: Period) -> None:
        """All reports of the period are there."""
        origin = self._origin("reporting.publish", f"published {period.code}")
        self._books.rules.change(RULES, origin, lambda rules, now: rules.pass_on(period))

    def ask_on(self, month: Period) -> None:
        """All monthly reports of the month are asked for."""
        origin = self._origin("reporting.ask", f"asked {month.code}")
        self._books.rules.change(RULES, origin, lambda rules, now: rules.ask_on(month))

    # ---- inside ----

    def _publish(self, period: Period, reporting: Reporting) -> bool:
        """Whether all that is to be published of the period is."""
        rules = reporting.rules
        if rules.publish_days(period.grain) is None:
            return True
        scopes = [Scope()]
        scopes += [Scope(department=each) for each in rules.publish_departments]
        if rules.publish_sites:
            scopes += [Scope(site=site["_id"]) for site in self._store.sites.all() if site["open"]]
        by_id = {self.id_of(period, scope): scope for scope in scopes}
        absent = self._books.absent("reports", by_id)
        for id in absent[:BATCH]:
            origin = self._origin("reports.publish", id)
            try:
                publish(self._store, id, origin, period, by_id[id], scheduled=True)
            except Unprocessable:  # the site has been closed since
                log.warning("not published", extra={"report": id}, exc_info=True)
        return len(absent) <= BATCH

    def _ask(self, month: Period, reporting: Reporting) -> bool:
        """Whether all that owe a monthly report are asked for it."""
        owing = {
            derived_id("mrp", site["_id"], month.code): str(site["_id"])
            for site in self._store.sites.all()
            if site["open"] and SiteLevel(site["level"]) in reporting.rules.owed_by
        }
        absent = self._books.absent("monthly_reports", owing)
        for id in absent[:BATCH]:
            site = owing[id]
            as_of, figures = self._store.settled(month, site)
            counted = MonthFigures(figures, as_of, self._books.clock.now())
            self._books.monthly.make(
                id,
                self._origin("monthly-reports.ask", id),
                lambda now, id=id, site=site, counted=counted: MonthlyReport.ask(  # type: ignore[misc]
                    id, site, month, reporting.rules, counted
                ),
            )
        return len(absent) <= BATCH

    @staticmethod
    def _origin(command: str, key: str) -> Origin:
        return Origin(client=CLIENT, command=command, key=key)

"""The end of the demonstration: wait until reports has heard all, publish, print, count again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

from deploy.demonstration.check import Checked, check
from deploy.demonstration.client import Caller, Document
from deploy.demonstration.count import Comparison, compare, count, read_holdings
from deploy.demonstration.month import Month
from deploy.demonstration.report import page
from deploy.demonstration.world import WentWrong

HEARD_WITHIN_S = 30.0
"""From the last command to its place in the figures; some 20 ms where nothing fails."""
_LOOK_EVERY_S = 0.2
_SOURCES = ("orders", "volunteers", "events")

Say = Callable[[str], None]


class Auditor:
    """Reads as the office. What it says is meant for people."""

    def __init__(self, office: Caller, pool: Executor, say: Say) -> None:
        self._office = office
        self._pool = pool
        self._say = say

    def report(self, month: Month, key: str) -> None:
        """Publish the month's report, and print it."""
        self._await_heard()
        published = self._office.post(
            "reports", "/v1/reports", {"month": month.name}, key=key, person="office-1"
        )
        report = self._office.get("reports", f"/v1/reports/{published['id']}")
        figures = self._figures(month)
        if report["figures"] != {name: figures[name] for name in report["figures"]}:
            raise WentWrong(f"report {report['id']} does not say what /v1/figures says")
        titles = {site["code"]: site for site in self._office.pages("events", "/v1/sites")}
        self._say("\n" + page(month, figures, titles, report) + "\n")

    def agrees(self, months: Sequence[Month]) -> bool:
        """Count the months again, and check what must hold between the services; say the result."""
        until = time.monotonic() + HEARD_WITHIN_S
        while True:
            self._await_heard()
            compared, checked = self._count(months)
            fine = not checked.wrong and all(each.agrees for each in compared.values())
            if fine or time.monotonic() > until:
                break
            time.sleep(_LOOK_EVERY_S)
        self._tell(compared, checked)
        return fine

    def _count(self, months: Sequence[Month]) -> tuple[dict[Month, Comparison], Checked]:
        held = read_holdings(self._office, months[0], self._pool)
        compared = {month: compare(count(month, held), self._figures(month)) for month in months}
        return compared, check(self._office, held, self._pool)

    def _tell(self, compared: dict[Month, Comparison], checked: Checked) -> None:
        self._say(
            "独立核对 Independent count, from orders, audits, activities and the hours ledger:"
        )
        for month, comparison in compared.items():
            verdict = "一致 agrees" if comparison.agrees else "不一致 DIFFERS"
            self._say(f"  {month.name}: {comparison.numbers} 个数 numbers — {verdict}")
            for difference in comparison.differences:
                self._say(f"    {difference}")
        verdict = "一致 agrees" if not checked.wrong else "有误 WRONG"
        self._say(
            f"  服务之间 between services: {checked.orders} 件订单的名额 orders' hands,"
            f" {checked.bookings} 个预约 bookings, {checked.served} 次服务的时长 services' hours"
            f" — {verdict}"
        )
        for line in checked.wrong:
            self._say(f"    {line}")

    def _figures(self, month: Month) -> Document:
        return self._office.get("reports", "/v1/figures", month=month.name)

    def _await_heard(self) -> None:
        """Until reports has heard what the feeds end with now. Raises WentWrong after a while."""
        until = time.monotonic() + HEARD_WITHIN_S
        heads = {source: self._head(source) for source in _SOURCES}
        while True:
            # Any month will do: `as_of` is the same for all of them.
            as_of = self._office.get("reports", "/v1/figures", month="2000-01")["as_of"]
            behind = {s: head for s, head in heads.items() if as_of.get(s, 0) < head}
            if not behind:
                return
            if time.monotonic() > until:
                raise WentWrong(f"reports has heard {as_of}; the feeds are at {heads}")
            time.sleep(_LOOK_EVERY_S)

    def _head(self, source: str) -> int:
        return int(self._office.get(source, "/v1/feed", limit=1)["head"])

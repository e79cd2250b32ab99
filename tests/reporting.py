"""Stations' monthly reports in a running system."""

from typing import Any

from tests.system import System, month_of_now, open_site

Document = dict[str, Any]
STATION, OFFICE = {"X-Person": "zhao-3"}, {"X-Person": "qian-4"}
SOON_SECONDS = 60.0  # many sites may be asked before this one


def close_month(system: System, month: str) -> None:
    """Business time goes on to the first day of the next one."""
    year, number = map(int, month.split("-"))
    year, number = (year + 1, 1) if number == 12 else (year, number + 1)
    system.move_clock_to(f"{year}-{number:02d}-01T00:00:00+08:00")


def asked(system: System, site: str, month: str) -> Document:
    """The monthly report that the site owes, once it is asked for."""
    path = f"/v1/monthly-reports?site={site}&month={month}"
    [found] = system.wait_until(lambda: system.read("reports", path)["items"], SOON_SECONDS)
    return dict(found)


def monthly_report(system: System, site: str = "") -> Document:
    """One that is due: the month ends."""
    site, month = site or open_site(system), month_of_now(system)
    close_month(system, month)
    return asked(system, site, month)


def fill(system: System, report: Document, **facts: Any) -> None:
    """The station's words."""
    path = f"/v1/monthly-reports/{report['id']}"
    version = system.read("reports", path)["version"]
    body = {"work": "开展理论宣讲两场。"} | facts
    system.call(
        "reports", "PUT", f"{path}/content", body, headers={"If-Match": f'"{version}"'}
    ).ok()

"""Stations' monthly reports (月报): asked for by the clock, handed in, returned, urged."""

from typing import Any

import pytest

from tests.reporting import OFFICE, STATION, asked, close_month, fill
from tests.system import (
    Answer,
    System,
    month_of_now,
    open_site,
    photograph,
    place_order,
    publish_item,
    upload,
)

Document = dict[str, Any]


@pytest.fixture(scope="module")
def closed(system: System) -> list[Document]:
    """The reports that two sites owe of a month that is over; one of them had three orders."""
    sites, item, month = [open_site(system) for _ in range(2)], publish_item(system), ""
    month = month_of_now(system)
    for _ in range(3):
        place_order(system, item, site=sites[0])
    system.settle()
    close_month(system, month)
    return [asked(system, site, month) for site in sites]


def told_of(system: System, id: str) -> list[str]:
    return [
        each["type"].removeprefix("shijian.reports.monthly-report.").removesuffix(".v1")
        for each in system.feed("reports")
        if each["subject"] == id
    ]


def move(system: System, id: str, name: str, body: Any = None, **options: Any) -> Answer:
    return system.call("reports", "POST", f"/v1/monthly-reports/{id}/{name}", body or {}, **options)


def read(system: System, id: str) -> Document:
    found: Document = system.read("reports", f"/v1/monthly-reports/{id}")
    return found


def test_a_report_is_filled_in_handed_in_returned_handed_in_again_and_accepted(
    system: System, closed: list[Document]
) -> None:
    report = closed[0]
    id, site = report["id"], report["site"]
    assert report["status"] == "due"
    assert report["counted"]["figures"]["totals"]["orders_placed"] == 3
    assert report["counted"]["as_of"]["orders"] > 0

    picture = upload(system, "reports", "monthly-report", photograph(), site=site).ok().id
    stated = [{"measure": "sessions_held", "number": 2, "why": "两场未录入"}]
    fill(system, report, photographs=[picture], consent=True, stated=stated)
    move(system, id, "submit", headers=STATION).ok()
    assert move(system, id, "accept", headers=STATION).status == 409  # of their own
    back = {"reason": "photographs", "note": "请补充活动照片"}
    move(system, id, "return", back, headers=OFFICE).ok()
    assert read(system, id)["returns"][0]["note"] == back["note"]
    fill(system, report, photographs=[picture], consent=True, highlights="红细胞队")
    move(system, id, "submit", headers=STATION).ok()
    move(system, id, "accept", headers=OFFICE).ok()

    system.settle()
    assert told_of(system, id) == ["due", "submitted", "returned", "submitted", "accepted"]
    texts = [str(each["data"]) for each in system.feed("reports") if each["subject"] == id]
    assert not any(back["note"] in each or "红细胞队" in each for each in texts)
    assert read(system, id)["status"] == "accepted"


def test_who_has_not_handed_in_is_one_query_and_they_are_urged_by_hand_and_by_the_clock(
    system: System, closed: list[Document]
) -> None:
    report = closed[1]
    id, month = report["id"], report["month"]
    path = f"/v1/monthly-reports/standing?month={month}"
    assert id in {each["id"] for each in system.read("reports", path)["missing"]}

    move(system, id, "urge").ok()
    system.move_clock_to(report["deadline"])
    system.wait_until(lambda: read(system, id)["overdue"])

    [mine] = [each for each in system.read("reports", path)["missing"] if each["id"] == id]
    assert (mine["overdue"], mine["title"]) == (True, f"站点{report['site']}")
    assert mine["urged"] >= 1
    fill(system, report)
    move(system, id, "submit", headers=STATION).ok()
    standing = system.read("reports", path)
    assert id not in {each["id"] for each in standing["missing"]}
    assert id in {each["id"] for each in standing["handed_in"]}
    assert standing["counts"]["submitted"] >= 1
    system.settle()
    told = told_of(system, id)
    assert told[0] == "due" and told[-1] == "submitted"
    assert {"urged", "overdue"} <= set(told)
    assert move(system, id, "urge").status == 409


def test_a_station_sees_and_writes_its_own_report_alone_and_accepts_none(
    system: System, closed: list[Document]
) -> None:
    id, month = closed[0]["id"], closed[0]["month"]

    assert (
        system.call("reports", "GET", f"/v1/monthly-reports/{id}", client="station").status == 403
    )
    assert move(system, id, "submit", client="station", headers=STATION).status == 403
    seen = system.read("reports", f"/v1/monthly-reports/standing?month={month}", client="station")
    assert {each["site"] for each in seen["missing"] + seen["handed_in"]} <= {"XP11"}
    assert move(system, id, "accept", client="station", headers=OFFICE).status == 403
    rules = system.call("reports", "GET", "/v1/reporting-rules", client="station").ok()
    answer = system.call(
        "reports",
        "PUT",
        "/v1/reporting-rules",
        {},
        client="hooks",
        headers={"If-Match": rules.headers["ETag"]},
    )
    assert answer.status == 403


def test_late_figures_are_taken_into_a_report_that_is_due(
    system: System, closed: list[Document]
) -> None:
    site, month = open_site(system), month_of_now(system)
    close_month(system, month)
    report = asked(system, site, month)
    before = report["counted"]["as_of"]
    place_order(system, publish_item(system), site=site)
    system.settle()

    move(system, report["id"], "refill").ok()

    assert read(system, report["id"])["counted"]["as_of"]["orders"] > before["orders"]


def test_rules_are_set_by_who_has_read_them_and_the_calendar_follows(system: System) -> None:
    rules = system.call("reports", "GET", "/v1/reporting-rules").ok()
    kept = rules.json["rules"]
    try:
        sent = {"If-Match": rules.headers["ETag"]}
        body = kept | {"publish_month": 2, "publish_year": None}
        system.call("reports", "PUT", "/v1/reporting-rules", body, headers=sent).ok()
        calendar = system.read("reports", "/v1/reporting-calendar")
        by_length = {len(each["period"]): each["at"] for each in calendar["publications"]}
        assert by_length[7] and by_length[4] is None
        again = system.call("reports", "PUT", "/v1/reporting-rules", body, headers=sent)
        assert again.status == 412
        bad = system.call("reports", "PUT", "/v1/reporting-rules", {"due_days": 0}, headers=sent)
        assert (bad.status, list(bad.fields)) == (400, ["due_days"])
    finally:
        now = system.call("reports", "GET", "/v1/reporting-rules").ok()
        system.call(
            "reports", "PUT", "/v1/reporting-rules", kept, headers={"If-Match": now.headers["ETag"]}
        ).ok()


def test_the_streets_report_of_a_month_is_published_by_the_clock(
    system: System, closed: list[Document]
) -> None:
    month = closed[0]["month"]

    calendar = system.read("reports", "/v1/reporting-calendar")
    [at] = [each["at"] for each in calendar["publications"] if each["period"] == month] or [""]
    if at:  # else a test before has let the time go by
        system.move_clock_to(at)

    def by_clock() -> list[Document]:
        path = f"/v1/reports?period={month}"
        found = system.pages("reports", path)
        return [each for each in found if each["scheduled"] and each["site"] is None]

    [report] = system.wait_until(by_clock, 60.0)
    assert report["final"] and report["checksum"]

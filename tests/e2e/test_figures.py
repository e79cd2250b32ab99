"""Figures by period, site and group, and the events behind each of them."""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.system import (
    System,
    add_volunteer,
    announce_activity,
    assigned_order,
    form_team,
    month_of_now,
    next_link,
    open_site,
    place_order,
    publish_item,
    register,
    serve_order,
)

Document = dict[str, Any]


def busy_site(system: System) -> str:
    """A site with two orders, one of them served, and an activity that one resident came to."""
    site, team, item = open_site(system), form_team(system), publish_item(system)
    activity = announce_activity(system, site)
    seat = register(system, activity, f"R-{site}-one")
    order = assigned_order(system, item, team, add_volunteer(system, team), site=site)
    place_order(system, item, site=site)
    serve_order(system, order)
    path = f"/v1/activities/{activity}"
    system.post("events", f"{path}/registrations/{seat}/attend")
    system.post("events", f"{path}/hold")
    system.settle()
    return site


def last_day(month: str) -> int:
    return monthrange(int(month[:4]), int(month[5:]))[1]


def evidence(system: System, query: str) -> Iterator[Document]:
    """Every event behind a number, page by page."""
    cursor = ""
    while True:
        page = system.read("reports", f"/v1/evidence?limit=2&{query}&cursor={cursor}")
        yield from page["items"]
        cursor = page["next"]
        if not cursor:
            return


def test_a_sites_figures_are_the_same_by_day_month_quarter_and_year_and_have_their_evidence(
    system: System,
) -> None:
    site = busy_site(system)
    month = month_of_now(system)
    year, quarter = month[:4], f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"

    found = {
        period: system.read("reports", f"/v1/figures?period={period}&site={site}")
        for period in (month, quarter, year)
    }

    figures = found[month]
    assert figures["totals"] | {"accept_minutes": 0, "serve_minutes": 0} == {
        **dict.fromkeys(("orders_placed", "people"), 2),
        **dict.fromkeys(("acceptances", "orders_accepted", "orders_completed"), 1),
        **dict.fromkeys(("orders_served", "service_entries", "volunteers"), 1),
        **dict.fromkeys(("activities_announced", "sessions_held", "attendances"), 1),
        "registrations": 1,
        "service_minutes": 60,
        **dict.fromkeys(("accept_minutes", "serve_minutes"), 0),
    }
    assert figures["by_theme"]["culture"]["people"] == 1
    assert figures["by_mode"]["help"]["volunteers"] == 1
    [team] = figures["by_team"].values()
    assert (team["service_entries"], team["service_minutes"], team["acceptances"]) == (1, 60, 1)
    for each in found.values():
        assert each["totals"] == figures["totals"]
        assert each["by_theme"] == figures["by_theme"]

    for measure, count in figures["totals"].items():
        rows = list(evidence(system, f"measure={measure}&period={month}&site={site}"))
        assert sum(row["count"] for row in rows) == count, measure
        for row in rows:
            [event] = system.feed(row["source"], after=row["sequence"] - 1)[:1]
            assert (event["type"], event["subject"]) == (row["type"], row["subject"])


def test_the_days_of_a_month_add_up_to_it(system: System) -> None:
    site = busy_site(system)
    month = month_of_now(system)

    days = system.read(
        "reports", f"/v1/trend?first={month}-01&last={month}-{last_day(month)}&site={site}"
    )
    months = system.read("reports", f"/v1/trend?first={month}&last={month}&site={site}")

    added: Counter[str] = Counter()
    for point in days["points"]:
        added.update(point["totals"])
        if point["totals"]:
            day = system.read("reports", f"/v1/figures?period={point['period']}&site={site}")
            assert point["totals"].items() <= day["totals"].items()
    assert dict(added) == months["points"][0]["totals"]


def test_of_one_theme_there_are_totals_and_sites(system: System) -> None:
    site = busy_site(system)
    path = f"/v1/figures?period={month_of_now(system)}&theme=culture"

    street, mine = system.read("reports", path), system.read("reports", f"{path}&site={site}")

    assert mine["totals"]["people"] == mine["by_theme"]["culture"]["people"] == 1
    assert mine["totals"] == mine["by_site"][site] | {"volunteers": 0}
    assert street["by_site"][site] == mine["by_site"][site]
    assert "orders_placed" not in mine["totals"]


def test_a_station_sees_the_evidence_of_its_own_site_alone(system: System) -> None:
    path = f"/v1/evidence?measure=orders_placed&period={month_of_now(system)}"

    assert system.call("reports", "GET", path, client="station").status == 403
    assert system.call("reports", "GET", f"{path}&site=XP12", client="station").status == 403
    assert system.call("reports", "GET", f"{path}&site=XP11", client="station").status == 200


def test_a_page_of_evidence_links_nothing_where_there_is_no_more(system: System) -> None:
    site = open_site(system)

    answer = system.call(
        "reports", "GET", f"/v1/evidence?measure=orders_placed&period=2026&site={site}"
    )

    assert answer.json == {"items": [], "next": None}
    assert next_link(answer) == ""


def test_hours_of_an_order_are_those_of_the_department_that_handles_it(system: System) -> None:
    """Others may have served for the department before: what is added is counted."""
    department, month = "youth-league", month_of_now(system)
    path = f"/v1/figures?month={month}&department={department}"
    before = system.read("reports", path)["totals"]
    site, team = open_site(system), form_team(system)
    item = publish_item(system, provider=department)
    order = assigned_order(system, item, team, add_volunteer(system, team), site=site)
    serve_order(system, order, minutes=90)
    system.settle()

    figures = system.read("reports", path)

    assert figures["totals"]["service_minutes"] - before.get("service_minutes", 0) == 90
    counts = figures["by_site"][site]
    assert (counts["service_entries"], counts["service_minutes"]) == (1, 90)
    assert figures["totals"]["volunteers"] == before.get("volunteers", 0) + 1
    found = evidence(system, f"measure=service_minutes&period={month}&department={department}")
    assert sum(each["count"] for each in found) == figures["totals"]["service_minutes"]

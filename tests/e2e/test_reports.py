"""A published report is fixed as of stated places in the feeds: anybody can count it again."""

import csv
import hashlib
import io
from functools import partial
from typing import Any

import docx
import openpyxl
import pytest

from services.reports.projections import COUNTED, Sums, period
from shared.messaging.envelope import from_attributes
from tests.pdf_text import text_of
from tests.system import (
    Answer,
    Meanwhile,
    System,
    announce_activity,
    month_of_now,
    open_site,
    place_order,
    publish_item,
    register,
)

REPORTS = 60


def counted_again(
    feeds: dict[str, list[dict[str, Any]]], as_of: dict[str, int], month: str, site: str
) -> dict[str, int]:
    """The totals of a month and site from the feeds alone, up to the stated places."""
    sums, row = Sums(), dict[str, Any](_id=f"{month}:{site}")
    for source, events in feeds.items():
        for raw in events:
            envelope = from_attributes(raw)
            if envelope.sequence <= as_of.get(source, 0) and raw["data"].get("site") == site:
                event = envelope.event()
                if period(event, envelope) == month:
                    sums.fold(row, event, envelope)
    found: dict[str, int] = row.get("totals", {})
    return found


def test_a_report_published_while_much_happens_is_what_the_feeds_say_as_of_its_places(
    system: System,
) -> None:
    site, item, month = open_site(system), publish_item(system), month_of_now(system)
    body = {"month": month, "site": site}

    with Meanwhile(partial(place_order, system, item, site=site)) as writes:
        ids = [system.post("reports", "/v1/reports", body).id for _ in range(REPORTS)]
    assert writes.times

    types = {
        source: ",".join(each.type for each in COUNTED if each.publisher == source)
        for source in ("orders", "volunteers", "events")
    }
    feeds = {source: system.feed(source, f"&type={types[source]}") for source in types}
    for id in ids:
        report = system.read("reports", f"/v1/reports/{id}")
        totals = report["figures"]["totals"]
        totals = {k: v for k, v in totals.items() if k not in ("people", "volunteers")}
        assert totals == counted_again(feeds, report["as_of"], month, site)


def test_each_report_supersedes_the_one_before(system: System) -> None:
    body = {"month": month_of_now(system), "site": open_site(system)}

    ids = [system.post("reports", "/v1/reports", body).id for _ in range(3)]

    superseded = [system.read("reports", f"/v1/reports/{id}")["supersedes"] for id in ids]
    assert superseded == [None, *ids[:-1]]


def test_a_report_of_a_quarter_is_provisional_and_of_a_theme_has_its_own(system: System) -> None:
    site, month = open_site(system), month_of_now(system)
    quarter = f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"

    id = system.post("reports", "/v1/reports", {"period": quarter, "site": site}).id
    themed = {"period": quarter, "site": site, "theme": "culture"}
    of_theme = system.post("reports", "/v1/reports", themed).id

    report = system.read("reports", f"/v1/reports/{id}")
    assert (report["period"], report["final"], report["theme"]) == (quarter, False, None)
    assert system.read("reports", f"/v1/reports/{of_theme}")["supersedes"] is None
    listed = system.pages("reports", f"/v1/reports?period={quarter}")
    assert {id, of_theme} <= {each["id"] for each in listed}
    answer = system.call("reports", "POST", "/v1/reports", {"period": f"{month}-01"})
    assert (answer.status, list(answer.fields)) == (422, ["period"])


def test_a_department_has_figures_evidence_and_reports_of_its_own(system: System) -> None:
    site, office = open_site(system), "youth-league"
    soon = {"starts_at": system.at(minutes=30), "ends_at": system.at(minutes=90)}
    held = announce_activity(system, site, organiser=office, **soon)
    for number in range(2):
        seat = register(system, held, f"R-{site}-{number}")
        system.post("events", f"/v1/activities/{held}/registrations/{seat}/attend")
    item = publish_item(system, kind="department-service", hands=0, provider=office)
    order = place_order(system, item, site=site)
    place_order(system, publish_item(system), site=site)
    system.settle()
    month = month_of_now(system)

    figures = system.read("reports", f"/v1/figures?period={month}&department={office}")
    id = system.post("reports", "/v1/reports", {"month": month, "department": office}).id

    mine = figures["by_site"][site]
    assert (mine["orders_placed"], mine["activities_announced"], mine["attendances"]) == (1, 1, 2)
    assert figures["totals"]["people"] >= 2
    report = system.read("reports", f"/v1/reports/{id}")
    assert (report["department"], report["figures"]["by_site"][site]) == (office, mine)
    path = f"/v1/evidence?measure=orders_placed&period={month}&department={office}&site={site}"
    assert [each["subject"] for each in system.read("reports", path)["items"]] == [order]
    everything = system.read("reports", f"/v1/figures?period={month}")
    assert office not in everything["by_site"]
    system.settle()
    [told] = [each for each in system.feed("reports") if each["subject"] == id]
    assert (told["data"]["department"], told["data"]["revision"]) == (office, report["revision"])
    for body in ({"site": site}, {"theme": "culture"}):
        answer = system.call(
            "reports", "POST", "/v1/reports", {"month": month, "department": office} | body
        )
        assert (answer.status, list(answer.fields)) == (400, ["department"])
    answer = system.call(
        "reports", "GET", f"/v1/figures?period={month}&department={office}", client="station"
    )
    assert answer.status == 403


# ---- files ----


def file_of(system: System, report: str, format: str, **options: Any) -> Answer:
    return system.call("reports", "GET", f"/v1/reports/{report}/files/{format}", **options).ok()


def numbers_of(format: str, data: bytes) -> str:
    """All that another program reads in a file."""
    match format:
        case "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(data))
            rows = [row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]
            return "\n".join(" ".join(map(str, row)) for row in rows)
        case "docx":
            tables = docx.Document(io.BytesIO(data)).tables
            return "\n".join(
                " ".join(cell.text for cell in row.cells) for table in tables for row in table.rows
            )
        case "pdf":
            return text_of(data)
        case "csv":
            lines = csv.reader(io.StringIO(data.decode("utf-8-sig")))
            return "\n".join(" ".join(line) for line in lines)
    return data.decode()


@pytest.fixture(scope="module")
def published(system: System) -> str:
    """A report of a site with eleven orders."""
    site, item = open_site(system), publish_item(system)
    for _ in range(11):
        place_order(system, item, site=site)
    system.settle()
    body = {"month": month_of_now(system), "site": site}
    return system.post("reports", "/v1/reports", body).id


@pytest.mark.parametrize("format", ["html", "csv", "xlsx", "docx", "pdf"])
def test_a_file_of_a_report_says_what_the_api_says_and_stays_the_same(
    system: System, published: str, format: str
) -> None:
    report = system.read("reports", f"/v1/reports/{published}")

    made = file_of(system, published, format)
    english = file_of(system, published, f"{format}?language=en")

    text = numbers_of(format, made.data)
    assert report["figures"]["totals"]["orders_placed"] == 11
    assert "11" in text
    assert "点单" in text and "Orders placed" in numbers_of(format, english.data)
    again = file_of(system, published, format)
    assert again.data == made.data
    kept = system.read("reports", f"/v1/reports/{published}/files")["items"]
    assert {
        "format": format,
        "language": "zh",
        "size": len(made.data),
        "checksum": hashlib.sha256(made.data).hexdigest(),
    } in kept


def test_another_stations_files_are_not_given_out(system: System, published: str) -> None:
    path = f"/v1/reports/{published}/files"

    for asked in (path, f"{path}/pdf"):
        assert system.call("reports", "GET", asked, client="station").status == 403
    assert system.call("reports", "GET", f"{path}/doc").status == 404


def test_the_page_of_a_report_runs_and_loads_nothing(system: System, published: str) -> None:
    page = file_of(system, published, "html")

    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    assert b"<script" not in page.data and b"http://" not in page.data.replace(
        b"http://www.w3.org/2000/svg", b""
    )


def test_the_evidence_can_be_had_as_one_table(system: System) -> None:
    site, item, month = open_site(system), publish_item(system), month_of_now(system)
    orders = [place_order(system, item, site=site) for _ in range(3)]
    system.settle()

    path = f"/v1/evidence.csv?measure=orders_placed&period={month}&site={site}"
    answer = system.call("reports", "GET", path).ok()

    assert answer.data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [line["subject"] for line in lines] == orders

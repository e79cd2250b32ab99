"""The files of one report, opened by other programs, hold the numbers of its page and of the API.

The web page is read by Python's own parser, the workbook by openpyxl and by LibreOffice Calc, the
document by python-docx and by LibreOffice Writer, the PDF by poppler's `pdftotext`.
"""

import csv
import io
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from services.reports.model.measures import MEASURES
from tests.system import (
    System,
    announce_activity,
    month_of_now,
    open_site,
    place_order,
    publish_item,
    register,
)

AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76"  # comma, quote, UTF-8
AS_TEXT = "txt:Text (encoded):UTF8"
PROGRAM_SECONDS = 120  # the first start of LibreOffice makes its profile
Numbers = dict[str, str]
"""By label of the total, as it is written."""


def program(name: str) -> str:
    """Where it is. Without it: skipped on a laptop, failed in CI."""
    found = shutil.which(name)
    if not found:
        reason = f"{name} is not installed (libreoffice-*-nogui, poppler-utils)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def report(system: System) -> dict[str, Any]:
    """A published report of a site with orders, attendances and a hidden number."""
    site, item = open_site(system), publish_item(system)
    for _ in range(11):
        place_order(system, item, site=site)
    soon = {"starts_at": system.at(minutes=30), "ends_at": system.at(minutes=90)}
    for kind, come in (("culture", 7), ("theory", 2)):
        activity = announce_activity(system, site, theme=kind, **soon)
        for number in range(come):
            seat = register(system, activity, f"R-{site}-{number}")
            system.post("events", f"/v1/activities/{activity}/registrations/{seat}/attend")
    system.settle()
    body = {"month": month_of_now(system), "site": site}
    id = system.post("reports", "/v1/reports", body).id
    return dict(system.read("reports", f"/v1/reports/{id}"))


@pytest.fixture(scope="module")
def files(system: System, report: dict[str, Any], tmp_path_factory: Any) -> dict[str, Path]:
    """Each file as it was downloaded."""
    folder, found = tmp_path_factory.mktemp("report"), {}
    for format in ("html", "csv", "xlsx", "docx", "pdf"):
        path = f"/v1/reports/{report['id']}/files/{format}"
        found[format] = folder / f"report.{format}"
        found[format].write_bytes(system.call("reports", "GET", path).ok().data)
    return found


class Page(HTMLParser):
    """Rows of all tables of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        self._inside = tag in ("td", "th")
        if self._inside:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data


Rows = list[list[str]]


def rows_of_page(path: Path) -> Rows:
    return Page(path.read_text()).rows


def rows_of_csv(path: Path) -> Rows:
    """The tables again, from a line for each number."""
    tables: dict[tuple[str, str], list[str]] = {}
    for line in csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))):
        if line["table"] == "totals":
            tables["totals", line["measure"]] = [line["heading"], line["number"]]
        elif line["number"]:
            row = tables.setdefault((line["table"], line["key"]), [line["label"]])
            row.append(line["number"])
    return list(tables.values())


def rows_of_book(path: Path) -> Rows:
    book = openpyxl.load_workbook(path)
    return [
        [str(cell) for cell in row if cell is not None]
        for sheet in book.worksheets
        for row in sheet.iter_rows(values_only=True)
    ]


def rows_of_document(path: Path) -> Rows:
    return [
        [cell.text for cell in row.cells]
        for table in docx.Document(str(path)).tables
        for row in table.rows
    ]


def converted(path: Path, to: str, folder: Path) -> Path:
    """By LibreOffice, with a profile of this test's own."""
    subprocess.run(
        [
            program("soffice"),
            "--headless",
            f"-env:UserInstallation=file://{folder}/profile",
            *("--convert-to", to, "--outdir", str(folder)),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=PROGRAM_SECONDS,
    )
    return folder / f"{path.stem}.{to.partition(':')[0]}"


def text_of(path: Path) -> str:
    """By poppler, with what stands in one line in one line."""
    command = [program("pdftotext"), "-layout", str(path), "-"]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=PROGRAM_SECONDS
    ).stdout


def numbers(rows: Rows) -> list[list[str]]:
    """Rows that hold numbers, in the order of their labels."""
    found = (row for row in rows if len(row) > 1 and re.fullmatch(r"[\d.]+|\*", row[1]))
    return sorted([row[0], *map(plain, row[1:])] for row in found)


def plain(cell: str) -> str:
    """A workbook holds numbers, which have no zeros behind them."""
    return cell.removesuffix(".0")


def test_the_page_holds_the_numbers_of_the_api(
    report: dict[str, Any], files: dict[str, Path]
) -> None:
    rows = {row[0]: row[1] for row in rows_of_page(files["html"]) if len(row) == 2}

    for name, each in MEASURES.items():
        shown = rows[f"{each.label.zh}({each.unit})"]
        value = report["figures"]["totals"].get(name, 0)
        assert shown == ("*" if shown == "*" and 0 < value < 5 else str(value)), name
    assert rows["点单(件)"] == "11"
    assert rows["参加活动(人次)"] == "9"


@pytest.mark.parametrize(
    ("format", "read"),
    [("csv", rows_of_csv), ("xlsx", rows_of_book), ("docx", rows_of_document)],
)
def test_a_file_holds_the_numbers_of_the_page(
    files: dict[str, Path], format: str, read: Any
) -> None:
    page = numbers(rows_of_page(files["html"]))

    assert len(page) > len(MEASURES)
    assert numbers(read(files[format])) == page
    assert page[0] != ["*", "*"] and any("*" in row for row in page)  # the two of theory


def test_libreoffice_reads_the_numbers_of_the_page_in_workbook_and_document(
    files: dict[str, Path], tmp_path: Path
) -> None:
    page = numbers(rows_of_page(files["html"]))

    totals = converted(files["xlsx"], AS_CSV, tmp_path).read_text()  # of the first sheet
    text = converted(files["docx"], AS_TEXT, tmp_path).read_text()

    lines = {(row[0], plain(row[1])) for row in csv.reader(io.StringIO(totals)) if len(row) > 1}
    flat = [line.strip() for line in text.splitlines() if line.strip()]
    together = "\n".join(map(plain, flat))
    for row in page:
        if len(row) == 2:
            assert tuple(row) in lines
        assert "\n".join(row) in together or "\t".join(row) in together, row


def test_pdftotext_reads_the_numbers_of_the_page(files: dict[str, Path]) -> None:
    text = text_of(files["pdf"])

    found = {tuple(map(plain, line.split())) for line in text.splitlines()}
    for row in numbers(rows_of_page(files["html"])):
        if len(row) == 2 and " " not in row[0]:
            assert tuple(row) in found, row
    assert "校验码" in text and "暂定" in text

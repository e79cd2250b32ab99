"""The files of a report, opened by other programs, hold the numbers of its figures."""

import csv
import io
import itertools
import re
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from services.reports.files import csv_file, docx_file, html_file, pdf_file, xlsx_file
from services.reports.files.cells import HIDDEN, closed_columns, hidden_columns
from services.reports.files.content import CHINESE, ENGLISH, Content, content_of
from services.reports.model.measures import MEASURES, rates
from services.reports.model.period import Period
from services.reports.model.report import Before, Report, Scope
from shared.contracts.vocabulary import Department, Theme
from shared.errors import Text
from tests.pdf_text import text_of
from tests.unit.builders import NOW

TOTALS = {
    "orders_placed": 1203,
    "orders_completed": 1101,
    "ratings": 1000,
    "stars": 4711,
    "service_entries": 1250,
    "service_minutes": 76543,
    "volunteers": 311,
    "sessions_held": 87,
    "attendances": 4021,
    "people": 2345,
}
FIGURES: dict[str, Any] = {
    "totals": TOTALS,
    "by_theme": {"culture": {"sessions_held": 61, "attendances": 3999, "people": 1999}},
    "by_mode": {"help": {"orders_placed": 801, "service_minutes": 55555}},
    "by_site": {
        "XP11": {"orders_placed": 703, "people": 1207, "service_minutes": 40001},
        "XP12": {"orders_placed": 500, "people": 1138, "service_minutes": 36542},
    },
    "by_team": {"team_one111": {"service_entries": 1250, "service_minutes": 76543}},
    "by_series": {},
    "by_item": {"itm_haircut": {"orders_placed": 1203, "orders_completed": 1101}},
}
NAMES = {
    "XP11": Text("Minzhu", "民主社区站"),
    "team_one111": Text("=HYPERLINK(1)", "=HYPERLINK(1)"),
    "itm_haircut": Text("Haircut", "上门理发"),
}


def report(figures: dict[str, Any] = FIGURES, **facts: Any) -> Report:
    scope = Scope(**{name: facts.pop(name) for name in list(facts) if name in vars(Scope())})
    usual = {"before": None, "now": NOW} | facts
    made, _ = Report.publish(
        "rpt_one111", Period("2026-10"), scope, as_of={"orders": 7}, figures=figures, **usual
    )
    return made


def content(language: int = CHINESE, smallest: int = 5, made: Report | None = None) -> Content:
    return content_of("rpt_one111", made or report(), NAMES, language, smallest, NOW)


# ---- each format as another program reads it: table, key or label, column: number ----


class Tables(HTMLParser):
    """Cells of the tables of a page, by table and row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        self.inside = tag if tag in ("td", "th") else ""
        if self.inside:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.text += data
        if getattr(self, "inside", ""):
            self.rows[-1][-1] += data


def rows_of_html(content: Content) -> list[list[str]]:
    page = Tables()
    page.feed(html_file.write(content, "zh").decode())
    return page.rows


def rows_of_xlsx(content: Content) -> list[list[str]]:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file.write(content)))
    return [
        [str(cell) for cell in row if cell is not None]
        for sheet in book.worksheets
        for row in sheet.iter_rows(values_only=True)
    ]


def rows_of_docx(content: Content) -> list[list[str]]:
    document = docx.Document(io.BytesIO(docx_file.write(content)))
    return [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]


READERS: list[Callable[[Content], list[list[str]]]] = [rows_of_html, rows_of_xlsx, rows_of_docx]


@pytest.mark.parametrize("read", READERS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
def test_a_file_holds_every_row_of_the_content(
    read: Callable[[Content], list[list[str]]], language: int
) -> None:
    made = content(language)

    rows = read(made)

    assert {table.name for table in made.tables} == {
        *("by_theme", "by_mode", "by_site", "by_team", "by_item")
    }
    for table in (made.totals, *made.tables):
        assert [table.heading, *table.heads] in rows
        for row in table.rows:
            assert [row.label, *map(str, row.cells)] in rows
    for line in made.dictionary:
        assert list(line) in rows


def test_the_content_says_what_the_figures_say() -> None:
    made = content()

    found = {row.key: row.cells[0] for row in made.totals.rows}
    assert found == {name: TOTALS.get(name, 0) for name in MEASURES} | rates(TOTALS)
    for table in made.tables:
        for row in table.rows:
            expected = FIGURES[table.name][row.key]
            cells = zip(table.columns, row.cells, strict=True)
            assert {measure.name: cell for measure, cell in cells} == {
                measure.name: expected.get(measure.name, 0) for measure in table.columns
            }


def test_the_csv_file_has_a_line_for_each_number_and_a_mark_for_spreadsheets() -> None:
    raw = csv_file.write(content())

    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    found = {(line["table"], line["key"], line["measure"]): line["number"] for line in lines}
    assert found["totals", "", "orders_placed"] == "1203"
    assert found["by_site", "XP12", "service_minutes"] == "36542"
    assert found["by_theme", "culture", "people"] == "1999"
    said = {(line["table"], line["key"]): line["text"] for line in lines}
    assert (said["about", "state"], said["about", "as_of.orders"]) == ("provisional", "7")
    assert said["about", "checksum"] == report().checksum
    meanings = {line["measure"]: line["text"] for line in lines if line["table"] == "dictionary"}
    assert all(meanings[line["measure"]] for line in lines if line["table"] == "totals")


def test_the_pdf_file_holds_the_numbers_and_chinese_text() -> None:
    made = content()

    text = text_of(pdf_file.write(made))

    for words in ("新时代文明实践工作报告", "2026年10月", "民主社区站", "暂定", "惠及群众"):
        assert words in text
    for table in (made.totals, *made.tables):
        for row in table.rows:
            assert all(str(cell) in text for cell in row.cells)


def test_every_file_explains_every_number_and_says_as_of_what_and_whether_it_is_final() -> None:
    made = content()

    texts = [
        "\n".join(" ".join(row) for row in read(made)) for read in (rows_of_html, rows_of_xlsx)
    ]
    page = Tables()
    page.feed(html_file.write(made, "zh").decode())
    whole: Any = docx.Document(io.BytesIO(docx_file.write(made)))
    document = "\n".join(
        [*(each.text for each in whole.paragraphs), *(" ".join(r) for r in rows_of_docx(made))]
    )
    spaceless = text_of(pdf_file.write(made)).replace("\n", "")
    explained = {line[0] for line in made.dictionary}
    assert {row.key for row in made.totals.rows} <= explained
    for text in (page.text, texts[1], document, spaceless, csv_file.write(made).decode()):
        assert "暂定" in text and "orders 7" in text and report().checksum in text
        for name in ("mean_stars", "orders_placed"):
            assert name in text


def test_a_report_of_a_department_has_what_can_be_told_of_it() -> None:
    totals = {"questions_answered": 12, "people": 9}
    sites = {"XP11": {"questions_answered": 12}}
    figures = {"totals": totals, "by_site": sites, "by_department": {"justice-office": totals}}

    made = content(made=report(figures, department=Department.JUSTICE_OFFICE))

    assert made.subtitle.startswith("司法所 2026年10月")
    shown = {row.key: row.cells[0] for row in made.totals.rows}
    assert (shown["questions_answered"], shown["people"]) == (12, 9)
    assert "service_minutes" in shown and "shifts_planned" not in shown and "votes" not in shown
    [table] = made.tables
    assert "people" not in {measure.name for measure in table.columns}


def test_a_title_is_no_formula() -> None:
    made = content()

    book = openpyxl.load_workbook(io.BytesIO(xlsx_file.write(made)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert "=HYPERLINK(1)" in {cell.value for cell in cells if cell.data_type != "f"}
    assert not any(cell.data_type == "f" for cell in cells)
    assert b",'=HYPERLINK(1)," in csv_file.write(made)


def test_the_workbook_has_native_charts() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx_file.write(content()))) as book:
        charts = [name for name in book.namelist() if re.match(r"xl/charts/chart\d+\.xml", name)]
        text = book.read(charts[0]).decode()

    assert len(charts) == 5
    assert "<c:barChart>" in text


def test_the_office_can_give_the_document_styles_of_its_own(tmp_path: Path) -> None:
    own: Any = docx.Document()
    own.add_paragraph("连云港市海州区新浦街道办事处文件")
    own.styles["Normal"].font.name = "Office Font"
    own.save(str(tmp_path / "own.docx"))

    made: Any = docx.Document(io.BytesIO(docx_file.write(content(), tmp_path / "own.docx")))

    assert made.paragraphs[0].text == "连云港市海州区新浦街道办事处文件"
    assert made.styles["Normal"].font.name == "Office Font"
    assert len(made.tables) == 7


@pytest.mark.parametrize("write", [csv_file.write, xlsx_file.write, pdf_file.write])
def test_the_same_content_gives_the_same_file(write: Callable[[Content], bytes]) -> None:
    assert write(content()) == write(content())


# ---- what is said beside the numbers ----


def test_a_file_says_whether_it_is_final_as_of_what_and_what_it_supersedes() -> None:
    provisional, final = content(), content(made=report(now=NOW.replace(month=11)))
    corrected = content(made=report(before=Before("rpt_zero00", 1)))

    assert (provisional.state[:2], final.state) == ("暂定", "正式")
    assert any("orders 7" in note for note in provisional.notes)
    assert any(report().checksum in note for note in provisional.notes)
    assert any("rpt_zero00" in note for note in corrected.notes)


def test_a_report_of_one_theme_has_its_totals_and_sites_alone() -> None:
    figures = {"totals": TOTALS, "by_theme": {"culture": TOTALS}, "by_site": FIGURES["by_site"]}

    made = content(ENGLISH, made=report(figures, theme=Theme.CULTURE))

    assert made.subtitle == "The sub-district: Culture 2026-10 monthly report"
    assert [table.name for table in made.tables] == ["by_theme", "by_site"]


# ---- small cells ----


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ([7, 12], [7, 12]),
        ([0, 7], [0, 7]),
        ([3, 2, 9], [HIDDEN, HIDDEN, 9]),
        ([3, 7, 12], [HIDDEN, HIDDEN, 12]),  # one alone could be had from the total
        ([4, 4, 9, 12], [HIDDEN, HIDDEN, HIDDEN, 12]),  # two that are 8 together are 4 each
        ([1, 1, 9], [HIDDEN, HIDDEN, HIDDEN]),
        ([4, 4, 0], [HIDDEN, HIDDEN, HIDDEN]),
        ([3, 0], [HIDDEN, 0]),  # the total is hidden as well
        ([4], [HIDDEN]),
    ],
)
def test_small_numbers_of_residents_are_hidden(people: list[int], shown: list[Any]) -> None:
    cell = hidden_columns([{"people": each} for each in people], ["people"], 5)

    assert [cell(place, "people") for place in range(len(people))] == shown


def possible(rest: int, cells: int, smallest: int) -> Iterator[tuple[int, ...]]:
    """What hidden cells can be, for who knows their sum and how cells are hidden: all of them
    small, where that is no single possibility; or the small ones, and one that hides them."""
    for some in itertools.product(range(rest + 1), repeat=cells - 1):
        if (last := rest - sum(some)) >= 0:
            small = [value for value in (*some, last) if 0 < value < smallest]
            alone = len(small) == 1 or sum(small) in (len(small), len(small) * (smallest - 1))
            if len(small) == cells - alone and small:
                yield (*some, last)


@pytest.mark.parametrize("smallest", [2, 3, 5])
@pytest.mark.parametrize("length", [1, 2, 3])
def test_what_is_shown_beside_small_cells_does_not_give_them_away(
    length: int, smallest: int
) -> None:
    seen = 0
    for values in itertools.product(range(8), repeat=length):
        rows = [{"people": value} for value in values]
        closed = closed_columns([rows], smallest)
        cell = hidden_columns(rows, ["people"], smallest, closed)
        total = hidden_columns([{"people": sum(values)}], ["people"], smallest, closed)
        column = [cell(place, "people") for place in range(length)]
        hidden = [value for value, each in zip(values, column, strict=True) if each == HIDDEN]
        assert not any(0 < each < smallest for each in column if not isinstance(each, str))
        if hidden and total(0, "people") != HIDDEN:
            seen += 1
            found = list(possible(sum(hidden), len(hidden), smallest))
            for place in range(len(hidden)):
                assert len({each[place] for each in found}) > 1, (values, column)
    assert seen or length == 1


def test_small_cells_that_nothing_else_can_hide_take_their_total_and_column_with_them() -> None:
    figures = {
        "totals": {"people": 8, "attendances": 8},
        "by_theme": {"culture": {"people": 4}, "morality": {"people": 4}},
        "by_site": {"XP11": {"people": 8, "attendances": 8}},
    }

    made = content(made=report(figures))

    shown = {row.key: row.cells[0] for row in made.totals.rows}
    assert (shown["people"], shown["attendances"]) == (HIDDEN, 8)
    [site] = [table.rows[0] for table in made.tables if table.name == "by_site"]
    assert (site.cells[-1], site.cells[-2]) == (HIDDEN, 8)


def test_how_small_is_too_small_can_be_set() -> None:
    figures = {"totals": {"people": 30}, "by_site": {"XP11": {"people": 3}, "XP12": {"people": 27}}}

    for smallest, cells in ((1, [3, 27]), (3, [3, 27]), (4, [HIDDEN, HIDDEN])):
        [sites] = content(smallest=smallest, made=report(figures)).tables
        assert [row.cells[-1] for row in sites.rows] == cells


def test_numbers_of_other_things_are_never_hidden() -> None:
    names = ("orders_placed", "sessions_held", "service_entries", "volunteers")

    cell = hidden_columns([dict.fromkeys(names, 1)], names, 5)

    assert [cell(0, name) for name in names] == [1] * 4


def test_what_is_hidden_is_in_no_file() -> None:
    figures = FIGURES | {"by_site": {"XP11": {"people": 3}, "XP12": {"people": 2342}}}
    made = content(made=report(figures))

    [sites] = [table for table in made.tables if table.name == "by_site"]
    assert [row.cells[-1] for row in sites.rows] == [HIDDEN, HIDDEN]
    for read in READERS:
        assert not any("2342" in cell for row in read(made) for cell in row)
    assert b"2342" not in csv_file.write(made)
    assert "2342" not in text_of(pdf_file.write(made))

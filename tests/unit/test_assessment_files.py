"""The files of an assessment: the ranking, and the sheet of a site, in five formats."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import docx
import openpyxl
import pytest

from services.reports.files import csv_file, docx_file, html_file, xlsx_file
from services.reports.files.assessment_content import content_of_ranking, content_of_sheet
from services.reports.files.cells import HIDDEN
from services.reports.files.content import CHINESE, ENGLISH, Content
from services.reports.model.assessment import Assessment
from shared.errors import NotFound
from tests.unit.builders import NOW
from tests.unit.rubrics import assessment, body, content, inputs

WRITERS: dict[str, Callable[[Content], bytes]] = {
    "csv": csv_file.write,
    "xlsx": xlsx_file.write,
    "docx": docx_file.write,
    "html": lambda content: html_file.write(content, "zh"),
}


def published() -> Assessment:
    made = assessment(
        XP11=inputs(deductions=2), XP12=inputs(placed=0, served=0, place=None, vetoed=True)
    )
    made.publish(None, 100, NOW + timedelta(days=40))
    return made


def text_of(format: str, data: bytes) -> str:
    """All that another program reads, a line for each row."""
    match format:
        case "csv":
            rows: list[list[object]] = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))  # type: ignore[arg-type]
        case "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(data))
            rows = [list(row) for sheet in book for row in sheet.iter_rows(values_only=True)]
        case "docx":
            tables = docx.Document(io.BytesIO(data)).tables
            rows = [[cell.text for cell in row.cells] for table in tables for row in table.rows]
        case _:
            return data.decode().replace("</td><td>", " ").replace("</th><td>", " ")
    return "\n".join(" ".join(map(str, row)) for row in rows)


@pytest.mark.parametrize("format", WRITERS)
def test_the_ranking_holds_every_site_with_its_total_and_points(format: str) -> None:
    text = text_of(format, WRITERS[format](content_of_ranking(published(), content(), CHINESE)))

    for word in ("XP11", "XP12", "70", "合格", "不合格", "K1", "fnd_one1111", "意识形态事件"):
        assert word in text, word
    assert "10 - 10 * lacking" in text  # what each point comes from


@pytest.mark.parametrize("format", WRITERS)
def test_a_sheet_holds_each_line_and_the_numbers_behind_it(format: str) -> None:
    made = content_of_sheet(published(), content(), "XP12", CHINESE, 1)

    text = text_of(format, WRITERS[format](made))

    for word in ("1.1", "除数为零", "未督查", "2 / 2", "传思想", "意识形态事件"):
        assert word in text, word
    assert "XP11" not in text  # nothing of another site


def test_the_table_of_csv_is_what_was_scored() -> None:
    data = csv_file.write(content_of_ranking(published(), content(), ENGLISH))

    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    cells = {(each["table"], each["key"], each["measure"]): each for each in lines}
    assert cells["ranking", "XP11", "total"]["number"] == "70.0"
    assert cells["ranking", "XP11", "grade"]["text"] == "合格"
    assert cells["section_1", "XP11", "1.1"]["number"] == "32.0"
    assert cells["deductions", "XP11:K1", "points"]["number"] == "4.0"
    assert [each["text"] for each in lines if each["key"] == "checksum"] == [published().checksum]


def test_small_numbers_of_residents_are_hidden_in_a_sheet() -> None:
    lines = body()["lines"]
    lines[1]["formula"] = "people + orders_placed.help"
    made = published()
    made.inputs.sites["XP11"].figures.update({"site:people": 3, "site:orders_placed:help": 3})

    for smallest, shown in ((10, HIDDEN), (3, 3)):
        sheet = content_of_sheet(made, content(lines=lines), "XP11", CHINESE, smallest)
        [figures] = [each for each in sheet.tables if each.name == "figures"]
        cells = {row.key: row.cells[0] for row in figures.rows}
        assert (cells["site:people"], cells["site:orders_placed:help"]) == (shown, 3)


def test_any_section_can_be_a_sheet_of_excel() -> None:
    lines = body()["lines"]
    for number, each in enumerate(lines):
        each["section"] = f"[阵地]:建设/*管理?\\'{number}'" + "长" * 40

    data = xlsx_file.write(content_of_ranking(published(), content(lines=lines), CHINESE))

    assert len(openpyxl.load_workbook(io.BytesIO(data)).sheetnames) == 8


def test_there_is_no_sheet_of_a_site_that_was_not_assessed() -> None:
    with pytest.raises(NotFound):
        content_of_sheet(published(), content(), "XP99", CHINESE, 1)

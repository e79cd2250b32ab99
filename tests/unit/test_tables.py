"""Tables: what is written is read back, nothing in it can run, and what is no table is said."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import tables
from shared.errors import InvalidInput
from shared.tables import Format, read_rows, write_rows
from tests.unit.persons import card

FORMATS: tuple[Format, ...] = ("csv", "xlsx")
ROWS: list[list[Any]] = [
    ["姓名", "证件号码", "分钟", "日期"],
    ["王小明", card(), 45, date(2026, 10, 9)],
    ["=HYPERLINK(1)", "@x", 0, None],
    ["两\n行", '引"号', 1, "a,b"],
]


def written(format: Format, rows: Sequence[Sequence[Any]]) -> bytes:
    return b"".join(write_rows(format, rows))


def read(data: bytes) -> list[list[str]]:
    return [cells for _, cells in read_rows(io.BytesIO(data))]


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_written_is_read_back(format: Format) -> None:
    assert read(written(format, ROWS)) == [
        ["姓名", "证件号码", "分钟", "日期"],
        ["王小明", card(), "45", "2026-10-09"],
        ["=HYPERLINK(1)", "@x", "0"],
        ["两\n行", '引"号', "1", "a,b"],
    ]


TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="'\ufeff"),
    min_size=1,
    max_size=20,
)


@given(st.lists(st.lists(TEXT, min_size=1, max_size=4), min_size=1, max_size=5))
def test_any_text_comes_back_from_csv(rows: list[list[str]]) -> None:
    assert read(written("csv", [["a", "b"], *rows]))[1:] == rows


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_is_a_formula_for_a_spreadsheet(start: str) -> None:
    text = f"{start}cmd|' /C calc'!A0"

    assert f"'{start}" in written("csv", [["a"], [text]]).decode()
    with zipfile.ZipFile(io.BytesIO(written("xlsx", [["a"], [text]]))) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "cmd|" in sheet


def test_a_csv_has_the_mark_by_which_spreadsheets_know_chinese() -> None:
    assert written("csv", [["姓名"]]).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_is_read_as_spreadsheets_save_it(encoding: str, separator: str) -> None:
    text = (
        separator.join(["姓名", "站点"]) + "\r\n" + separator.join(["王小明", "XP11"]) + "\r\n\r\n"
    )
    assert read(text.encode(encoding)) == [["姓名", "站点"], ["王小明", "XP11"]]


def test_shared_texts_numbers_and_dates_of_an_xlsx_are_read_as_a_person_sees_them() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["a", "b", "c", "d", "e"], ["王", 13800138000.0, 1.5, date(2026, 10, 9), True]):
        sheet.append(row)
    sheet.append(["王", 320705196203140012, None, None, "王"])  # a number that lost its end
    file = io.BytesIO()
    book.save(file)

    rows = read(file.getvalue())

    assert rows[1] == ["王", "13800138000", "1.5", "2026-10-09", "true"]
    assert rows[2][0] == rows[2][4] == "王"
    assert "E+17" in rows[2][1]


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 1000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\0\0\0", "neither CSV nor XLSX"),
        (b"\xff\xfe\xff\xff", "UTF-8 or GB18030"),
        (b"PK\x03\x04 and nothing more", "is no XLSX"),
        (b'a,"b\n', "is no CSV"),
        (b"a" * 2001, "more than 2000 letters"),
        (b",".join([b"a"] * 101), "more than 100 columns"),
    ],
)
def test_what_is_no_table_is_said(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read(data)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_UNPACKED", 999)
    with pytest.raises(InvalidInput, match="unpacks to too much"):
        read(bomb())


def test_too_many_rows_are_refused_at_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    read(b"a\n1\n2\n")
    with pytest.raises(InvalidInput, match="more than 2 rows"):
        read(b"a\n1\n2\n3\n")

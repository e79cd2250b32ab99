"""Tables that people exchange: CSV and XLSX, read and written as streams of rows.

    for number, cells in read_rows(file): ...        # texts, as a person sees them
    File(write_rows("xlsx", rows), MEDIA["xlsx"], "名册.xlsx")

Reading keeps one row in memory, whatever the file's size; the shared texts of an XLSX wait on disk.
What is written can't run: a text that a spreadsheet would take for a formula is defused, and read
back as it was.
"""

import codecs
import csv
import io
import tempfile
import zipfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, time
from typing import IO, Any, Literal
from xml.etree.ElementTree import ParseError

from shared.errors import FieldProblem, InvalidInput, Text

Cell = str | int | float | date | None
Format = Literal["csv", "xlsx"]

MEDIA: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_ROWS = 200_000
MOST_COLUMNS = 100
MOST_LETTERS = 2000  # of one cell
MOST_UNPACKED = 512 * 1024 * 1024  # bytes of an XLSX, which is a zip: it must not be a bomb
PART_BYTES = 64 * 1024  # of what goes out at a time
LARGEST_WHOLE = 10**15  # digits of a greater number are lost in a spreadsheet

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ENCODINGS = ("utf-8-sig", "gb18030")  # what spreadsheets here save CSV as


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _as_it_was(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


# ---- writing ----


def write_rows(format: Format, rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The whole file, part by part. The first row is the heading."""
    return _write_csv(rows) if format == "csv" else _write_xlsx(rows)


def _write_csv(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """With a byte order mark: without it a spreadsheet shows Chinese as nonsense."""
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_text(cell) for cell in row])
        if buffer.tell() > PART_BYTES:
            yield _taken(buffer)
    yield _taken(buffer)


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return defused(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _write_xlsx(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Row by row to disk; texts are written as texts, never as formulas, links or numbers."""
    import xlsxwriter

    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "@"})
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, int | float):
                    sheet.write_number(number, column, cell)
                elif cell is not None:
                    text = cell.isoformat() if isinstance(cell, date) else cell
                    sheet.write_string(number, column, text, None if number else bold)
        sheet.freeze_panes(1, 0)
        book.close()
        file.seek(0)
        while part := file.read(PART_BYTES):
            yield part


# ---- reading ----


def read_rows(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row that is not empty, of the first sheet. The file must be one that
    can be read again from its beginning. Raises InvalidInput for what is no table."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    rows = _read_xlsx(file) if head.startswith(b"PK\x03\x04") else _read_csv(file)
    seen = 0
    for number, row in enumerate(rows, 1):
        cells = [_as_it_was(cell.strip()) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        seen += 1
        if seen > MOST_ROWS + 1:
            raise _bad(f"has more than {MOST_ROWS} rows", f"超过 {MOST_ROWS} 行")
        if len(cells) > MOST_COLUMNS:
            raise _bad(
                f"row {number} has more than {MOST_COLUMNS} columns",
                f"第 {number} 行超过 {MOST_COLUMNS} 列",
            )
        if any(len(cell) > MOST_LETTERS for cell in cells):
            raise _bad(
                f"row {number} has a cell of more than {MOST_LETTERS} letters",
                f"第 {number} 行有单元格超过 {MOST_LETTERS} 字",
            )
        yield number, cells


def _bad(en: str, zh: str) -> InvalidInput:
    text = Text(en, zh)
    return InvalidInput(text, FieldProblem(field="file", text=text))


def _read_csv(file: IO[bytes]) -> Iterator[list[str]]:
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    try:
        heading = text.readline(MOST_COLUMNS * MOST_LETTERS)
        separator = max(",\t;", key=heading.count)
        text.seek(0)
        yield from csv.reader(text, delimiter=separator, strict=True)
    except (csv.Error, UnicodeDecodeError) as error:
        raise _bad(f"is no CSV: {type(error).__name__}", "不是有效的 CSV 文件") from None
    finally:
        with suppress(ValueError):  # the file was closed before the last row was asked for
            text.detach()


def _encoding(file: IO[bytes]) -> str:
    """The first of those in which every byte can be read."""
    for name in _ENCODINGS:
        decoder = codecs.getincrementaldecoder(name)()
        file.seek(0)
        with suppress(UnicodeDecodeError):
            while part := file.read(PART_BYTES):
                if "\0" in decoder.decode(part):
                    raise _bad("is neither CSV nor XLSX", "既不是 CSV 也不是 XLSX 文件")
            decoder.decode(b"", final=True)
            file.seek(0)
            return name
    raise _bad("should be UTF-8 or GB18030", "编码应为 UTF-8 或 GB18030")


def _read_xlsx(file: IO[bytes]) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise _bad("unpacks to too much", "解压后过大")
        with _open_book(file) as book:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what it says of its size may be wrong
            for row in sheet.iter_rows(values_only=True):
                yield [_seen(value) for value in row]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, ParseError, OSError) as error:
        raise _bad(f"is no XLSX: {type(error).__name__}", "不是有效的 XLSX 文件") from None


def _seen(value: Any) -> str:
    """As a person sees it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_WHOLE:
        return str(int(value))
    if isinstance(value, int | float) and abs(value) >= LARGEST_WHOLE:
        return f"{float(value):E}"  # its last digits are not what somebody typed
    if isinstance(value, datetime):
        whole_day = value.time() == time()
        return value.date().isoformat() if whole_day else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


@contextmanager
def _open_book(file: IO[bytes]) -> Iterator[Any]:
    """openpyxl's reader of rows, with the shared texts on disk instead of in a list."""
    from openpyxl.reader.excel import ExcelReader

    texts = _TextsOnDisk()

    class Reader(ExcelReader):  # type: ignore[misc]
        def read_strings(self) -> None:
            _read_texts(self, texts)
            self.shared_strings = texts

    reader = Reader(file, read_only=True, data_only=True, keep_links=False)
    try:
        reader.read()
        yield reader.wb
        reader.wb.close()
    finally:
        texts.close()


def _read_texts(reader: Any, texts: "_TextsOnDisk") -> None:
    from openpyxl.cell.text import Text as RichText
    from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
    from openpyxl.xml.functions import iterparse

    part = reader.package.find(SHARED_STRINGS)
    if part is None:
        return
    with reader.archive.open(part.PartName[1:]) as source:
        steps = iterparse(source, events=("start", "end"))
        _, root = next(steps)
        for step, node in steps:
            if step == "end" and node.tag == f"{{{SHEET_MAIN_NS}}}si":
                texts.append(RichText.from_tree(node).content)
                root.clear()  # else it would remember each of them


class _TextsOnDisk:
    """A list of texts: eight bytes of memory for each."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._starts = array("Q", [0])

    def append(self, text: str) -> None:
        self._file.seek(0, io.SEEK_END)
        written = self._file.write(text.encode())
        self._starts.append(self._starts[-1] + written)

    def __getitem__(self, index: int) -> str:
        self._file.seek(self._starts[index])
        return self._file.read(self._starts[index + 1] - self._starts[index]).decode()

    def __len__(self) -> int:
        return len(self._starts) - 1

    def close(self) -> None:
        self._file.close()

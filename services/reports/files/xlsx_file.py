"""A report as XLSX: a sheet for each table, with native charts."""

import io
import re
from typing import Any

from services.reports.files.content import Content, Table

_LABEL_WIDTH, _WIDTH, _MEANING_WIDTH = 34, 14, 60  # characters


def write(content: Content) -> bytes:
    """The same bytes for the same content."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": content.title, "created": content.at.replace(tzinfo=None)})
        formats = {
            "title": book.add_format({"bold": True, "font_size": 16}),
            "head": book.add_format({"bold": True, "bg_color": "#D9E2F3", "text_wrap": True}),
            "note": book.add_format({"italic": True}),
        }
        _write_first(book, content, formats)
        for table in content.tables:
            _write_table(book, table, formats)
        _write_dictionary(book, content, formats)
    return file.getvalue()


def _write_first(book: Any, content: Content, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet(_name(content.totals))
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, 1, _WIDTH)
    sheet.write(0, 0, content.title, formats["title"])
    sheet.write(1, 0, f"{content.subtitle} · {content.state}")
    sheet.write_row(3, 0, (content.totals.heading, *content.totals.heads), formats["head"])
    row = 4
    for row, each in enumerate(content.totals.rows, 4):
        sheet.write_row(row, 0, (each.label, *each.cells))
    for place, note in enumerate(content.notes, row + 2):
        sheet.write(place, 0, note, formats["note"])


def _write_table(book: Any, table: Table, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet(_name(table))
    sheet.set_column(0, 0, _LABEL_WIDTH)
    sheet.set_column(1, len(table.columns), _WIDTH)
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, (table.heading, *table.heads), formats["head"])
    for place, row in enumerate(table.rows, 1):
        sheet.write_row(place, 0, (row.label, *row.cells))
    if table.charted is None:
        return
    column, last = table.charted + 1, len(table.rows)
    chart = book.add_chart({"type": "bar" if last > 8 else "column"})
    chart.add_series(
        {
            "name": [_name(table), 0, column],
            "categories": [_name(table), 1, 0, last, 0],
            "values": [_name(table), 1, column, last, column],
        }
    )
    chart.set_title({"name": table.title})
    chart.set_legend({"none": True})
    chart.set_size({"width": 720, "height": max(320, 18 * min(last, 60))})
    sheet.insert_chart(last + 2, 0, chart)


def _write_dictionary(book: Any, content: Content, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet(content.dictionary_heads[3])
    sheet.set_column(0, 1, _LABEL_WIDTH)
    sheet.set_column(3, 3, _MEANING_WIDTH)
    sheet.write_row(0, 0, content.dictionary_heads, formats["head"])
    for place, line in enumerate(content.dictionary, 1):
        sheet.write_row(place, 0, line)


def _name(table: Table) -> str:
    """A sheet's name is short, and has neither brackets nor what Excel takes for a path."""
    title = re.sub(r"[\[\]:*?/\\']", " ", table.title)
    return title.split("(")[0].split("(")[0][:31]

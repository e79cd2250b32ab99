"""A report as CSV: a line for each number, in UTF-8 with a byte order mark.

Behind the numbers, what a program wants to know of the report (table `about`), the notes for people
(`notes`), and what each number means (`dictionary`).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from services.reports.files.cells import HIDDEN, Cell
from services.reports.files.content import Content

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(content: Content) -> bytes:
    """Table, key, label, measure, its label and unit, number; text of what is no number."""
    heads = ("table", "key", "label", "measure", "heading", "number", "text")
    lines: list[tuple[object, ...]] = [
        (content.totals.name, "", "", row.key, row.label, *_placed(row.cells[0]))
        for row in content.totals.rows
    ]
    for table in content.tables:
        for row in table.rows:
            for measure, head, cell in zip(table.columns, table.heads, row.cells, strict=True):
                facts = (table.name, row.key, row.label, measure.name, head)
                lines.append((*facts, *_placed(cell)))
    title = f"{content.title} · {content.subtitle} · {content.state}"
    lines += [("about", name, "", "", "", "", value) for name, value in content.facts]
    lines += [("notes", "", "", "", "", "", note) for note in (title, *content.notes)]
    lines += [
        ("dictionary", "", "", name, f"{label}({unit})", "", meaning)
        for name, label, unit, meaning in content.dictionary
    ]
    return (BOM + "".join(written([heads, *lines]))).encode()


def _placed(cell: Cell) -> tuple[Cell, Cell]:
    """In the column of numbers, or in that of texts. A hidden number is a number."""
    is_text = isinstance(cell, str) and cell != HIDDEN
    return ("", cell) if is_text else (cell, "")


def written(lines: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of CSV. Text that a spreadsheet would take for a formula is defused."""
    for line in lines:
        row = io.StringIO()
        csv.writer(row).writerow([defused(cell) for cell in line])
        yield row.getvalue()


def defused(cell: object) -> object:
    """A text that begins like a formula gets an apostrophe before it."""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell

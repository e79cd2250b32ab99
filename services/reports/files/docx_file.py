"""A report as DOCX, which the office can edit: headings, tables and notes in styles of its own.

`template`: a document of the office's own whose styles, page and letterhead are taken over; what it
holds stays before the report.
"""

import io
from pathlib import Path
from typing import Any

from services.reports.files.content import Content, Table

BODY_FONT, HEAD_FONT = "仿宋", "黑体"
_TABLE_STYLE = "Table Grid"


def write(content: Content, template: Path | None = None) -> bytes:
    """The document, dated as the report."""
    from docx import Document

    document: Any = Document(str(template) if template else None)
    if template is None:
        _set_fonts(document)
    facts = document.core_properties
    facts.title, facts.author, facts.comments = content.title, "", content.subtitle
    facts.created = facts.modified = content.at.replace(tzinfo=None)
    document.add_heading(content.title, 0)
    document.add_paragraph(f"{content.subtitle} · {content.state}")
    for table in (content.totals, *content.tables):
        document.add_heading(table.title, 1)
        _add_table(document, table)
    document.add_heading(content.dictionary_heads[3], 1)
    _add_rows(document, content.dictionary_heads, content.dictionary)
    for note in content.notes:
        document.add_paragraph(note)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_fonts(document: Any) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    for name, font in (("Normal", BODY_FONT), ("Heading 1", HEAD_FONT), ("Title", HEAD_FONT)):
        style = document.styles[name]
        style.font.name = font
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    document.styles["Normal"].font.size = Pt(10.5)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(2)


def _add_table(document: Any, table: Table) -> None:
    rows = [(row.label, *map(str, row.cells)) for row in table.rows]
    _add_rows(document, (table.heading, *table.heads), rows)


def _add_rows(document: Any, heads: Any, rows: Any) -> None:
    made = document.add_table(rows=1 + len(rows), cols=len(heads))
    if _TABLE_STYLE in {style.name for style in document.styles}:
        made.style = _TABLE_STYLE
    cells = made._cells  # each access by row and column would count them all again
    for place, line in enumerate((heads, *rows)):
        for column, text in enumerate(line):
            cells[place * len(heads) + column].text = str(text)

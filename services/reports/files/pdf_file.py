"""A report as PDF, to print and to keep."""

from pathlib import Path

from services.reports.files.content import Content, Table
from shared import documents

_TEMPLATE = Path(__file__).with_name("report.typ")


def write(content: Content) -> bytes:
    """Raises Unavailable where no Chinese font is installed."""
    data = {
        "title": content.title,
        "subtitle": content.subtitle,
        "state": content.state,
        "tables": [_table(each) for each in (content.totals, *content.tables)],
        "dictionary": [content.dictionary_heads, *content.dictionary],
        "meaning": content.dictionary_heads[3],
        "notes": content.notes,
    }
    return documents.pdf(_TEMPLATE, data, content.at)


def _table(table: Table) -> dict[str, object]:
    return {
        "title": table.title,
        "heads": [table.heading, *table.heads],
        "rows": [[row.label, *map(str, row.cells)] for row in table.rows],
    }

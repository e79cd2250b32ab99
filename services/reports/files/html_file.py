"""A report as a web page that needs nothing else: tables, and a chart above each."""

from functools import cache
from pathlib import Path
from typing import Any

from services.reports.files import svg
from services.reports.files.content import Content, Table

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_CHARTED = 20  # rows


def write(content: Content, language: str) -> bytes:
    """The page, in UTF-8."""
    page: str = _template().render(content=content, language=language, chart=_chart)
    return page.encode()


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader

    folder = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=folder, autoescape=True, trim_blocks=True).get_template("report.html")


def _chart(table: Table) -> str:
    place = table.charted or 0
    rows = [
        (row.label, float(cell))
        for row in table.rows[:_CHARTED]
        if not isinstance(cell := row.cells[place], str)
    ]
    return svg.bars(f"{table.title}: {table.heads[place]}", rows)

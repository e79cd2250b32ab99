"""Forms as data: which column holds what, for tables that go out and come in."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from services.volunteers.model.commands import Column, DefineColumns, TableKind
from services.volunteers.model.exchange import ColumnSet
from shared.errors import FieldProblem, InvalidInput, NotFound, Text, Unprocessable, invalid
from shared.storage.aggregates import Aggregates
from shared.storage.ids import derived_id
from shared.tables import Cell

_FILE = Path(__file__).with_name("columns.json")


@cache
def built_in() -> dict[str, ColumnSet]:
    """The forms that come with the service."""
    rows = [DefineColumns.model_validate(row) for row in json.loads(_FILE.read_text())]
    return {row.code: ColumnSet.define(row) for row in rows}


class ColumnSets:
    """The built-in forms, and those that an installation has added."""

    def __init__(self, kept: Aggregates[ColumnSet]) -> None:
        self.kept = kept

    def get(self, code: str, *kinds: TableKind) -> ColumnSet:
        """Raises Unprocessable naming the field."""
        found = built_in().get(code) or self._kept(code)
        if found is None or (kinds and found.kind not in kinds):
            raise _unknown(code)
        return found

    def all(self) -> list[ColumnSet]:
        return [*built_in().values(), *(each.state for each in self.kept.find({}, limit=500))]

    def _kept(self, code: str) -> ColumnSet | None:
        try:
            return self.kept.load(self.id_of(code)).state
        except NotFound:
            return None

    @staticmethod
    def id_of(code: str) -> str:
        return derived_id("col", code)


def _unknown(code: str) -> Unprocessable:
    return invalid(
        "columns",
        f"there is no such set of columns: {code}; GET /v1/column-sets lists them",
        f"没有这套列定义:{code};可查询 GET /v1/column-sets",
    )


def heading(form: ColumnSet) -> list[Cell]:
    return [column.header for column in form.columns]


def written(form: ColumnSet, facts: dict[str, Cell]) -> list[Cell]:
    """One row of the form."""
    return [_word(column, facts) for column in form.columns]


def _word(column: Column, facts: dict[str, Cell]) -> Cell:
    if column.field is None:
        return column.constant
    value = facts.get(column.field)
    return column.values.get(value, value) if isinstance(value, str) else value


class Heading:
    """The first row of a table that came in: where each column of the form stands in it."""

    def __init__(self, form: ColumnSet, cells: Sequence[str]) -> None:
        """Columns may stand in any order, and others beside them. Raises InvalidInput for a column
        that is required and missing, and for one that is there twice."""
        self._columns: dict[int, Column] = {}
        for column in form.columns:
            places = [place for place, cell in enumerate(cells) if cell == column.header]
            if len(places) > 1 or (column.required and not places):
                raise _bad_heading(column.header, twice=len(places) > 1)
            if places and column.field:
                self._columns[places[0]] = column
        self.headers = {
            column.field: column.header for column in self._columns.values() if column.field
        }

    def facts(self, cells: Sequence[str]) -> dict[str, str]:
        """What stands in a row, by field; empty cells are left out."""
        found: dict[str, str] = {}
        for place, column in self._columns.items():
            text = cells[place].strip() if place < len(cells) else ""
            if text and column.field:
                codes = {word: code for code, word in column.values.items()}
                found[column.field] = codes.get(text, text)
        return found


def _bad_heading(header: str, twice: bool) -> InvalidInput:
    text = (
        Text(f"the column {header} is there twice", f"列“{header}”重复")
        if twice
        else Text(f"the column {header} is missing", f"缺少列“{header}”")
    )
    return InvalidInput(text, FieldProblem(field="file", text=text))

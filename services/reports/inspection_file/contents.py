"""What an inspection file is to hold: the usual contents, or what a rubric asks for."""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter

from services.reports.model.commands.inspection_file import ContentsEntry, Source
from services.reports.model.commands.rubric import FiguresLine, RubricContent
from services.reports.model.formula.parsing import parse
from services.reports.model.formula.tree import indicators, references
from services.reports.model.measures import MEASURES
from shared.errors import invalid

_ENTRIES = TypeAdapter(list[ContentsEntry])


def usual() -> list[ContentsEntry]:
    """By the plan's clauses."""
    text = Path(__file__).with_name("contents.json").read_text()
    return _ENTRIES.validate_python(json.loads(text))


def of_rubric(content: RubricContent) -> list[ContentsEntry]:
    """An entry for each line: the numbers that its formula names, or what inspectors found."""
    return list(_of_lines(content))


def require_known(entries: list[ContentsEntry]) -> None:
    """Raises Unprocessable naming the field of a measure that is none, or is out of place."""
    for number, each in enumerate(entries):
        field = f"contents.{number}.measure"
        if (each.source is Source.MEASURE) != bool(each.measure):
            raise invalid(field, "is for the source measure alone", "仅用于来源 measure,且必填")
        for name in each.measure:
            if name not in MEASURES:
                raise invalid(
                    field,
                    f"{name} is none; GET /v1/measures lists them",
                    f"没有指标 {name};可查询 GET /v1/measures",
                )


def _of_lines(content: RubricContent) -> Iterator[ContentsEntry]:
    named = _measures_of_indicators(content)
    for line in content.lines:
        title, basis = f"{line.code} {line.title}"[:200], f"{line.section}"[:200]
        if isinstance(line, FiguresLine):
            node = parse(line.formula, list(named))
            measures = {each.measure for each in references(node)}
            measures = measures.union(*(named[each] for each in indicators(node)))
            if known := sorted(measures & MEASURES.keys())[:20]:
                yield ContentsEntry(
                    title=title, source=Source.MEASURE, measure=known, least=1, basis=basis
                )
        else:
            yield ContentsEntry(
                title=title, source=Source.INSPECTIONS, line=line.code, least=1, basis=basis
            )


def _measures_of_indicators(content: RubricContent) -> dict[str, set[str]]:
    """What each indicator names, also through those above it."""
    named: dict[str, set[str]] = {}
    for each in content.indicators:
        node = parse(each.formula, list(named))
        own = {reference.measure for reference in references(node)}
        named[each.code] = own.union(*(named[code] for code in indicators(node)))
    return named

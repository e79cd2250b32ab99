"""What a report says, in one language: tables of numbers and the notes beside them.

Every file of a report is written from this and nothing else, so that all say the same. Small cells
of residents are hidden here, once for all of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.reports.files.cells import HIDDEN, Cell, Rows, closed_columns, hidden_columns
from services.reports.model.measure import Measure
from services.reports.model.measures import BY_DEPARTMENT, MEASURES, RATES, rates
from services.reports.model.period import SHANGHAI, Grain, Period
from services.reports.model.report import Report
from shared.contracts.vocabulary import LABELS, Department, Mode, Theme
from shared.errors import Text

MOST_ROWS = 1000  # of a table; what is more is in the figures
ENGLISH, CHINESE = 0, 1
Names = Mapping[str, Text]
"""Titles of sites, teams, series and menu items, by their code or id."""

COLUMNS = (
    "orders_placed",
    "orders_completed",
    "ratings",
    "service_entries",
    "service_minutes",
    "volunteers",
    "sessions_held",
    "attendances",
    "people",
)
WHOLE = ("by_theme", "by_mode", "by_site")
"""Tables whose columns add up to the totals, or nearly."""
OF_DEPARTMENT = (
    *("orders_placed", "orders_completed", "ratings", "activities_announced"),
    *("service_minutes", "sessions_held", "attendances", "questions_answered", "wishes_granted"),
)
OF_GROUPS: Mapping[str, tuple[str, ...]] = {
    "by_team": ("service_entries", "service_minutes", "acceptances"),
    "by_series": ("activities_announced", "sessions_held", "registrations", "attendances"),
    "by_item": ("orders_placed", "orders_completed", "ratings", "stars"),
    "by_department": (
        "orders_placed",
        "orders_completed",
        "service_minutes",
        "activities_announced",
        "activities_supported",
        "sessions_held",
        "questions_answered",
        "questions_overdue",
        "wishes_claimed",
        "wishes_granted",
    ),
}


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    key: str
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Numbers under their headings."""

    name: str
    title: str
    heading: str  # of the labels
    columns: tuple[Measure, ...]
    heads: tuple[str, ...]  # of the columns, with their units
    rows: tuple[Row, ...]
    charted: int | None = None  # column that a chart shows


@dataclass(frozen=True)
class Content:
    """The whole of a report in one language."""

    title: str
    subtitle: str
    state: str  # provisional or final
    totals: Table
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    dictionary: tuple[tuple[str, str, str, str], ...]  # measure, label, unit, meaning
    dictionary_heads: tuple[str, str, str, str]
    facts: tuple[tuple[str, str], ...]  # what a program wants to know of the report itself
    at: datetime  # of publication


def content_of(
    id: str, report: Report, names: Names, language: int, smallest: int, at: datetime
) -> Content:
    """The content of a published report. `smallest`: cells of fewer residents are hidden."""
    period = Period(report.period)
    figures = report.figures
    say, names = _Language(language), _words(Department) | dict(names)
    where = say(names.get(report.site, Text(report.site, report.site)) if report.site else _STREET)
    if report.department:
        where = say(Text(*LABELS[report.department]))
    if report.theme:
        where += say(Text(": ", ":")) + say(Text(*LABELS[report.theme]))
    closed = closed_columns((list(figures.get(name, {}).values()) for name in WHOLE), smallest)
    cells = _Cells(figures, smallest, closed)
    if report.department:
        known, shown = BY_DEPARTMENT, [_table("by_site", _SITES, OF_DEPARTMENT, names, cells, say)]
    else:
        known = frozenset(MEASURES)
        shown = [
            _table("by_theme", _THEMES, COLUMNS, _words(Theme), cells, say),
            _table("by_mode", _MODES, COLUMNS, _words(Mode), cells, say),
            _table("by_site", _SITES, COLUMNS, names, cells, say),
            *(
                _table(name, _TITLES[name], columns, names, cells, say)
                for name, columns in OF_GROUPS.items()
            ),
        ]
    return Content(
        title=say(Text("New Era Civilization Practice: report", "新时代文明实践工作报告")),
        subtitle=f"{where} {say(period.label)} {say(_KINDS[period.grain])}",
        state=say(_FINAL if report.final else _PROVISIONAL),
        totals=_totals(known, cells, say),
        tables=tuple(table for table in shown if table.rows),
        notes=_notes(id, report, say, smallest, at),
        dictionary=tuple(
            (each.name, say(each.label), each.unit, say(each.meaning))
            for each in (*MEASURES.values(), *RATES.values())
            if each.name in known or each.name in RATES
        ),
        dictionary_heads=tuple(map(say, _DICTIONARY)),  # type: ignore[arg-type]
        facts=_facts(id, report, smallest, at),
        at=at,
    )


@dataclass(frozen=True)
class _Cells:
    """The figures, and what is to be hidden of them."""

    figures: Mapping[str, Any]
    smallest: int
    closed: frozenset[str]

    def of(self, rows: Rows, columns: Iterable[str]) -> Callable[[int, str], Cell]:
        return hidden_columns(rows, columns, self.smallest, self.closed)


class _Language:
    def __init__(self, index: int) -> None:
        self._index = index

    def __call__(self, text: Text | tuple[str, str]) -> str:
        return text[self._index]


_STREET = Text("The sub-district", "街道")
_KINDS = {
    Grain.MONTH: Text("monthly report", "月报"),
    Grain.QUARTER: Text("quarterly report", "季报"),
    Grain.YEAR: Text("yearly report", "年报"),
}
_FINAL = Text("Final", "正式")
_PROVISIONAL = Text("Provisional: the period is not over", "暂定(期间尚未结束)")
_TOTALS = Text("Totals", "总体情况")
_MEASURE = Text("Measure", "指标")
_VALUE = Text("Number", "数值")
_THEMES = (Text("By theme", "按主题(五传)"), Text("Theme", "主题"))
_MODES = (Text("By mode", "按方式(讲选助办育联)"), Text("Mode", "方式"))
_SITES = (Text("By site", "按站点"), Text("Site", "站点"))
_TITLES = {
    "by_team": (Text("By team", "按志愿服务队"), Text("Team", "服务队")),
    "by_series": (Text("By series", "按系列活动"), Text("Series", "系列活动")),
    "by_item": (Text("By menu item", "按服务项目"), Text("Item", "服务项目")),
    "by_department": (Text("By department", "按部门"), Text("Department", "部门")),
}
_DICTIONARY = (
    Text("Name", "名称"),
    Text("Measure", "指标"),
    Text("Unit", "单位"),
    Text("Meaning", "含义"),
)


def _words(kind: Any) -> dict[str, Text]:
    return {str(each): Text(*LABELS[each]) for each in kind}


def _totals(known: frozenset[str], cells: _Cells, say: _Language) -> Table:
    """Every number of the dictionary, also those that are nothing; and the means."""
    totals: Mapping[str, int] = cells.figures["totals"]
    hidden = cells.of([totals], MEASURES)
    rows = [
        Row(name, f"{say(each.label)}({each.unit})", (hidden(0, name),))
        for name, each in MEASURES.items()
        if name in known
    ]
    means = rates(totals)
    rows += [
        Row(name, f"{say(each.label)}({each.unit})", (means[name],))
        for name, each in RATES.items()
        if name in means
    ]
    return Table("totals", say(_TOTALS), say(_MEASURE), (), (say(_VALUE),), tuple(rows))


def _table(
    name: str,
    titles: tuple[Text, Text],
    columns: Sequence[str],
    names: Names,
    cells: _Cells,
    say: _Language,
) -> Table:
    groups: dict[str, Mapping[str, int]] = cells.figures.get(name, {})
    keys = sorted(groups)[:MOST_ROWS]
    cell = cells.of([groups[key] for key in keys], columns)
    measures = tuple(MEASURES[each] for each in columns)
    return Table(
        name=name,
        title=say(titles[0]),
        heading=say(titles[1]),
        columns=measures,
        heads=tuple(f"{say(each.label)}({each.unit})" for each in measures),
        rows=tuple(
            Row(key, _label(key, names, say), tuple(cell(place, each) for each in columns))
            for place, key in enumerate(keys)
        ),
        charted=columns.index("service_minutes") if "service_minutes" in columns else 0,
    )


def _label(key: str, names: Names, say: _Language) -> str:
    title = names.get(key)
    if title is None:
        return key
    return f"{key} {say(title)}" if key[:1].isupper() else say(title)


def _facts(id: str, report: Report, smallest: int, at: datetime) -> tuple[tuple[str, str], ...]:
    """Name and value, the same in both languages."""
    return (
        ("report", id),
        ("period", report.period),
        ("site", report.site or ""),
        ("theme", report.theme or ""),
        ("department", report.department or ""),
        ("state", "final" if report.final else "provisional"),
        ("revision", str(report.revision)),
        ("supersedes", report.supersedes or ""),
        ("published_at", at.astimezone(SHANGHAI).isoformat(timespec="seconds")),
        *((f"as_of.{source}", str(place)) for source, place in report.as_of.items()),
        ("checksum", report.checksum),
        ("smallest_cell", str(smallest)),
    )


def _notes(id: str, report: Report, say: _Language, smallest: int, at: datetime) -> tuple[str, ...]:
    places = ", ".join(f"{source} {place}" for source, place in report.as_of.items())
    moment = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    lines: Iterable[Text | None] = (
        Text(f"Report {id}, published {moment}.", f"报告编号 {id},发布于 {moment}。"),
        Text(f"As of events: {places}.", f"截至事件序号:{places}。"),
        Text(f"Checksum of the figures: {report.checksum}.", f"数据校验码:{report.checksum}。"),
        Text(f"Supersedes report {report.supersedes}.", f"本报告取代报告 {report.supersedes}。")
        if report.supersedes
        else None,
        Text(f"Why: {report.reason}", f"更正原因:{report.reason}") if report.reason else None,
        Text(
            "Cases (件), sessions (场次), attendances (人次) and people (人) are never added up.",
            "件、场次、人次、人各自统计,互不相加。",
        ),
        Text(
            "One record may have several modes and counts in each of them.",
            "一件工作可兼用多种方式,在各方式下分别计数。",
        ),
        Text(
            f"{HIDDEN}: hidden, since numbers of fewer than {smallest} residents are not shown.",
            f"{HIDDEN}:涉及居民不足 {smallest} 人(次)的数值不予显示。",
        )
        if smallest > 1
        else None,
    )
    return tuple(say(line) for line in lines if line)

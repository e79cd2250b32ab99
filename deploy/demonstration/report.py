"""A month's figures as a page for people, in Chinese and English.

件 cases, 场次 sessions, 人次 attendances and 人数 people stand in columns of their own: they are
never added to one another.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence

from deploy.demonstration.client import Document
from deploy.demonstration.count import Counts
from deploy.demonstration.month import Month, now
from shared.contracts.vocabulary import LABELS, Mode, Theme

WIDTH = 100
_BESIDE = 2  # spaces between columns

Cell = Callable[[Counts], str]


def page(month: Month, figures: Document, titles: dict[str, Document], report: Document) -> str:
    """The whole report. `titles` are the sites by their code."""
    themes = [(theme.value, _label(LABELS[theme])) for theme in Theme]
    modes = [(mode.value, _label(LABELS[mode])) for mode in Mode]
    sites = [(code, f"{code} {_name(titles, code)}") for code in sorted(figures["by_site"])]
    number, as_of = report["id"], " · ".join(f"{k} {v}" for k, v in report["as_of"].items())
    return "\n".join(
        [
            "═" * WIDTH,
            f"新浦街道新时代文明实践 {month.year}年{month.number}月报告{_so_far(month)[0]}",
            f"Xinpu sub-district · New Era Civilization Practice · report of {month.name}"
            f"{_so_far(month)[1]}",
            f"报告编号 report {number} · 截至事件 as of events: {as_of}",
            "═" * WIDTH,
            "",
            "一、总体 Totals",
            *_totals(figures["totals"]),
            "",
            "二、按主题(五传) By theme — 每件只计一次 each record counts once",
            *_table("主题 theme", themes, figures["by_theme"], _COLUMNS),
            "",
            "三、按方式(讲选助办育联) By mode — 一件可兼数种,各计一次 one record may have several",
            *_table("方式 mode", modes, figures["by_mode"], _COLUMNS),
            "",
            "四、按站点 By site — 人数各站分别去重 people are distinct at each site",
            *_table("站点 site", sites, figures["by_site"], (*_COLUMNS, _PEOPLE)),
            "",
            "差评重办的点单再次办结、评单 what a bad rating reopens is completed and rated again;",
            "件 cases、场次 sessions、人次 attendances、人数 people 互不相加 are never added up.",
        ]
    )


def _so_far(month: Month) -> tuple[str, str]:
    """A month that is not over says so."""
    over = month != Month.of(now())
    return ("", "") if over else ("(截至目前)", " so far")


def _label(label: tuple[str, str]) -> str:
    english, chinese = label
    return f"{chinese} {english}"


def _name(titles: dict[str, Document], code: str) -> str:
    """Without the words that all stations' titles have."""
    site = titles.get(code, {"title": "", "title_en": ""})
    if site.get("level") == "institute":
        return "实践所 Institute"
    chinese = str(site["title"]).removesuffix("新时代文明实践站")
    return f"{chinese} {str(site['title_en']).split(' Community')[0]}"


# ---- totals ----


def _totals(totals: Counts) -> list[str]:
    rows = [(zh, en, value(totals), unit) for zh, en, value, unit in _TOTALS]
    left = max(_width(zh) for zh, *_ in rows)
    middle = max(_width(value) for _, _, value, _ in rows)
    return [
        f"  {_left(zh, left)}  {_right(value, middle)} {_left(unit, 6)} {en}"
        for zh, en, value, unit in rows
    ]


def _count(name: str) -> Cell:
    return lambda counts: f"{counts.get(name, 0):,}"


def _hours(counts: Counts) -> str:
    return f"{counts.get('service_minutes', 0) / 60:,.1f}"


def _stars(counts: Counts) -> str:
    ratings = counts.get("ratings", 0)
    return f"{counts.get('stars', 0) / ratings:.2f}" if ratings else "–"


_TOTALS: Sequence[tuple[str, str, Cell, str]] = (
    ("点单", "orders placed", _count("orders_placed"), "件"),
    ("  其中代点单", "of them on behalf of somebody", _count("orders_on_behalf"), "件"),
    ("审单未通过", "rejected", _count("orders_rejected"), "件"),
    ("取消", "cancelled", _count("orders_cancelled"), "件"),
    ("办结", "served and completed", _count("orders_completed"), "件"),
    ("评单", "rated", _count("ratings"), "次"),
    ("  平均", "average rating, of 5", _stars, "星"),
    ("差评重办", "reopened by a bad rating", _count("orders_reopened"), "件"),
    ("闭环", "loop closed", _count("orders_closed"), "件"),
    ("环节超时", "stages overdue", _count("stages_overdue"), "次"),
    ("志愿服务", "times a volunteer served", _count("service_entries"), "人次"),
    ("服务时长", "hours served", _hours, "小时"),
    ("发布活动", "activities announced", _count("activities_announced"), "场"),
    ("取消活动", "activities cancelled", _count("activities_cancelled"), "场"),
    ("举办活动", "sessions held", _count("sessions_held"), "场次"),
    ("参加活动", "attendances", _count("attendances"), "人次"),
    ("惠及群众", "people reached, each once", _count("people"), "人"),
)


# ---- tables ----

Column = tuple[str, str, str, Cell]
"""Chinese heading, unit, English heading, and what stands in it."""

_COLUMNS: Sequence[Column] = (
    ("点单", "件", "placed", _count("orders_placed")),
    ("办结", "件", "done", _count("orders_completed")),
    ("评价", "星", "rating", _stars),
    ("服务", "人次", "served", _count("service_entries")),
    ("时长", "小时", "hours", _hours),
    ("活动", "场次", "held", _count("sessions_held")),
    ("参加", "人次", "attended", _count("attendances")),
)
_PEOPLE: Column = ("惠及", "人数", "people", _count("people"))


def _table(
    what: str,
    rows: Sequence[tuple[str, str]],
    groups: dict[str, Counts],
    columns: Sequence[Column],
) -> list[str]:
    """Three lines of headings, and a line for each row."""
    cells = [[value(groups.get(name, {})) for *_, value in columns] for name, _ in rows]
    first = max(_width(text) for text in (what, *(label for _, label in rows)))
    headings = list(zip(*(column[:3] for column in columns), strict=True))
    widths = [max(map(_width, texts)) for texts in zip(*headings, *cells, strict=True)]
    lines = [
        _line(label, first, texts, widths)
        for label, texts in zip((what, "", ""), headings, strict=True)
    ]
    lines += [
        "  " + "─" * (first + sum(widths) + _BESIDE * len(widths)),
    ]
    for (_, label), values in zip(rows, cells, strict=True):
        lines.append(_line(label, first, values, widths))
    return lines


def _line(label: str, first: int, values: Iterable[str], widths: Sequence[int]) -> str:
    cells = (_right(value, width + _BESIDE) for value, width in zip(values, widths, strict=True))
    return "  " + _left(label, first) + "".join(cells)


# ---- widths: a Chinese character takes two columns ----


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _left(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _right(text: str, width: int) -> str:
    return " " * (width - _width(text)) + text

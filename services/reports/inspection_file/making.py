"""Walks through the contents, entry by entry, and yields the ZIP's files and what is missing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from services.reports.inspection_file import activities, measures, others, own
from services.reports.inspection_file.material import Making, Missing
from services.reports.inspection_file.services import NotHad
from services.reports.model.commands.inspection_file import ContentsEntry, Source
from services.reports.model.inspection_file import InspectionFile
from services.reports.model.period import SHANGHAI, Period
from services.reports.zip_stream import MOST_ENTRIES, Entry, safe, table
from shared import documents
from shared.errors import ShijianError

DOCUMENTS = Path(__file__).parents[1] / "documents"
SHOWN = 300  # lines of the printed list; the table has all of them

Collect = Callable[[Making, ContentsEntry], Iterator[Entry | Missing]]

COLLECT: Mapping[Source, Collect] = {
    Source.SITE: others.site,
    Source.PLAN: others.plan,
    Source.ACTIVITIES: activities.collect,
    Source.ORDERS: measures.orders,
    Source.TEAMS: others.teams,
    Source.HONOURS: others.honours,
    Source.MEASURE: measures.collect,
    Source.CONSTRUCTION: own.construction,
    Source.COVERAGE: own.coverage,
    Source.MODEL_CASES: own.model_cases,
    Source.BULLETINS: own.bulletins,
    Source.REPORTS: own.reports,
    Source.INSPECTIONS: own.inspections,
}


@dataclass
class Outcome:
    """What has come of it so far."""

    files: dict[str, int] = field(default_factory=dict)  # by folder
    missing: list[tuple[str, Missing]] = field(default_factory=list)  # with the entry's title


def cover(order: InspectionFile, making: Making, now: datetime) -> bytes:
    """The first page, with the contents. Raises Unavailable where no Chinese font is installed."""
    figures = making.store.figures()
    as_of, totals = figures.as_of(), figures.of(making.period, making.site)["totals"]
    data: dict[str, Any] = {
        "site": making.store.site_title(order.site) if order.site else "全街道",
        "period": Period.parse(order.period).label.zh,
        "made_on": now.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "rubric": f"{order.rubric} 第 {order.edition} 版" if order.rubric else "",
        "as_of": [f"{source} {place}" for source, place in as_of.items()],
        "contents": [
            {
                "number": f"{number:02d}",
                "title": each.title,
                "basis": each.basis or "",
                "count": _count(each, totals),
            }
            for number, each in enumerate(order.contents, 1)
        ],
    }
    return documents.pdf(DOCUMENTS / "inspection_cover.typ", data, now)


_COUNTED = {
    Source.ACTIVITIES: "sessions_held",
    Source.ORDERS: "orders_completed",
    Source.HONOURS: "honours_awarded",
    Source.COVERAGE: "coverage",
    Source.MODEL_CASES: "model_cases",
    Source.BULLETINS: "bulletins_sent",
}


def _count(entry: ContentsEntry, totals: Mapping[str, int]) -> str:
    names = entry.measure or ([_COUNTED[entry.source]] if entry.source in _COUNTED else [])
    return "、".join(str(totals.get(each, 0)) for each in names)


def walk(order: InspectionFile, making: Making, outcome: Outcome) -> Iterator[Entry]:
    """Each entry's files, as they come. An entry that fails is missing; the others go on."""
    made = 0
    for number, entry in enumerate(order.contents, 1):
        folder = f"{number:02d}-{safe(entry.title)}"
        outcome.files[folder] = 0
        try:
            for found in COLLECT[entry.source](making, entry):
                if isinstance(found, Missing):
                    outcome.missing.append((entry.title, found))
                elif made >= MOST_ENTRIES:
                    outcome.missing.append((entry.title, Missing("其余材料", "文件数已达上限")))
                    break
                else:
                    made += 1
                    outcome.files[folder] += 1
                    yield Entry(f"{folder}/{found.path}", found.content)
        except NotHad as error:
            outcome.missing.append((entry.title, Missing("全部材料", str(error))))


def entries(order: InspectionFile, making: Making, first: bytes, now: datetime) -> Iterator[Entry]:
    """The whole ZIP: cover, material, and at the end what is missing."""
    yield Entry("00-封面与目录.pdf", first)
    outcome = Outcome()
    yield from walk(order, making, outcome)
    rows = [(title, each.what, each.why, each.count) for title, each in outcome.missing]
    yield Entry("99-缺项清单.csv", table(("目录", "缺少", "原因", "数量"), rows))
    yield Entry("99-文件数.csv", table(("目录", "文件数"), list(outcome.files.items())))
    data = {
        "period": Period.parse(order.period).label.zh,
        "total": len(rows),
        "rows": [list(map(str, row)) for row in rows[:SHOWN]],
    }
    try:
        yield Entry("99-缺项清单.pdf", documents.pdf(DOCUMENTS / "missing.typ", data, now))
    except ShijianError:  # a letter that no font has: the table says the same
        return

"""What reports itself keeps: construction, publicity, 信息报送, inspections, published reports."""

from collections.abc import Iterator
from typing import Any, TypeVar

from services.reports.files.made import Format, Language
from services.reports.inspection_file.material import Entry, Making, Missing, fewer, safe
from services.reports.model.commands.inspection_file import ContentsEntry
from services.reports.model.milestone import MilestoneStatus
from services.reports.model.moves import today
from services.reports.zip_stream import table
from shared.errors import ShijianError
from shared.storage.aggregates import Aggregates, Loaded

T = TypeVar("T")
BATCH = 200


def construction(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """建设: milestones due or reached by the end of the period, with their evidence."""
    found = list(_all(making, making.store.constructions))
    for loaded in found:
        built, rows = loaded.state, []
        for code, each in built.milestones.items():
            day = min(each.due_on, each.reached_on or each.due_on)
            if each.status is MilestoneStatus.DROPPED or day > making.last:
                continue
            rows.append((each.title, each.due_on, each.reached_on or "", len(each.evidence)))
            folder = f"{built.site}-{built.plan}/{code}"
            for id, evidence in each.evidence.items():
                yield from making.own(id, f"{folder}/{safe(evidence.title)}")
            if each.is_open:
                yield Missing(f"{built.site}:{each.title}", f"应于 {each.due_on} 完成")
            elif len(each.evidence) < each.wanted:
                lacking = each.wanted - len(each.evidence)
                yield Missing(f"{built.site}:{each.title}", "缺少佐证材料", lacking)
        heads = ("节点", "应完成", "完成日期", "佐证数")
        yield Entry(f"{built.site}-{built.plan}/节点.csv", table(heads, rows))
    yield from fewer(len(found), entry.least, entry.title)


def coverage(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """媒体报道, by the day of publication, with the cuttings."""
    rows: list[tuple[object, ...]] = []
    for loaded in _all(making, making.store.publicity.coverage, status="recorded"):
        each = loaded.state
        if not making.holds(each.published_on):
            continue
        facts = (each.title, each.outlet, each.medium, each.level, each.published_on)
        rows.append((*facts, each.link or "", each.site))
        for id in each.files:
            yield from making.own(id, f"{each.published_on} {safe(each.title)}")
        if not each.files and not each.link:
            yield Missing(f"{each.published_on} {each.title}", "没有链接,也没有附件")
    if rows:
        heads = ("标题", "媒体", "类型", "级别", "日期", "链接", "站点")
        yield Entry("媒体报道.csv", table(heads, rows))
    yield from fewer(len(rows), entry.least, entry.title)


def model_cases(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """先进典型 that were published."""
    count = 0
    for loaded in _all(making, making.store.publicity.model_cases, status="published"):
        each = loaded.state
        if making.holds(each.published_on):
            count += 1
            yield from _written(making, each)
    yield from fewer(count, entry.least, entry.title)


def bulletins(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """信息报送 that went upward, with uses and points."""
    rows: list[tuple[object, ...]] = []
    for loaded in _all(making, making.store.publicity.bulletins):
        each = loaded.state
        if not each.sent or not making.holds(today(min(each.sent.values())).isoformat()):
            continue
        used = "、".join(f"{use.level} {use.outlet} {use.used_on}" for use in each.uses.values())
        rows.append((each.title, each.site, "、".join(each.sent), used, each.score))
        yield from _written(making, each)
    if rows:
        heads = ("标题", "站点", "报送级别", "采用", "得分")
        yield Entry("信息报送.csv", table(heads, rows))
    yield from fewer(len(rows), entry.least, entry.title)


def reports(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """Published reports of the period and its parts, as PDF; a final one is wanted."""
    codes, final, count = {making.period.code, *making.period.months}, False, 0
    for loaded in _all(making, making.store.reports):
        each = loaded.state
        if each.site != making.site or each.theme or each.period not in codes:
            continue
        count += 1
        final |= each.final and each.period == making.period.code
        if making.dry:
            continue
        try:
            made = making.store.file_of(loaded, Format.PDF, Language.CHINESE)
        except ShijianError as error:
            yield Missing(f"报表 {each.period}", error.detail.zh)
        else:
            yield Entry(f"{each.period}-{made.name}", made.content)
    if not final:
        yield Missing(f"{making.period.label.zh}报表(正式)", "尚未发布")
    yield from fewer(count, entry.least, entry.title)


def inspections(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """督查 on the spot, with photographs; of one line of a rubric, or all."""
    rows: list[tuple[object, ...]] = []
    for loaded in _all(making, making.store.assessing.inspections, status="recorded"):
        each = loaded.state
        scores = [s for s in each.scores if entry.line in (None, s.line)]
        if not making.holds(each.on) or (entry.line and not scores):
            continue
        folder = f"{each.on} {each.site} {loaded.id[-8:]}"
        shown = [photograph for score in scores for photograph in score.photographs]
        shown += [] if entry.line else each.photographs
        for number, id in enumerate(shown, 1):
            yield from making.own(id, f"{folder}/照片-{number}")
        rows += [(each.on, each.site, s.line, s.score, loaded.id) for s in scores]
        rows += [] if scores else [(each.on, each.site, "", "", loaded.id)]
    if rows:
        yield Entry("检查记录.csv", table(("日期", "站点", "条目", "得分", "编号"), rows))
    yield from fewer(len(rows), entry.least, entry.title)


def _written(making: Making, each: Any) -> Iterator[Entry | Missing]:
    """A text with its photographs."""
    folder = safe(each.title)
    yield Entry(f"{folder}/{folder}.txt", f"{each.title}\n\n{each.text}\n".encode())
    for number, id in enumerate(each.photographs, 1):
        yield from making.own(id, f"{folder}/照片-{number}")
    if not each.photographs:
        yield Missing(f"{each.title}:照片", "没有照片")


def _all(making: Making, kept: Aggregates[T], **query: object) -> Iterator[Loaded[T]]:
    """All of the site, oldest first, some hundred in memory at a time."""
    after = None
    while True:
        page = list(kept.find(making.of_site | query, after=after, limit=BATCH))
        yield from page
        if len(page) < BATCH:
            return
        after = (page[-1].made, page[-1].id)

"""Activities held in the period: what the file of each holds, and what it lacks."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from services.reports.inspection_file.material import Entry, Making, Missing, fewer, safe
from services.reports.inspection_file.measures import subjects
from services.reports.inspection_file.services import NotHad
from services.reports.model.commands.inspection_file import ContentsEntry
from services.reports.model.period import SHANGHAI
from services.reports.zip_stream import table
from shared.contracts.vocabulary import LABELS, Theme
from shared.storage.mongo import Document

KINDS = {
    "plan": "方案",
    "notice": "通知",
    "sign-in": "签到表",
    "photograph": "照片",
    "summary": "总结",
    "minutes": "纪要",
    "other": "其他",
}
HEADS = ("活动", "站点", "日期", "主题", "场次", "人次", "人数", "材料", "缺少", "编号")


def collect(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """One folder for each activity, and a table of all."""
    held = subjects(making, "sessions_held")
    rows: list[tuple[object, ...]] = []
    for id in held:
        try:
            activity = making.services.read("events", f"/v1/activities/{id}")
            archive = making.services.read("events", f"/v1/activities/{id}/archive")
        except NotHad as error:
            yield Missing(f"活动 {id} 的档案", str(error))
            continue
        rows.append(_row(id, activity, archive))
        yield from _one(making, activity, archive)
    if rows:
        yield Entry("活动一览.csv", table(HEADS, rows))
    yield from fewer(len(held), entry.least, entry.title)


def _one(making: Making, activity: Document, archive: Document) -> Iterator[Entry | Missing]:
    name = f"{_day(activity)} {activity['title']}"
    folder = safe(name)
    numbers: Counter[str] = Counter()
    for paper in archive["papers"]:
        kind = KINDS[paper["kind"]]
        numbers[kind] += 1
        yield from making.fetch("events", paper["file"], f"{folder}/{kind}-{numbers[kind]}")
    if archive["summary"]:
        yield Entry(f"{folder}/总结.txt", archive["summary"].encode())
    for kind in archive["missing"]:
        yield Missing(f"{name}:{KINDS[kind]}", "活动档案缺少")


def _row(id: str, activity: Document, archive: Document) -> tuple[object, ...]:
    counts = archive["counts"]
    return (
        *(activity["title"], activity["site"], _day(activity)),
        LABELS[Theme(activity["theme"])][1],
        *(counts["sessions"], counts["attendances"], counts["people"]),
        len(archive["papers"]),
        "、".join(KINDS[each] for each in archive["missing"]),
        id,
    )


def _day(activity: Document) -> str:
    starts = min(each["starts_at"] for each in activity["sessions"])
    return datetime.fromisoformat(starts).astimezone(SHANGHAI).date().isoformat()

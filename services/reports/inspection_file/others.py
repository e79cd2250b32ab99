"""What other services keep of a site: who leads it, its plan of the year, teams, honours."""

from collections.abc import Iterator

from services.reports.inspection_file.material import Entry, Making, Missing, fewer, safe
from services.reports.inspection_file.measures import subjects
from services.reports.inspection_file.services import NotHad
from services.reports.model.commands.inspection_file import ContentsEntry
from services.reports.zip_stream import table
from shared.storage.mongo import Document


def site(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """组织领导: in office at the end of the period. Persons are references, and stay out."""
    rows: list[tuple[object, ...]] = []
    for code in _sites(making):
        try:
            led = making.services.read("events", f"/v1/sites/{code}")["leadership"]
        except NotHad as error:
            yield Missing(f"{code} 的组织领导", str(error))
            continue
        group, responsible = (_in_office(making, led[each]) for each in ("groups", "responsible"))
        plan = next(
            (e for e in reversed(led["plans"]) if e["year"] == making.period.first.year), None
        )
        if group:
            rows.append((code, "领导小组", f"{len(group['members'])} 人", group["since"]))
        else:
            yield Missing(f"{code}:领导小组", "未登记")
        if responsible:
            rows.append((code, "主要负责人", responsible["post"], responsible["since"]))
        else:
            yield Missing(f"{code}:主要负责人", "未登记")
        if plan:
            rows.append((code, "工作方案", plan["title"], plan["at"][:10]))
            yield Entry(f"{code}-{safe(plan['title'])}.txt", plan["text"].encode())
        else:
            yield Missing(f"{code}:{making.period.first.year} 年工作方案", "未登记")
    if rows:
        yield Entry("组织领导.csv", table(("站点", "项目", "内容", "日期"), rows))


def plan(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """全年活动计划, confirmed."""
    joint = "&" if making.query else "?"
    path = f"/v1/plans{making.query}{joint}year={making.period.first.year}"
    found = list(making.services.pages("events", path))
    confirmed = [each for each in found if each["status"] == "confirmed"]
    if found:
        rows = [
            (each["site"], each["year"], each["status"], len(each["entries"])) for each in found
        ]
        yield Entry("全年活动计划.csv", table(("站点", "年度", "状态", "项数"), rows))
    yield from fewer(len(confirmed), entry.least, f"{making.period.first.year} 年计划(已确认)")


def teams(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """志愿服务队."""
    found = [
        each
        for each in making.services.pages("volunteers", "/v1/teams")
        if making.site in (None, each["site"]) and each["status"] == "active"
    ]
    if found:
        rows = [(e["title"], e["site"], e["organisation"] or "", len(e["leaders"])) for e in found]
        yield Entry("队伍一览.csv", table(("队伍", "站点", "所属组织", "队长数"), rows))
    yield from fewer(len(found), entry.least, entry.title)


def honours(making: Making, entry: ContentsEntry) -> Iterator[Entry | Missing]:
    """Honours of the period that still stand, as they are published."""
    awarded = set(subjects(making, "honours_awarded"))
    found = [
        each
        for each in making.services.pages("events", f"/v1/honours{making.query}")
        if each["id"] in awarded
    ]
    if found:
        rows = [(e["display"], e["category"], e["site"], e["year"], e["id"]) for e in found]
        yield Entry("荣誉一览.csv", table(("荣誉", "类别", "站点", "年度", "编号"), rows))
    yield from fewer(len(found), entry.least, entry.title)


def _sites(making: Making) -> list[str]:
    if making.site:
        return [making.site]
    return [row["_id"] for row in making.store.sites.all() if row["open"]]


def _in_office(making: Making, entries: list[Document]) -> Document | None:
    begun = [each for each in entries if each["since"] <= making.last]
    return begun[-1] if begun else None

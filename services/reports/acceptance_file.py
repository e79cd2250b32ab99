"""验收材料 of a site: what stands in its PDF, and what lies beside it in the ZIP."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from services.reports.model.acceptance import Acceptance, Outcome
from services.reports.model.construction import Construction
from services.reports.model.milestone import Milestone, MilestoneStatus
from services.reports.model.period import SHANGHAI
from services.reports.zip_stream import Entry, safe, table
from shared import documents
from shared.contracts.reports import AcceptanceLevel
from shared.errors import NotFound
from shared.storage.files import Files
from shared.storage.media import EXTENSIONS

TEMPLATE = Path(__file__).parent / "documents" / "acceptance.typ"

STATUSES = {
    MilestoneStatus.PLANNED: "未到期",
    MilestoneStatus.DUE: "临期",
    MilestoneStatus.OVERDUE: "逾期",
    MilestoneStatus.REACHED: "已完成",
    MilestoneStatus.DROPPED: "不适用",
}
LEVELS = {
    AcceptanceLevel.STREET: "街道",
    AcceptanceLevel.DISTRICT: "区",
    AcceptanceLevel.CITY: "市",
    AcceptanceLevel.PROVINCE: "省",
}
OUTCOMES = {
    Outcome.WAITING: "待验收",
    Outcome.PASSED: "验收通过",
    Outcome.SENT_BACK: "退回整改",
    Outcome.WITHDRAWN: "已撤回",
}


def document_of(construction: Construction, site: str, now: datetime) -> bytes:
    """The PDF. Raises Unavailable where no Chinese font is installed."""
    data: dict[str, Any] = {
        "site": site,
        "code": construction.site,
        "made_on": _day(now),
        "reached": sum(
            each.status is MilestoneStatus.REACHED for each in construction.milestones.values()
        ),
        "wanted": sum(
            each.status is not MilestoneStatus.DROPPED for each in construction.milestones.values()
        ),
        "overdue": sum(
            each.status is MilestoneStatus.OVERDUE for each in construction.milestones.values()
        ),
        "phases": [
            {"title": title, "milestones": [_milestone(each) for each in found]}
            for title, found in _by_phase(construction)
        ],
        "acceptances": [_acceptance(construction, each) for each in _in_order(construction)],
        "checklist": [each.title for each in construction.checklist.values()],
    }
    return documents.pdf(TEMPLATE, data, now)


def entries_of(construction: Construction, document: bytes, files: Files) -> Iterator[Entry]:
    """The PDF, each file of evidence in the folder of its milestone, and what is missing."""
    yield Entry("00-验收材料.pdf", document)
    listed: list[tuple[object, ...]] = []
    missing: list[tuple[object, ...]] = []
    for number, each in enumerate(construction.milestones.values(), 1):
        folder = f"{number:02d}-{safe(each.title)}"
        there = 0
        for id, evidence in each.evidence.items():
            with suppress(NotFound):
                facts, content = files.read(id)
                path = f"{folder}/{safe(evidence.title)}.{EXTENSIONS[facts.media]}"
                yield Entry(path, content)
                listed.append((folder, evidence.title, id, facts.digest, facts.size))
                there += 1
        if there < each.wanted and each.status is not MilestoneStatus.DROPPED:
            missing.append((each.title, "佐证材料", each.wanted - there, each.due_on))
        elif each.is_open:
            missing.append((each.title, "未完成", 1, each.due_on))
    yield Entry("01-佐证目录.csv", table(("节点", "材料", "文件", "SHA-256", "字节"), listed))
    yield Entry("02-缺项清单.csv", table(("节点", "缺少", "数量", "应完成日期"), missing))


def _by_phase(construction: Construction) -> Iterator[tuple[str, list[Milestone]]]:
    codes = dict.fromkeys(
        [*construction.phases, *(each.phase for each in construction.milestones.values())]
    )
    for code in codes:
        found = [each for each in construction.milestones.values() if each.phase == code]
        if found:
            phase = construction.phases.get(code)
            yield phase.title if phase else code, found


def _milestone(each: Milestone) -> dict[str, Any]:
    return {
        "title": each.title,
        "source": each.source or "",
        "due_on": each.due_on,
        "reached_on": each.reached_on or "",
        "status": STATUSES[each.status],
        "evidence": [evidence.title for evidence in each.evidence.values()],
        "wanted": each.wanted,
    }


def _in_order(construction: Construction) -> list[Acceptance]:
    return sorted(construction.acceptances.values(), key=lambda each: each.applied_at)


def _acceptance(construction: Construction, each: Acceptance) -> dict[str, Any]:
    findings = [
        {
            "title": construction.checklist[item].title,
            "met": "达到" if found.met else "未达到",
            "note": found.note or "",
        }
        for item, found in each.findings.items()
    ]
    return {
        "level": LEVELS[each.level],
        "applied_on": _day(each.applied_at),
        "decided_on": _day(each.decided_at) if each.decided_at else "",
        "outcome": OUTCOMES[each.outcome],
        "reason": each.reason or "",
        "findings": findings,
    }


def _day(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).date().isoformat()

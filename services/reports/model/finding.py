"""A finding: what a rubric takes points for (扣分), or by which it fails a site (一票否决); with
its reason and what proves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.reports.model.commands.inspection import RecordFinding, Withdraw
from services.reports.model.inspection import (
    RecordStatus,
    require_past,
    require_period,
    require_recorded,
)
from services.reports.model.period import Period
from services.reports.model.rubric import Edition
from shared.contracts.base import Event
from shared.contracts.reports import FindingRecorded, FindingWithdrawn
from shared.errors import invalid


@dataclass
class Finding:
    """`files` are ids, `events` are `source:number`."""

    id: str
    site: str
    rubric: str
    edition: int  # in force when it was recorded
    period: str
    kind: Literal["deduction", "veto"]
    code: str
    times: int
    on: str  # day, `2026-10-09`
    found_by: str
    reason: str
    files: list[str]
    events: list[str]
    inspection: str | None
    status: RecordStatus = RecordStatus.RECORDED
    withdrawn_because: str | None = None

    @classmethod
    def record(
        cls, id: str, command: RecordFinding, edition: Edition, now: datetime
    ) -> tuple["Finding", list[Event]]:
        """Raises Unprocessable by field; also where nothing proves it."""
        require_past(command.on, now)
        require_period(Period.parse(command.period), edition, command.on)
        content = edition.content
        kinds = content.deductions if command.kind == "deduction" else content.vetoes
        known = [each.code for each in kinds]
        if command.code not in known:
            raise invalid(
                "code",
                f"the rubric has no {command.kind} {command.code}; it has {', '.join(known)}",
                f"细则中没有该项“{command.code}”;已有:{', '.join(known)}",
            )
        if command.kind == "veto" and command.times != 1:
            raise invalid("times", "a veto counts once: 1", "一票否决只计一次,应为 1")
        if not command.files and not command.events and not command.inspection:
            raise invalid(
                "files",
                "give files, events or an inspection that prove it",
                "请附上作为依据的文件、事件或督查记录",
            )
        finding = cls(
            id=id,
            edition=edition.number,
            **(dict(command) | {"on": command.on.isoformat()}),
        )
        return finding, [
            FindingRecorded(
                finding=id,
                site=command.site,
                rubric=command.rubric,
                edition=edition.number,
                period=command.period,
                kind=command.kind,
                code=command.code,
                times=command.times,
                inspection=command.inspection,
            )
        ]

    def withdraw(self, command: Withdraw) -> Sequence[Event]:
        """It no longer counts."""
        require_recorded(self.status)
        self.status, self.withdrawn_because = RecordStatus.WITHDRAWN, command.reason
        return [FindingWithdrawn(finding=self.id, site=self.site)]

"""An inspection (督查): a visit to a site, what its lines got, and what shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.reports.model.commands.inspection import LineScore, RecordInspection, Withdraw
from services.reports.model.commands.rubric import InspectionLine
from services.reports.model.moves import today
from services.reports.model.period import Period
from services.reports.model.rubric import Edition
from shared.contracts.base import Event
from shared.contracts.reports import InspectionRecorded, InspectionWithdrawn, LineScored
from shared.errors import Conflict, Text, Unprocessable, invalid


class RecordStatus(StrEnum):
    """Of an inspection or a finding."""

    RECORDED = "recorded"
    WITHDRAWN = "withdrawn"


@dataclass
class Inspection:
    """Photographs are ids of files. Days are those of Asia/Shanghai."""

    id: str
    site: str
    on: str  # day of the visit, `2026-10-09`
    inspectors: list[str]
    rubric: str | None
    edition: int | None  # in force when it was recorded
    period: str | None
    scores: list[LineScore]
    note: str | None
    photographs: list[str]
    rectification: str | None
    mended: bool | None
    status: RecordStatus = RecordStatus.RECORDED
    reason: str | None = None  # of its withdrawal

    @classmethod
    def record(
        cls, id: str, command: RecordInspection, edition: Edition | None, now: datetime
    ) -> tuple["Inspection", list[Event]]:
        """`edition`: in force of the rubric that is named. Raises Unprocessable by field."""
        require_past(command.on, now)
        _require_a_purpose(command, edition)
        if edition and command.period:
            require_period(Period.parse(command.period), edition, command.on)
            _require_lines(command.scores, edition)
        inspection = cls(
            id=id,
            edition=edition.number if edition else None,
            **(dict(command) | {"on": command.on.isoformat()}),
        )
        shown = [*command.photographs, *(p for each in command.scores for p in each.photographs)]
        return inspection, [
            InspectionRecorded(
                inspection=id,
                site=command.site,
                on=command.on,
                rubric=command.rubric,
                edition=inspection.edition,
                period=command.period,
                scores=[LineScored(line=each.line, score=each.score) for each in command.scores],
                photographs=len(set(shown)),
                rectification=command.rectification,
                mended=command.mended,
            )
        ]

    def withdraw(self, command: Withdraw) -> Sequence[Event]:
        """It no longer counts."""
        require_recorded(self.status)
        self.status, self.reason = RecordStatus.WITHDRAWN, command.reason
        return [InspectionWithdrawn(inspection=self.id, site=self.site)]

    def files(self) -> list[tuple[str, list[str]]]:
        """Photographs, by the field that names them."""
        return [
            ("photographs", self.photographs),
            *((f"scores.{n}.photographs", each.photographs) for n, each in enumerate(self.scores)),
        ]


def require_past(day: date, now: datetime) -> None:
    """Raises Unprocessable for a day that is still to come."""
    if day > today(now):
        raise invalid("on", "should not be in the future", "不应为将来的日期")


def require_period(period: Period, edition: Edition, day: date) -> None:
    """Raises Unprocessable for a period that is not the rubric's, or begins after the day."""
    if period.grain is not edition.content.grain:
        raise invalid(
            "period",
            f"the rubric is of a {edition.content.grain}",
            f"该细则的考核周期为 {edition.content.grain}",
        )
    if day < period.first:
        raise invalid("on", f"should not be before {period.code}", f"不应早于 {period.code}")


def require_recorded(status: RecordStatus) -> None:
    """Raises Conflict for what was withdrawn."""
    if status is RecordStatus.WITHDRAWN:
        raise Conflict(
            Text("It was withdrawn already.", "已撤销。"), extra={"state": status, "allowed": []}
        )


def _require_a_purpose(command: RecordInspection, edition: Edition | None) -> None:
    if command.scores and not (edition and command.period):
        field = "period" if edition else "rubric"
        raise invalid(field, "scores are of a rubric and a period", "评分须指明细则与期间")
    if not command.scores and (edition or command.period):
        raise invalid("scores", "give at least one", "请至少给出一项评分")
    if (command.mended is None) != (command.rectification is None):
        field = "mended" if command.rectification else "rectification"
        raise invalid(
            field,
            "a follow-up names the rectification, and says whether it is mended",
            "回访须指明整改单,并说明是否已整改",
        )
    if not command.scores and not command.rectification:
        raise invalid("scores", "give scores, or a rectification", "请给出评分或整改单")


def _require_lines(scores: Sequence[LineScore], edition: Edition) -> None:
    """Each score is of one of the lines that inspectors score, and shown as it asks for."""
    lines = {each.code: each for each in edition.content.lines if isinstance(each, InspectionLine)}
    seen: set[str] = set()
    for number, each in enumerate(scores):
        field = f"scores.{number}"
        line = lines.get(each.line)
        if line is None:
            known = ", ".join(lines) or "-"
            raise invalid(
                f"{field}.line",
                f"{each.line} is not scored by inspection; these are: {known}",
                f"“{each.line}”不是督查评分项;督查评分项有:{known}",
            )
        if each.line in seen:
            raise invalid(f"{field}.line", "is scored already", "重复评分")
        seen.add(each.line)
        if each.score > line.full:
            raise invalid(
                f"{field}.score",
                f"line {line.code} is scored out of {line.full:g}",
                f"“{line.code}”项满分为 {line.full:g}",
            )
        if len(set(each.photographs)) < line.photographs:
            raise _too_few(field, line)


def _too_few(field: str, line: InspectionLine) -> Unprocessable:
    return invalid(
        f"{field}.photographs",
        f"line {line.code} asks for {line.photographs} photographs at least",
        f"“{line.code}”项至少须附 {line.photographs} 张照片",
    )

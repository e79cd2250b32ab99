"""A row of a sheet of hours: one volunteer's minutes, on their way into the ledger."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.volunteers.model.commands.hours import EnterSheet, SheetRow
from services.volunteers.model.service import LONGEST
from shared.errors import FieldProblem, Text, Unprocessable


class RowStatus(StrEnum):
    WAITING = "waiting"  # for the check, or for the end of the announcement
    DISPUTED = "disputed"  # somebody objects
    REFUSED = "refused"
    BLOCKED = "blocked"  # other credited minutes lie at the same time: somebody must look
    CREDITED = "credited"


@dataclass
class Objection:
    """异议, and what came of it."""

    reason: str
    by: str  # reference of a person
    at: datetime
    upheld: bool | None = None
    decided_by: str = ""
    decision: str = ""


@dataclass
class Row:
    """`minutes` are those between the times, less the pause."""

    volunteer: str
    team: str
    started_at: datetime
    ended_at: datetime
    minutes: int
    status: RowStatus = RowStatus.WAITING
    objections: list[Objection] = field(default_factory=list)
    link: int = 0  # number of the credited link
    in_the_way: str = ""  # entry that blocks it

    def overlaps(self, other: "Row") -> bool:
        """The same person at the same time."""
        return (
            self.volunteer == other.volunteer
            and self.started_at < other.ended_at
            and other.started_at < self.ended_at
        )


def rows_of(command: EnterSheet, now: datetime) -> dict[str, Row]:
    """All rows, by number; or Unprocessable with every row that can't be, and why."""
    problems: list[FieldProblem] = []
    rows: dict[str, Row] = {}
    for number, given in enumerate(command.rows):
        row = _row(command, given)
        problem = _problem(row, now)
        twice = next((other for other, each in rows.items() if each.overlaps(row)), None)
        if problem is None and twice:
            problem = Text(
                f"the same volunteer at the same time as in row {twice}",
                f"与第 {twice} 行为同一志愿者,时间重叠",
            )
        if problem:
            problems.append(FieldProblem(field=f"rows.{number}", text=problem))
        rows[str(number + 1)] = row
    if problems:
        raise Unprocessable(
            Text("None of the rows is taken; mend these.", "未录入任何一行,请先更正以下各行。"),
            *problems,
        )
    return rows


def minutes_between(started_at: datetime, ended_at: datetime, pause: int) -> int:
    """Whole minutes really served; negative where the pause is longer."""
    return int((ended_at - started_at).total_seconds() // 60) - pause


def problem_of(started_at: datetime, ended_at: datetime, pause: int, now: datetime) -> Text | None:
    """Why these can't be the times of one entry."""
    if ended_at <= started_at:
        return Text("it ends before it begins", "结束时间早于开始时间")
    if ended_at - started_at > LONGEST:
        return Text("at most 24 hours in one row; send two", "单行最长 24 小时,请分两行")
    if ended_at > now:
        return Text("it has not ended yet", "服务尚未结束")
    if minutes_between(started_at, ended_at, pause) < 1:
        return Text("no minute is left after the pause", "扣除间歇后不足一分钟")
    return None


def _row(command: EnterSheet, given: SheetRow) -> Row:
    started_at = given.started_at or command.started_at
    ended_at = given.ended_at or command.ended_at
    return Row(
        volunteer=given.volunteer,
        team=given.team or command.team,
        started_at=started_at,
        ended_at=ended_at,
        minutes=minutes_between(started_at, ended_at, given.pause),
    )


def _problem(row: Row, now: datetime) -> Text | None:
    span = minutes_between(row.started_at, row.ended_at, 0)
    return problem_of(row.started_at, row.ended_at, span - row.minutes, now)

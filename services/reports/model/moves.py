"""Which move is allowed in which state: a table for each aggregate, and its refusal."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from services.reports.model.period import SHANGHAI
from shared.errors import Conflict, Text, invalid

Moves = Mapping[str, Sequence[str]]


def require(moves: Moves, status: str, move: str) -> None:
    """Raises Conflict with the moves that are allowed."""
    if move not in moves[status]:
        raise refused(
            moves,
            status,
            f"What is {status} can't be moved by {move}.",
            f"当前状态为 {status},不能执行 {move}。",
        )


def refused(moves: Moves, status: str, en: str, zh: str) -> Conflict:
    """The refusal of a move that the state does not allow."""
    return Conflict(Text(en, zh), extra={"state": status, "allowed": list(moves[status])})


def today(now: datetime) -> date:
    """In Asia/Shanghai."""
    return now.astimezone(SHANGHAI).date()


def past_day(day: date, now: datetime, field: str) -> str:
    """As it is kept. Raises Unprocessable for a day that has not come, or is from another age."""
    if not date(2000, 1, 1) <= day <= today(now):
        raise invalid(
            field, "should be a day since 2000, not later than today", "应为不晚于今天的日期"
        )
    return day.isoformat()


def consented(photographs: Sequence[str], consent: bool) -> None:
    """Raises Unprocessable: who is shown must have consented."""
    if photographs and not consent:
        raise invalid("consent", "is needed for photographs", "照片须经被拍摄人同意")

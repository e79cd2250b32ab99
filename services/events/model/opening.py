"""Opening hours (开放时间): what is held outside of them says why."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.events.model.commands import SessionFacts
from services.events.model.session import Session
from shared.contracts.events import OpeningHours
from shared.errors import invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
LAST_MINUTE = "23:59"  # a site that closes then is open until midnight

Span = tuple[datetime, datetime]


def require_within(
    hours: Sequence[OpeningHours], spans: Iterable[tuple[str, Span]], reason: str | None
) -> None:
    """Raises Unprocessable naming the field of the first span that begins or ends while the site is
    closed. A site without hours binds nobody, and whoever gives a reason is not bound."""
    if not hours or reason is not None:
        return
    for field, (starts_at, ends_at) in spans:
        if not _is_open(hours, starts_at, ends_at):
            day = starts_at.astimezone(SHANGHAI).isoweekday()
            open_then = ", ".join(f"{o}-{c}" for o, c in _of(hours, day)) or "-"
            raise invalid(
                field,
                f"is outside of the site's opening hours (weekday {day}: {open_then});"
                " send outside_hours with the reason if it is meant",
                f"超出站点开放时间(星期{'一二三四五六日'[day - 1]}:{open_then});"
                "如确需安排,请在 outside_hours 中说明原因",
            )


def spans_of(
    sessions: Sequence[SessionFacts], named: bool, before: Iterable[Session] = ()
) -> list[tuple[str, Span]]:
    """Sessions that are new or have another time than `before`, each under its field; `named`:
    as they stand in the command, else it is the only one."""
    known = {each.code: (each.starts_at, each.ends_at) for each in before}
    spans = [(each.code, (each.starts_at, each.ends_at)) for each in sessions]
    return [
        (f"sessions.{number}.starts_at" if named else "starts_at", span)
        for number, (code, span) in enumerate(spans)
        if known.get(code) != span
    ]


def _is_open(hours: Sequence[OpeningHours], starts_at: datetime, ends_at: datetime) -> bool:
    """From beginning to end, over midnight too; stretches that touch are one."""
    at = starts_at.astimezone(SHANGHAI)
    while at < ends_at:
        until = _closes(hours, at)
        if until is None:
            return False
        at = until
    return True


def _closes(hours: Sequence[OpeningHours], at: datetime) -> datetime | None:
    """When the stretch ends that is open at this time of Shanghai; None where it is closed."""
    midnight = datetime.combine(at.date(), time(), SHANGHAI)
    for opens, closes in _of(hours, at.isoweekday()):
        begins, ends = _on(midnight, opens), _on(midnight, closes)
        if closes == LAST_MINUTE:
            ends = midnight + DAY
        if begins <= at < ends:
            return ends
    return None


def _of(hours: Sequence[OpeningHours], weekday: int) -> list[tuple[str, str]]:
    return sorted((each.opens, each.closes) for each in hours if each.weekday == weekday)


def _on(midnight: datetime, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return midnight + timedelta(hours=int(hour), minutes=int(minute))

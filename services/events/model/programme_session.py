"""A session (一次课) of a programme, and when the sessions of a new one may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.events.model.commands.programme import OpenProgramme
from shared.contracts.events import MeetingTold
from shared.errors import invalid

LONGEST_AHEAD = timedelta(days=2 * 366)


@dataclass
class ProgrammeMeeting:
    """One session. Times are UTC."""

    title: str
    starts_at: datetime
    ends_at: datetime
    attendances: int | None = None  # once it was held
    cancelled: str | None = None  # why it will not be held

    @property
    def planned(self) -> bool:
        """It is neither held nor cancelled."""
        return self.attendances is None and self.cancelled is None

    def told(self, number: int) -> MeetingTold:
        return MeetingTold(session=number, starts_at=self.starts_at, ends_at=self.ends_at)


def meetings_of(command: OpenProgramme, now: datetime) -> list[ProgrammeMeeting]:
    """In order, without overlap, in the future. Raises Unprocessable naming the field."""
    end = now
    for number, each in enumerate(command.sessions):
        if each.starts_at < end:
            raise invalid(
                f"sessions.{number}.starts_at",
                "should be in the future, after the session before",
                "应为将来的时间且晚于前一次课",
            )
        if each.ends_at <= each.starts_at:
            raise invalid(
                f"sessions.{number}.ends_at", "should be after starts_at", "应晚于 starts_at"
            )
        end = each.ends_at
    if end > now + LONGEST_AHEAD:
        days = LONGEST_AHEAD.days
        raise invalid("sessions", f"should be within {days} days", f"应在今后 {days} 天之内")
    return [ProgrammeMeeting(**dict(each)) for each in command.sessions]

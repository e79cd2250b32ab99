"""When a programme's sessions are: one is moved, one is cancelled, the rest are called off.

Those enrolled stay so, and hear of it from the event.
"""

from collections.abc import Sequence
from datetime import datetime

from services.events.model.commands.programme import (
    CancelProgramme,
    CancelProgrammeSession,
    MoveProgrammeSession,
)
from services.events.model.programme import Programme, ProgrammeStatus
from services.events.model.programme_session import LONGEST_AHEAD
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.errors import invalid


def move(programme: Programme, command: MoveProgrammeSession, now: datetime) -> Sequence[Event]:
    """Another time for a session that nobody has come to; their order stays."""
    programme.require("move")
    session = programme.session(command.session)
    programme.require_planned(session)
    if programme.came(command.session):
        raise programme.refused("Residents have come already.", "已有居民签到,不能改期。")
    before = [e for e in programme.sessions[: command.session - 1] if e.cancelled is None]
    behind = [e for e in programme.sessions[command.session :] if e.cancelled is None]
    if command.starts_at < max(now, before[-1].ends_at if before else now):
        raise invalid(
            "starts_at",
            "should be in the future, after the session before",
            "应为将来的时间且晚于前一次课",
        )
    latest = behind[0].starts_at if behind else now + LONGEST_AHEAD
    if not command.starts_at < command.ends_at <= latest:
        raise invalid(
            "ends_at",
            f"should be after starts_at, by {latest.isoformat()}; move the later ones first",
            f"应晚于开始时间且不晚于 {latest.isoformat()},请先调整后面的课程",
        )
    session.starts_at, session.ends_at = command.starts_at, command.ends_at
    programme.outside_hours = command.outside_hours or programme.outside_hours
    programme.revision += 1
    return [
        programme.tell(
            told.ProgrammeSessionMoved,
            session=command.session,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            revision=programme.revision,
        )
    ]


def cancel_session(
    programme: Programme, command: CancelProgrammeSession, now: datetime
) -> Sequence[Event]:
    """One session will not be held. Where more had to be attended than are left, all that are left
    have to be: nobody fails by what the hosts called off."""
    programme.require("cancel-session")
    session = programme.session(command.session)
    programme.require_planned(session)
    if programme.came(command.session):
        raise programme.refused("Residents have come already.", "已有居民签到,不能取消。")
    if all(each is session or each.cancelled is not None for each in programme.sessions):
        raise programme.refused(
            "It is the only one left: cancel the programme.", "这是最后一次课,请取消整个课程。"
        )
    return [_cancel(programme, command.session, command.reason)]


def call_off(programme: Programme, reason: str, now: datetime) -> Sequence[Event]:
    """What is to come will not be held: all of it, or, once somebody has come, its sessions to
    come. Where nothing is to come: nothing."""
    to_come = to_be_held(programme, now)
    if not to_come:
        return []
    came = any(each.attended for each in programme.enrolments.values())
    held = any(each.attendances is not None for each in programme.sessions)
    if not came and not held:
        return programme.cancel(CancelProgramme(reason=reason), now)
    coming = [n for n in to_come if programme.sessions[n - 1].starts_at > now]
    return [_cancel(programme, n, reason) for n in coming if not programme.came(n)]


def to_be_held(programme: Programme, now: datetime) -> list[int]:
    """Numbers of the sessions that are not over."""
    if programme.status is not ProgrammeStatus.OPEN:
        return []
    return [n for n, e in enumerate(programme.sessions, 1) if e.planned and e.ends_at > now]


def _cancel(programme: Programme, number: int, reason: str) -> Event:
    session = programme.sessions[number - 1]
    session.cancelled = reason
    left = sum(each.cancelled is None for each in programme.sessions)
    programme.completes_with = min(programme.completes_with, max(1, left))
    programme.revision += 1
    return programme.tell(
        told.ProgrammeSessionCancelled,
        session=number,
        starts_at=session.starts_at,
        reason=reason,
        completes_with=programme.completes_with,
        revision=programme.revision,
    )

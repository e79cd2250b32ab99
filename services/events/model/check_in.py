"""Checking in and out (签到, 签退): by list, by a ticket's code, kept offline, walking in.

Each refusal has a reason code, so that a device at the door can say what to do next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.events.model.activity import Activity
from services.events.model.commands import Direction, WalkIn
from services.events.model.holding import recount
from services.events.model.registration import (
    Registration,
    RegistrationStatus,
    Rejected,
    Visit,
)
from services.events.model.session import Session, SessionStatus
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.errors import Text

EARLY = timedelta(hours=1)  # before a session, check-in opens
LATE = timedelta(hours=1)  # after a session, the last ones check out
MOST_REJECTED = 500  # scans, the last ones of an activity


class Reason(StrEnum):
    """Why a check-in or check-out is not taken."""

    BAD_TICKET = "bad-ticket"
    OTHER_ACTIVITY = "other-activity"
    UNKNOWN = "unknown"
    NO_SEAT = "no-seat"
    CANCELLED = "cancelled"
    OTHER_SESSION = "other-session"
    SESSION_CANCELLED = "session-cancelled"
    TOO_EARLY = "too-early"
    TOO_LATE = "too-late"
    ALREADY_IN = "already-in"
    NOT_IN = "not-in"
    ALREADY_OUT = "already-out"
    FULL = "full"


WORDS: dict[Reason, Text] = {
    Reason.BAD_TICKET: Text("This is no ticket of ours.", "该二维码不是有效的入场凭证。"),
    Reason.OTHER_ACTIVITY: Text("The ticket is for another activity.", "该凭证属于其他活动。"),
    Reason.UNKNOWN: Text("There is no such registration.", "没有该报名。"),
    Reason.NO_SEAT: Text("This registration has no seat yet.", "该报名尚未取得名额。"),
    Reason.CANCELLED: Text("This registration is cancelled.", "该报名已取消。"),
    Reason.OTHER_SESSION: Text("It is for another session.", "该报名不含此场次。"),
    Reason.SESSION_CANCELLED: Text("This session is cancelled.", "该场次已取消。"),
    Reason.TOO_EARLY: Text(
        "Check-in opens an hour before the activity.", "活动开始前一小时方可签到。"
    ),
    Reason.TOO_LATE: Text("This session is over.", "该场次已结束。"),
    Reason.ALREADY_IN: Text("It was used already: they are in.", "该凭证已签到,不能重复使用。"),
    Reason.NOT_IN: Text("They have not checked in.", "尚未签到,不能签退。"),
    Reason.ALREADY_OUT: Text("They have checked out already.", "已经签退。"),
    Reason.FULL: Text("All seats are taken.", "名额已满。"),
}


@dataclass(frozen=True)
class ReadScan:
    """A scan whose ticket was read: `registration`, or the reason why it can't be."""

    number: int
    session: str
    direction: Direction
    at: datetime
    registration: str | None
    reason: Reason | None = None


def attend(
    activity: Activity,
    id: str,
    code: str | None,
    now: datetime,
    people: int | None = None,
    via: str = "list",
) -> Sequence[Event]:
    """签到, at most an hour early. On the list twice, they came once; a ticket is used once."""
    activity.require("attend")
    held, session = activity.registration(id), session_on(activity, code, now)
    reason = why_not_in(held, session, now)
    if reason is Reason.ALREADY_IN and via == "list":
        return []
    _require_no(activity, reason)
    return [come(activity, id, session, now, people or held.people, via)]


def leave(activity: Activity, id: str, code: str | None, now: datetime) -> Sequence[Event]:
    """签退, once."""
    activity.require("leave")
    held, session = activity.registration(id), session_on(activity, code, now)
    _require_no(activity, why_not_out(held, session, now))
    return [_go(activity, id, session, now)]


def upload(
    activity: Activity, device: str, scans: Sequence[ReadScan], now: datetime
) -> Sequence[Event]:
    """What a device has kept, in the order in which it happened; also after the session was held.

    A scan that is sent again changes nothing. Of a ticket that two devices have let in while both
    were offline, the second is refused: people came once.
    """
    activity.require("upload-scans")
    events: list[Event] = []
    for scan in sorted(scans, key=lambda each: (each.at, each.number)):
        found = _take(activity, device, scan, now)
        if isinstance(found, Reason):
            _reject(activity, device, scan, found)
        elif found:
            events.append(found)
    return events


def walk_in(activity: Activity, id: str, command: WalkIn, now: datetime) -> Sequence[Event]:
    """Without registration. Once a session has begun, the seats of those who did not come are free
    for them; before, only what nobody has taken."""
    activity.require("walk-in")
    session = session_on(activity, command.session, now)
    reason = _why_closed(session, now) or (
        None if _places(activity, session, now) >= command.people else Reason.FULL
    )
    _require_no(activity, reason)
    if command.resident is None:
        session.unknown += command.people
        return [counted(activity, session, command.people)]
    if activity.registration_of(command.resident):
        raise activity.refused(
            "This resident is registered: check them in.", "该居民已报名,请直接签到。", "registered"
        )
    held = Registration(
        command.resident, RegistrationStatus.CONFIRMED, now, command.people, sessions=[session.code]
    )
    activity.enter(id, held)
    return [come(activity, id, session, now, command.people, "walk-in")]


# ---- used by paper sheets too ----


def come(
    activity: Activity, id: str, session: Session, at: datetime, people: int, via: str
) -> Event:
    """One visit: so many attendances."""
    held = activity.registrations[id]
    held.visits[session.code] = Visit(at, people, via)
    activity.move(id, RegistrationStatus.ATTENDED)
    recount(activity, session)
    return activity.tell_of(
        told.RegistrationAttended,
        id,
        people=people,
        session=session.code,
        starts_at=session.starts_at,
    )


def counted(activity: Activity, session: Session, people: int) -> Event:
    """Attendances of people whom nobody knows by a number."""
    recount(activity, session)
    return activity.tell(
        told.AttendanceCounted, session=session.code, starts_at=session.starts_at, people=people
    )


def session_on(activity: Activity, code: str | None, at: datetime) -> Session:
    """The one named; the only one; or the one that is on."""
    on = [
        each
        for each in activity.sessions
        if each.status is SessionStatus.PLANNED and each.starts_at - EARLY <= at < each.ends_at
    ]
    return activity.session(code or (on[0].code if len(on) == 1 else None))


# ---- reasons ----


def why_not_in(held: Registration, session: Session, at: datetime) -> Reason | None:
    """None where they may come in."""
    if held.status in (RegistrationStatus.CANCELLED, RegistrationStatus.REFUSED):
        return Reason.CANCELLED
    if held.status not in (RegistrationStatus.CONFIRMED, RegistrationStatus.ATTENDED):
        return Reason.NO_SEAT
    if not held.wants(session.code):
        return Reason.OTHER_SESSION
    if session.code in held.visits or (
        held.status is RegistrationStatus.ATTENDED and not held.visits  # before there were visits
    ):
        return Reason.ALREADY_IN
    return _why_closed(session, at)


def why_not_out(held: Registration, session: Session, at: datetime) -> Reason | None:
    """None where they may go out."""
    visit = held.visits.get(session.code)
    if visit is None or at < visit.came:
        return Reason.NOT_IN
    if visit.left:
        return Reason.ALREADY_OUT
    return Reason.TOO_LATE if at > session.ends_at + LATE else None


def _why_closed(session: Session, at: datetime) -> Reason | None:
    if session.status is SessionStatus.CANCELLED:
        return Reason.SESSION_CANCELLED
    if at < session.starts_at - EARLY:
        return Reason.TOO_EARLY
    return Reason.TOO_LATE if at > session.ends_at + LATE else None


# ---- inside ----


def _take(activity: Activity, device: str, scan: ReadScan, now: datetime) -> Event | Reason | None:
    """What a stored scan does; why it does nothing; None where it was sent before."""
    if scan.reason or scan.registration is None:
        return scan.reason or Reason.BAD_TICKET
    held = activity.registrations.get(scan.registration)
    session = next((each for each in activity.sessions if each.code == scan.session), None)
    if held is None or session is None:
        return Reason.UNKNOWN if held is None else Reason.OTHER_SESSION
    if scan.at > now + EARLY:
        return Reason.TOO_EARLY  # by a clock that is wrong
    visit = held.visits.get(scan.session)
    coming = scan.direction is Direction.IN
    if visit and scan.at == (visit.came if coming else visit.left):
        return None
    reason = (why_not_in if coming else why_not_out)(held, session, scan.at)
    if reason:
        return reason
    if coming:
        return come(activity, scan.registration, session, scan.at, held.people, device)
    return _go(activity, scan.registration, session, scan.at)


def _reject(activity: Activity, device: str, scan: ReadScan, reason: Reason) -> None:
    """Kept once, however often it is sent."""
    kept = activity.rejected
    if not any((each.device, each.number) == (device, scan.number) for each in kept):
        row = Rejected(device, scan.number, scan.session, scan.at, reason, scan.registration)
        activity.rejected = [*kept, row][-MOST_REJECTED:]


def _go(activity: Activity, id: str, session: Session, at: datetime) -> Event:
    visit = activity.registrations[id].visits[session.code]
    visit.left = at
    minutes = int((at - visit.came).total_seconds() // 60)
    return activity.tell_of(told.RegistrationLeft, id, session=session.code, minutes=minutes)


def _places(activity: Activity, session: Session, now: datetime) -> int:
    """People who may still come in without a seat of their own."""
    most = activity.capacity if session.capacity is None else session.capacity
    if now < session.starts_at:
        free = activity.seats_free()
        return min(free.shared, free.by_session.get(session.code, 0)) - session.unknown
    inside = session.unknown + sum(
        visit.people
        for held in activity.registrations.values()
        if (visit := held.visits.get(session.code))
    )
    return most - inside


def _require_no(activity: Activity, reason: Reason | None) -> None:
    if reason:
        raise activity.refused(*WORDS[reason], reason)

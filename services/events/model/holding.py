"""What becomes of an activity: changed, cancelled whole or in part, co-organised, held."""

from collections.abc import Sequence
from datetime import datetime

from services.events.model import posts
from services.events.model.activity import (
    Activity,
    ActivityStatus,
    Answer,
    CoOrganiser,
    asked_room,
    require_ahead,
    sessions_of,
)
from services.events.model.commands import CancelActivity, ChangeActivity, SessionFacts
from services.events.model.registering import end
from services.events.model.registration import LIVE
from services.events.model.session import RoomState, RoomUse, Session, SessionStatus
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.contracts.events import CancelledBy, RoomWanted
from shared.contracts.vocabulary import Department
from shared.errors import NotFound, Text, invalid

SETTLED_BY_SESSIONS = {"sessions", "room", "departments"}  # fields with rules of their own


def change(activity: Activity, command: ChangeActivity, now: datetime) -> Sequence[Event]:
    """New terms for old. Who is registered stays so, and hears of it from the event."""
    activity.require("change")
    if command.starts_at != activity.starts_at or command.ends_at != activity.ends_at:
        require_ahead(command.starts_at, command.ends_at, now)
    taken = activity.taken.shared
    if command.capacity < taken:
        raise invalid("capacity", f"{taken} seats are taken", f"已占用 {taken} 个名额")
    activity.revision += 1
    released = _change_sessions(activity, sessions_of(command))
    for name, value in command:
        if name not in SETTLED_BY_SESSIONS:
            setattr(activity, name, value)
    posts.check(activity.posts, activity.sessions)
    activity.departments = {
        each: activity.departments.get(each, CoOrganiser()) for each in command.departments
    }
    return [
        activity.tell_facts(told.ActivityChanged, released=released),
        *activity.promote(now),
    ]


def cancel(activity: Activity, command: CancelActivity, now: datetime) -> Sequence[Event]:
    """Every registration is cancelled with it, and its rooms are given back."""
    activity.require("cancel")
    if _anybody_came(activity):
        raise activity.refused("Residents have come already.", "已有居民签到,不能取消。")
    live = [id for id, held in activity.registrations.items() if held.status in LIVE]
    events: list[Event] = [_end(activity, id) for id in live]
    released = [wanted for each in activity.sessions for wanted in _give_back(each)]
    for each in activity.sessions:
        if each.status is SessionStatus.PLANNED:
            each.status, each.reason = SessionStatus.CANCELLED, command.reason
    activity.status, activity.reason = ActivityStatus.CANCELLED, command.reason
    activity.revision += 1
    return [
        *events,
        activity.tell(
            told.ActivityCancelled,
            reason=command.reason,
            released=released,
            revision=activity.revision,
            plan=activity.plan,
            entry=activity.entry,
        ),
    ]


def cancel_session(activity: Activity, code: str, reason: str, now: datetime) -> Sequence[Event]:
    """Who registered for it alone is cancelled; the last session is cancelled with the whole."""
    activity.require("cancel-session")
    session = _planned(activity, code)
    if any(code in held.visits for held in activity.registrations.values()):
        raise activity.refused("Residents have come already.", "已有居民签到,不能取消。")
    if [each for each in activity.sessions if each.status is SessionStatus.PLANNED] == [session]:
        raise activity.refused(
            "It is the only one left: cancel the activity.", "这是最后一个场次,请取消整个活动。"
        )
    return _cancel_session(activity, session, reason, now)


def call_off(activity: Activity, reason: str, now: datetime) -> Sequence[Event]:
    """What is to come will not be held, for its site has closed: all of it, or, once somebody has
    come or a session has begun, its sessions to come. Where nothing is to come: nothing."""
    if not to_be_held(activity, now):
        return []
    not_cancelled = (s for s in activity.sessions if s.status is not SessionStatus.CANCELLED)
    if not _anybody_came(activity) and all(each.starts_at > now for each in not_cancelled):
        return cancel(activity, CancelActivity(reason=reason), now)
    events: list[Event] = []
    for session in activity.sessions:
        visited = any(session.code in held.visits for held in activity.registrations.values())
        if session.status is SessionStatus.PLANNED and session.starts_at > now and not visited:
            events += _cancel_session(activity, session, reason, now)
    if all(each.status is not SessionStatus.PLANNED for each in activity.sessions):
        activity.status = ActivityStatus.HELD
    return events


def to_be_held(activity: Activity, now: datetime) -> list[Session]:
    """Its sessions that are not over."""
    if activity.status is not ActivityStatus.ANNOUNCED:
        return []
    planned = (each for each in activity.sessions if each.status is SessionStatus.PLANNED)
    return [each for each in planned if each.ends_at > now]


def hold(activity: Activity, code: str | None, now: datetime) -> Sequence[Event]:
    """A session was held (场次); the activity is, with the last of them."""
    activity.require("hold")
    session = _planned(activity, activity.session(code).code)
    if now < session.starts_at:
        raise activity.refused("It has not begun.", "活动尚未开始。")
    session.status = SessionStatus.HELD
    recount(activity, session)
    if all(each.status is not SessionStatus.PLANNED for each in activity.sessions):
        activity.status = ActivityStatus.HELD
    return [
        activity.tell(
            told.ActivityHeld,
            starts_at=session.starts_at,
            attendances=session.attendances,
            session=session.code,
            plan=activity.plan,
            entry=activity.entry,
        )
    ]


def recount(activity: Activity, session: Session) -> None:
    """人次 of a session that was held, also where more is known later."""
    if session.status is SessionStatus.HELD:
        visits = (held.visits.get(session.code) for held in activity.registrations.values())
        session.attendances = session.unknown + sum(each.people for each in visits if each)
        activity.attendances = sum(each.attendances or 0 for each in activity.sessions)


def answer(
    activity: Activity, department: Department, yes: bool, reason: str | None, now: datetime
) -> Sequence[Event]:
    """A department that was asked co-organises it, or does not (联, plan 四(六))."""
    activity.require("answer")
    asked = activity.departments.get(department)
    if asked is None:
        raise NotFound(
            Text(f"{department} was not asked.", f"该活动未邀请 {department} 联合举办。")
        )
    if asked.answer is not Answer.ASKED:
        raise activity.refused(f"It has {asked.answer}.", f"该部门已答复:{asked.answer}。")
    asked.answer = Answer.ACCEPTED if yes else Answer.DECLINED
    asked.at, asked.reason = now, reason
    event = told.DepartmentAccepted if yes else told.DepartmentDeclined
    return [activity.tell(event, department=department)]


def room_settled(
    activity: Activity, booking: str, reserved: bool, reason: str | None = None
) -> Sequence[Event]:
    """What a room's calendar has answered. An asking that is no longer ours changes nothing:
    its release is on its way."""
    for each in activity.sessions:
        if each.room and each.room.booking == booking:
            each.room.status = RoomState.RESERVED if reserved else RoomState.REFUSED
            each.room.reason = reason
    return []


# ---- inside ----


def _anybody_came(activity: Activity) -> bool:
    held = activity.registrations.values()
    return any(each.visits or each.status == "attended" for each in held)


def _cancel_session(
    activity: Activity, session: Session, reason: str, now: datetime
) -> Sequence[Event]:
    code, released = session.code, _give_back(session)
    session.status, session.reason = SessionStatus.CANCELLED, reason
    activity.revision += 1
    only_this = [
        id
        for id, held in activity.registrations.items()
        if held.status in LIVE and held.sessions == [code]
    ]
    events: list[Event] = [_end(activity, id) for id in only_this]
    for id, held in activity.registrations.items():
        if code in held.sessions and len(held.sessions) > 1:
            activity.wish_for(id, [each for each in held.sessions if each != code])
    return [
        *events,
        activity.tell(
            told.SessionCancelled,
            session=code,
            starts_at=session.starts_at,
            reason=reason,
            released=released,
            revision=activity.revision,
        ),
        *activity.promote(now),
    ]


def _change_sessions(activity: Activity, wanted: list[SessionFacts]) -> list[RoomWanted]:
    """Sessions that are over or cancelled stay; what rooms are given back."""
    fixed = {s.code for s in activity.sessions if s.status is not SessionStatus.PLANNED}
    before = {each.code: each for each in activity.sessions if each.code not in fixed}
    sessions = [each for each in activity.sessions if each.code in fixed]
    released: list[RoomWanted] = []
    for facts in wanted:
        if facts.code in fixed:
            continue
        session = before.pop(facts.code, None) or Session(
            facts.code, facts.starts_at, facts.ends_at
        )
        released += _change_session(activity, session, facts)
        sessions.append(session)
    for gone in before.values():
        _require_unwanted(activity, gone)
        released += _give_back(gone)
    if all(each.code in fixed for each in sessions):
        raise invalid("sessions", "should name one that is to come", "须至少保留一个未举行的场次")
    activity.sessions = sorted(sessions, key=lambda each: (each.starts_at, each.code))
    return released


def _change_session(activity: Activity, session: Session, facts: SessionFacts) -> list[RoomWanted]:
    moved = (session.starts_at, session.ends_at) != (facts.starts_at, facts.ends_at)
    use = session.room
    keeps = use and not moved and use.room == facts.room and use.status is not RoomState.REFUSED
    released: list[RoomWanted] = []
    if not keeps:
        released = _give_back(session)
        session.room = asked_room(activity.id, facts, activity.revision)
    session.starts_at, session.ends_at = facts.starts_at, facts.ends_at
    taken = activity.taken.of(facts.code)
    if facts.capacity is not None and facts.capacity < taken:
        raise invalid("sessions", f"{taken} seats are taken", f"已占用 {taken} 个名额")
    session.capacity = facts.capacity
    return released


def _require_unwanted(activity: Activity, session: Session) -> None:
    for held in activity.registrations.values():
        if held.status in LIVE and session.code in held.sessions:
            raise invalid(
                "sessions",
                f"{session.code} has registrations: cancel the session instead",
                f"场次 {session.code} 已有报名,请改用取消场次",
            )


def _give_back(session: Session) -> list[RoomWanted]:
    """The room that a session has asked for, if it was not refused."""
    use: RoomUse | None = session.room
    if (
        use is None
        or use.status is RoomState.REFUSED
        or session.status is not SessionStatus.PLANNED
    ):
        return []
    return [use.wanted]


def _planned(activity: Activity, code: str) -> Session:
    session = activity.session(code)
    if session.status is not SessionStatus.PLANNED:
        raise activity.refused(
            f"This session is {session.status}.", f"该场次当前状态为 {session.status}。"
        )
    return session


def _end(activity: Activity, id: str) -> Event:
    end(activity, id, None)
    return activity.tell_of(told.RegistrationCancelled, id, by=CancelledBy.ACTIVITY)

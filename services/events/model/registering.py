"""Registering for an activity (报名): seats, the waiting list, offers, approval, giving back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.events.model.activity import Activity
from services.events.model.commands import CancelRegistration, Register
from services.events.model.registration import Registration, RegistrationStatus
from services.events.model.session import SessionStatus
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.contracts.events import CancelledBy
from shared.errors import invalid

MOST_REGISTRATIONS = 6000
"""In one activity, cancelled ones too; its document must stay below the 16 MB of MongoDB."""
Status = RegistrationStatus
GIVES_BACK = frozenset({Status.CONFIRMED, Status.OFFERED, Status.WAITLISTED, Status.REQUESTED})


def register(activity: Activity, id: str, command: Register, now: datetime) -> Sequence[Event]:
    """Seats, or a place in the waiting list, or a request; one for each resident."""
    activity.require("register")
    _require_open(activity, now)
    held = Registration(
        resident=command.resident,
        status=Status.REQUESTED,
        at=now,
        people=_party(activity, command),
        companions=command.companions,
        sessions=_sessions(activity, command, now),
        answers=_answers(activity, command),
    )
    _require_unregistered(activity, {command.resident, *command.companions})
    activity.enter(id, held)
    if activity.approval:
        return [activity.tell_of(told.RegistrationRequested, id)]
    return _line_up(activity, id, now)


def approve(activity: Activity, id: str, now: datetime) -> Sequence[Event]:
    """The hosts let it in: seats, or a place at the end of the list."""
    activity.require("approve")
    _require_status(activity, id, Status.REQUESTED)
    return _line_up(activity, id, now)


def refuse(activity: Activity, id: str, reason: str, now: datetime) -> Sequence[Event]:
    """The hosts don't."""
    activity.require("refuse")
    held = _require_status(activity, id, Status.REQUESTED)
    activity.move(id, Status.REFUSED)
    held.reason = reason
    return [activity.tell_of(told.RegistrationRefused, id)]


def accept_offer(activity: Activity, id: str, now: datetime) -> Sequence[Event]:
    """The seats that were kept are theirs."""
    activity.require("accept-offer")
    held = _require_status(activity, id, Status.OFFERED)
    if held.offered_until and held.offered_until <= now:
        raise activity.refused("The offer has run out.", "名额保留时间已过。")
    activity.move(id, Status.CONFIRMED)
    return [activity.tell_of(told.RegistrationPromoted, id)]


def cancel(
    activity: Activity, id: str, command: CancelRegistration, now: datetime
) -> Sequence[Event]:
    """By the resident, in time; or by the hosts. Free seats go to the first in the list."""
    activity.require("cancel-registration")
    if command.by not in (CancelledBy.RESIDENT, CancelledBy.HOST):
        raise invalid("by", "should be resident or host", "应为 resident 或 host")
    held = activity.registration(id)
    if held.status not in GIVES_BACK:
        raise activity.refused(
            f"This registration is {held.status}.", f"该报名当前状态为 {held.status}。"
        )
    latest = activity.starts_at - timedelta(hours=activity.notice_hours)
    if command.by is CancelledBy.RESIDENT and activity.notice_hours and now > latest:
        raise activity.refused(
            f"Residents cancel until {activity.notice_hours} hours before; ask the hosts.",
            f"居民须提前 {activity.notice_hours} 小时取消,请联系主办方。",
        )
    end(activity, id, command.reason)
    return [
        activity.tell_of(told.RegistrationCancelled, id, by=command.by),
        *activity.promote(now),
    ]


def pass_time(activity: Activity, now: datetime) -> Sequence[Event]:
    """Offers that were not taken in time run out, and the next ones in the list come up."""
    events: list[Event] = []
    for id in [id for id, until in activity.offers.items() if until <= now]:
        end(activity, id, None)
        events.append(activity.tell_of(told.RegistrationCancelled, id, by=CancelledBy.EXPIRY))
    return [*events, *activity.promote(now)] if events else []


def end(activity: Activity, id: str, reason: str | None) -> None:
    """It holds nothing any more."""
    activity.move(id, Status.CANCELLED)
    activity.registrations[id].reason = reason


# ---- inside ----


def _line_up(activity: Activity, id: str, now: datetime) -> Sequence[Event]:
    """To the end of the list; where there are seats and nobody is before them, they are theirs."""
    activity.move(id, Status.WAITLISTED)
    activity.waiting.append(id)
    return activity.promote(now, newcomer=id) or [activity.tell_of(told.RegistrationWaitlisted, id)]


def _require_open(activity: Activity, now: datetime) -> None:
    if now >= activity.ends_at:
        raise activity.refused("It is over.", "活动已结束。")
    opens, closes = activity.registration_opens_at, activity.registration_closes_at
    if opens and now < opens:
        raise activity.refused("Registration has not opened.", "报名尚未开始。")
    if closes and now >= closes:
        raise activity.refused("Registration has closed.", "报名已截止。")
    if len(activity.registrations) >= MOST_REGISTRATIONS:
        raise activity.refused("No more registrations are taken.", "报名数量已达上限。")


def _party(activity: Activity, command: Register) -> int:
    named = 1 + len(command.companions)
    people = command.people or named
    most = min(activity.party_max, activity.capacity)
    if people < named:
        raise invalid("people", f"should be {named} or more", f"应不少于 {named} 人")
    if people > most:
        raise invalid("people", f"at most {most} together", f"每次报名最多 {most} 人")
    return people


def _sessions(activity: Activity, command: Register, now: datetime) -> list[str]:
    for code in command.sessions:
        session = activity.session(code, "sessions")
        if session.status is not SessionStatus.PLANNED or now >= session.ends_at:
            raise invalid("sessions", f"{code} is over or cancelled", f"场次 {code} 已结束或取消")
        if session.capacity is not None and (command.people or 1) > session.capacity:
            most = session.capacity
            raise invalid("people", f"{code} has {most} seats", f"场次 {code} 共 {most} 个名额")
    return sorted(set(command.sessions))


def _answers(activity: Activity, command: Register) -> dict[str, str]:
    known = {each.code: each for each in activity.questions}
    for code, answer in command.answers.items():
        question = known.get(code)
        if question is None or (question.choices and answer not in question.choices):
            wanted = ", ".join(question.choices if question else known)
            raise invalid(f"answers.{code}", f"should be one of: {wanted}", f"应为:{wanted}")
    for code, question in known.items():
        if question.required and not command.answers.get(code):
            raise invalid(f"answers.{code}", "should be answered", "为必答题")
    return command.answers


def _require_unregistered(activity: Activity, people: set[str]) -> None:
    if any(activity.registration_of(each) for each in people):
        raise activity.refused("This resident is registered already.", "该居民已报名。")


def _require_status(activity: Activity, id: str, status: Status) -> Registration:
    held = activity.registration(id)
    if held.status is not status:
        raise activity.refused(
            f"This registration is {held.status}.", f"该报名当前状态为 {held.status}。"
        )
    return held

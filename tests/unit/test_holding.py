"""An activity that is changed, cancelled in part, co-organised; its rooms and sessions."""

from typing import Any

import pytest

from services.events.model import check_in, holding, registering
from services.events.model.activity import Activity, ActivityStatus, Answer
from services.events.model.commands import CancelActivity, ChangeActivity, Register
from services.events.model.session import RoomState, SessionStatus
from services.events.model.summary import counts
from shared.contracts.events import (
    ActivityAnnounced,
    ActivityCancelled,
    ActivityChanged,
    ActivityHeld,
    RegistrationCancelled,
    SessionCancelled,
)
from shared.contracts.vocabulary import Department, Mode, Theme
from shared.errors import Conflict, NotFound, Unprocessable
from tests.unit.builders import HOUR, NOW, STARTS, announce, announced, session

ONE, TWO = "reg_no000001", "reg_no000002"
A, B = session("a", room="hall"), session("b", room="yard")


def terms(**facts: Any) -> ChangeActivity:
    usual = {"title": "经典阅读", "starts_at": STARTS, "ends_at": STARTS + HOUR, "capacity": 2}
    return ChangeActivity.model_validate(usual | facts)


def register(activity: Activity, id: str, *sessions: str) -> None:
    body = Register(resident=f"R-{id[-6:]}", sessions=list(sessions))
    registering.register(activity, id, body, NOW)


def booking(activity: Activity, code: str) -> str:
    room = activity.session(code).room
    assert room
    return room.booking


# ---- rooms ----


def test_an_activity_tells_which_rooms_it_wants_and_notes_the_answers() -> None:
    activity, [event] = Activity.announce("act_one111", announce(sessions=[A, B]), NOW)
    assert isinstance(event, ActivityAnnounced)
    wanted = {each.session: each.wanted for each in event.sessions}
    assert wanted["a"] and wanted["a"].room == "hall"

    holding.room_settled(activity, booking(activity, "a"), True)
    holding.room_settled(activity, booking(activity, "b"), False, "taken")

    states = [each.room.status for each in activity.sessions if each.room]
    assert states == [RoomState.RESERVED, RoomState.REFUSED]


def test_a_session_that_moves_gives_its_room_back_and_asks_anew() -> None:
    activity = announced(sessions=[A, B])
    before = booking(activity, "a"), booking(activity, "b")
    later = A | {"ends_at": STARTS + HOUR / 2}

    [event] = holding.change(activity, terms(sessions=[later, B]), NOW)

    assert isinstance(event, ActivityChanged)
    assert [each.booking for each in event.released] == [before[0]]
    assert booking(activity, "a") != before[0]
    assert booking(activity, "b") == before[1]
    assert (event.revision, activity.revision) == (1, 1)


def test_an_answer_to_an_earlier_asking_changes_nothing() -> None:
    activity = announced(sessions=[A])
    before = booking(activity, "a")
    holding.change(activity, terms(sessions=[A | {"room": "yard"}]), NOW)

    holding.room_settled(activity, before, True)

    room = activity.session("a").room
    assert room and room.status is RoomState.REQUESTED


def test_a_refused_room_is_asked_for_again_by_the_next_change() -> None:
    activity = announced(sessions=[A])
    before = booking(activity, "a")
    holding.room_settled(activity, before, False, "taken")

    [event] = holding.change(activity, terms(sessions=[A]), NOW)

    assert isinstance(event, ActivityChanged) and event.released == []
    assert booking(activity, "a") != before


# ---- sessions ----


def test_a_cancelled_session_takes_only_those_who_come_for_it_alone() -> None:
    activity = announced(capacity=9, sessions=[A, B])
    register(activity, ONE, "a")
    register(activity, TWO, "a", "b")

    ended, event = holding.cancel_session(activity, "a", "停电", NOW)

    assert isinstance(ended, RegistrationCancelled) and ended.registration == ONE
    assert isinstance(event, SessionCancelled) and len(event.released) == 1
    assert activity.registrations[TWO].sessions == ["b"]
    with pytest.raises(Conflict):
        holding.cancel_session(activity, "b", "停电", NOW)


def test_a_session_with_registrations_is_not_just_left_out() -> None:
    activity = announced(capacity=9, sessions=[A, B])
    register(activity, ONE, "a")

    with pytest.raises(Unprocessable) as refused:
        holding.change(activity, terms(sessions=[B]), NOW)

    assert refused.value.fields[0].field == "sessions"


def test_an_activity_is_held_with_the_last_of_its_sessions() -> None:
    activity = announced(capacity=9, sessions=[A, B])
    register(activity, ONE)
    for code in ("a", "b"):
        check_in.attend(activity, ONE, code, STARTS)

    [first] = holding.hold(activity, "a", STARTS)
    assert isinstance(first, ActivityHeld) and first.session == "a"
    statuses = [activity.status]
    holding.hold(activity, None, STARTS)

    assert [*statuses, activity.status] == [ActivityStatus.ANNOUNCED, ActivityStatus.HELD]
    found = counts(activity)
    assert (found.sessions, found.attendances, found.people) == (2, 2, 1)
    with pytest.raises(Conflict):
        holding.hold(activity, "a", STARTS)


def test_a_cancelled_activity_gives_back_the_rooms_it_may_have() -> None:
    activity = announced(sessions=[A, B])
    holding.room_settled(activity, booking(activity, "b"), False, "taken")

    *_, event = holding.cancel(activity, CancelActivity(reason="台风"), NOW)

    assert isinstance(event, ActivityCancelled)
    assert [each.room for each in event.released] == ["hall"]
    assert {each.status for each in activity.sessions} == {SessionStatus.CANCELLED}


def test_what_was_stored_before_there_were_sessions_has_one() -> None:
    old = Activity(
        "act_old111", ActivityStatus.HELD, "XP11", "讲座", Theme.THEORY, [Mode.LECTURE],
        STARTS, STARTS + HOUR, 5, None, attendances=3,
    )  # fmt: skip
    [only] = old.sessions
    assert (only.code, only.status, only.attendances) == ("1", SessionStatus.HELD, 3)


# ---- departments ----


def test_a_department_that_was_asked_answers_once() -> None:
    activity = announced(departments=["justice-office", "womens-federation"])

    [event] = holding.answer(activity, Department.JUSTICE_OFFICE, True, None, NOW)

    assert event.name == "events.department.accepted"
    assert activity.departments[Department.JUSTICE_OFFICE].answer is Answer.ACCEPTED
    with pytest.raises(Conflict):
        holding.answer(activity, Department.JUSTICE_OFFICE, False, None, NOW)
    with pytest.raises(NotFound):
        holding.answer(activity, Department.TRADE_UNION, True, None, NOW)


def test_a_change_keeps_the_answers_of_those_who_are_still_asked() -> None:
    activity = announced(departments=["justice-office", "womens-federation"])
    holding.answer(activity, Department.JUSTICE_OFFICE, False, "无人", NOW)

    holding.change(activity, terms(departments=["justice-office", "trade-union"]), NOW)

    answers = {each: held.answer for each, held in activity.departments.items()}
    assert answers == {
        Department.JUSTICE_OFFICE: Answer.DECLINED,
        Department.TRADE_UNION: Answer.ASKED,
    }


# ---- its site has closed ----


def spread() -> Activity:
    """Three sessions, an hour each, two hours apart."""
    sessions = [
        {"code": code, "starts_at": STARTS + n * 2 * HOUR, "ends_at": STARTS + (n * 2 + 1) * HOUR}
        for n, code in enumerate("abc")
    ]
    return announced(sessions=sessions, ends_at=STARTS + 5 * HOUR)


def test_what_nobody_has_come_to_is_called_off_whole() -> None:
    activity = spread()
    register(activity, ONE, "a")
    *ended, cancelled = holding.call_off(activity, "合并", NOW)
    assert isinstance(cancelled, ActivityCancelled) and cancelled.reason == "合并"
    assert [type(each) for each in ended] == [RegistrationCancelled]
    assert holding.call_off(activity, "合并", NOW) == []


def test_once_somebody_has_come_the_sessions_to_come_are_called_off() -> None:
    activity = spread()
    register(activity, ONE, "a", "b")
    register(activity, TWO, "c")
    check_in.attend(activity, ONE, "a", STARTS)
    events = holding.call_off(activity, "合并", STARTS)

    cancelled = [each.session for each in events if isinstance(each, SessionCancelled)]
    ended = [each.registration for each in events if isinstance(each, RegistrationCancelled)]
    assert (cancelled, ended) == (["b", "c"], [TWO])
    assert activity.status is ActivityStatus.ANNOUNCED  # `a` is yet to be held
    holding.hold(activity, "a", STARTS)
    assert counts(activity).sessions == 1


def test_an_activity_whose_last_sessions_are_called_off_was_held() -> None:
    activity = spread()
    holding.hold(activity, "a", STARTS)
    holding.call_off(activity, "合并", STARTS + HOUR)
    states = [each.status for each in activity.sessions]
    assert states == [SessionStatus.HELD, SessionStatus.CANCELLED, SessionStatus.CANCELLED]
    assert activity.status is ActivityStatus.HELD


def test_what_is_over_or_going_on_is_not_called_off() -> None:
    over, going_on = announced(), announced()
    assert holding.call_off(over, "合并", STARTS + HOUR) == []
    assert holding.call_off(going_on, "合并", STARTS) == []
    assert (over.status, going_on.status) == (ActivityStatus.ANNOUNCED,) * 2
    assert holding.to_be_held(going_on, STARTS) and not holding.to_be_held(over, STARTS + HOUR)

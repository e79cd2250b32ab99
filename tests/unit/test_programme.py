"""A programme: places, waiting list, attendance, and who has completed it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.model import timetable
from services.events.model.commands.programme import (
    AttendProgramme,
    CancelProgramme,
    CancelProgrammeSession,
    HoldProgrammeSession,
    MoveProgrammeSession,
    OpenProgramme,
)
from services.events.model.programme import (
    MOST_ENROLMENTS,
    Enrolment,
    EnrolmentStatus,
    Programme,
)
from shared.contracts.base import Event
from shared.contracts.events import (
    EnrolmentCompleted,
    EnrolmentPromoted,
    ProgrammeCancelled,
    ProgrammeCompleted,
    ProgrammeSessionCancelled,
    ProgrammeSessionHeld,
    ProgrammeSessionMoved,
)
from shared.errors import Conflict, ShijianError, Unprocessable
from tests.unit.builders import HOUR, NOW

DAY = timedelta(days=1)
FIRST = NOW + DAY
ONE, TWO, THREE, FOUR = (f"enr_no{number:06}" for number in range(1, 5))


def sessions(number: int) -> list[dict[str, str]]:
    starts = [FIRST + n * 7 * DAY for n in range(number)]
    return [
        {"title": f"第{n}课", "starts_at": s.isoformat(), "ends_at": (s + 2 * HOUR).isoformat()}
        for n, s in enumerate(starts, 1)
    ]


def opened(number: int = 3, **facts: Any) -> Programme:
    body = {
        "site": "XP11",
        "title": "新市民课堂",
        "audience": "newcomers",
        "theme": "civility",
        "sessions": sessions(number),
        "capacity": 2,
        "completes_with": 2,
    }
    return Programme.open("prg_one1111", OpenProgramme.model_validate(body | facts), NOW)[0]


def enrolled(programme: Programme, *enrolments: str) -> Programme:
    for each in enrolments:
        programme.enrol(each, f"R-{each[-6:]}", NOW)
    return programme


def attend(programme: Programme, enrolment: str, *numbers: int) -> None:
    for number in numbers:
        starts = programme.sessions[number - 1].starts_at
        programme.attend(enrolment, AttendProgramme(session=number), starts)


def hold(programme: Programme, *numbers: int) -> None:
    for number in numbers:
        starts = programme.sessions[number - 1].starts_at
        programme.hold(HoldProgrammeSession(session=number), starts)


def test_a_programme_counts_sessions_attendances_people_and_completions_apart() -> None:
    programme = enrolled(opened(capacity=3), ONE, TWO, THREE)
    attend(programme, ONE, 1, 2, 3)
    attend(programme, TWO, 2)
    hold(programme, 1, 2, 3)
    *completed, over = programme.complete(NOW + 30 * DAY)

    assert [type(each) for each in completed] == [EnrolmentCompleted]
    assert isinstance(over, ProgrammeCompleted)
    assert (over.sessions, over.attendances, over.people, over.completions) == (3, 4, 2, 1)
    statuses = [each.status for each in programme.enrolments.values()]
    assert statuses == [EnrolmentStatus.COMPLETED] + [EnrolmentStatus.INCOMPLETE] * 2


def test_a_session_that_was_not_held_counts_for_nobody() -> None:
    programme = enrolled(opened(), ONE)
    attend(programme, ONE, 1, 2)
    hold(programme, 1, 3)
    over = programme.complete(NOW + 30 * DAY)[-1]
    assert isinstance(over, ProgrammeCompleted)
    assert (over.sessions, over.attendances, over.completions) == (2, 1, 0)


def test_a_programme_is_complete_when_enough_sessions_were_held() -> None:
    programme = enrolled(opened(), ONE)
    hold(programme, 1)
    with pytest.raises(Conflict, match="2 are needed"):
        programme.complete(NOW + 30 * DAY)


def test_a_programme_is_not_complete_before_its_last_session() -> None:
    programme = enrolled(opened(), ONE)
    hold(programme, 1, 2)
    with pytest.raises(Conflict, match="Sessions 3 are yet to come"):
        programme.complete(FIRST + 8 * DAY)
    assert programme.complete(FIRST + 15 * DAY)


def move(programme: Programme, session: int, starts: datetime) -> list[Event]:
    command = MoveProgrammeSession(session=session, starts_at=starts, ends_at=starts + 2 * HOUR)
    return list(timetable.move(programme, command, NOW))


def test_a_session_has_another_time_between_those_beside_it() -> None:
    programme = enrolled(opened(), ONE)
    [event] = move(programme, 2, FIRST + 9 * DAY)
    assert isinstance(event, ProgrammeSessionMoved)
    assert (event.session, programme.sessions[1].starts_at) == (2, FIRST + 9 * DAY)
    for session, starts in [
        (2, FIRST),
        (2, FIRST + 14 * DAY),
        (1, NOW - DAY),
        (3, FIRST + 9 * DAY),
    ]:
        with pytest.raises(Unprocessable):
            move(programme, session, starts)
    attend(programme, ONE, 2)
    with pytest.raises(Conflict):
        move(programme, 2, FIRST + 10 * DAY)


def drop(programme: Programme, number: int, now: datetime = NOW) -> list[Event]:
    command = CancelProgrammeSession(session=number, reason="台风")
    return list(timetable.cancel_session(programme, command, now))


def test_a_cancelled_session_is_never_held_and_nobody_fails_by_it() -> None:
    programme = enrolled(opened(completes_with=3), ONE, TWO)
    [event] = drop(programme, 2)

    assert isinstance(event, ProgrammeSessionCancelled)
    assert (event.session, event.completes_with, event.revision) == (2, 2, 1)
    for refused in (
        lambda: drop(programme, 2),
        lambda: move(programme, 2, FIRST + 8 * DAY),
        lambda: attend(programme, ONE, 2),
        lambda: hold(programme, 2),
    ):
        with pytest.raises(Conflict):
            refused()
    attend(programme, ONE, 1, 3)
    attend(programme, TWO, 1)
    hold(programme, 1, 3)
    over = programme.complete(NOW + 30 * DAY)[-1]
    assert isinstance(over, ProgrammeCompleted)
    assert (over.sessions, over.completions) == (2, 1)


def test_a_rule_that_can_still_be_met_stays() -> None:
    programme = opened(completes_with=2)
    drop(programme, 1)
    assert programme.completes_with == 2
    assert move(programme, 2, NOW + DAY)  # to where the cancelled one would have been


def test_a_session_that_residents_came_to_and_the_last_one_left_are_not_cancelled() -> None:
    programme = enrolled(opened(2), ONE)
    attend(programme, ONE, 1)
    with pytest.raises(Conflict, match="come already"):
        drop(programme, 1)
    other = opened(2)
    drop(other, 1)
    with pytest.raises(Conflict, match="cancel the programme"):
        drop(other, 2)


def test_a_programme_is_called_off_whole_or_for_the_sessions_to_come() -> None:
    whole = enrolled(opened(), ONE)
    assert isinstance(timetable.call_off(whole, "合并", NOW)[-1], ProgrammeCancelled)
    assert timetable.call_off(whole, "合并", NOW) == []

    begun = enrolled(opened(), ONE)
    attend(begun, ONE, 1)
    hold(begun, 1)
    events = timetable.call_off(begun, "合并", FIRST + 2 * HOUR)
    assert [type(each) for each in events] == [ProgrammeSessionCancelled] * 2
    assert begun.completes_with == 1
    assert isinstance(begun.complete(FIRST + 2 * HOUR)[0], EnrolmentCompleted)


def test_a_programme_takes_no_more_enrolments_than_its_document_holds() -> None:
    programme = opened()
    gone = Enrolment("R-000009", EnrolmentStatus.CANCELLED, NOW)
    programme.enrolments = dict.fromkeys(map(str, range(MOST_ENROLMENTS)), gone)
    with pytest.raises(Conflict):
        enrolled(programme, ONE)


def test_a_place_given_back_goes_to_the_first_who_waits_until_enrolment_ends() -> None:
    programme = enrolled(opened(), ONE, TWO, THREE, FOUR)
    assert programme.waiting == [THREE, FOUR]
    _, promoted = programme.cancel_enrolment(ONE, NOW)
    assert isinstance(promoted, EnrolmentPromoted) and promoted.enrolment == THREE
    assert len(programme.cancel_enrolment(TWO, FIRST)) == 1


def test_a_resident_is_enrolled_once_however_the_number_is_written() -> None:
    programme = opened()
    programme.enrol(ONE, "R-abc001", NOW)
    with pytest.raises(Conflict):
        programme.enrol(TWO, "r-ABC001", NOW)


def test_a_session_is_attended_once_from_an_hour_before_until_it_is_held() -> None:
    programme = enrolled(opened(), ONE, TWO)
    one = AttendProgramme(session=1)
    with pytest.raises(Conflict):
        programme.attend(ONE, one, FIRST - 2 * HOUR)
    assert programme.attend(ONE, one, FIRST - HOUR)
    assert programme.attend(ONE, one, FIRST) == []
    (held,) = programme.hold(HoldProgrammeSession(session=1), FIRST)
    assert isinstance(held, ProgrammeSessionHeld) and held.attendances == 1
    assert programme.hold(HoldProgrammeSession(session=1), FIRST) == []
    with pytest.raises(Conflict):
        programme.attend(TWO, one, FIRST)
    with pytest.raises(Unprocessable):
        programme.attend(ONE, AttendProgramme(session=4), FIRST)


def test_a_programme_that_somebody_has_attended_can_not_be_cancelled() -> None:
    programme = enrolled(opened(), ONE)
    attend(programme, ONE, 1)
    with pytest.raises(Conflict):
        programme.cancel(CancelProgramme(reason="停课"), NOW)
    other = enrolled(opened(), ONE, TWO, THREE)
    assert len(other.cancel(CancelProgramme(reason="停课"), NOW)) == 4
    with pytest.raises(Conflict):
        other.enrol(FOUR, "R-000009", NOW)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"completes_with": 4}, "completes_with"),
        ({"sessions": sessions(2)[::-1]}, "sessions.1.starts_at"),
        ({"sessions": [sessions(1)[0] | {"ends_at": FIRST.isoformat()}]}, "sessions.0.ends_at"),
        ({"enrol_until": NOW.isoformat()}, "enrol_until"),
        ({"enrol_until": (FIRST + 60 * DAY).isoformat()}, "enrol_until"),
    ],
)
def test_what_makes_no_sense_is_named(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        opened(**facts)
    assert refused.value.fields[0].field == field


STEPS = st.lists(st.tuples(st.sampled_from(["enrol", "cancel"]), st.integers(1, 9)), max_size=60)


@given(STEPS, st.integers(1, 4))
def test_no_more_places_than_there_are_and_nobody_is_passed_over(
    steps: list[tuple[str, int]], capacity: int
) -> None:
    programme = opened(capacity=capacity)
    for step, (kind, who) in enumerate(steps):
        live = [
            id
            for id, each in programme.enrolments.items()
            if each.resident == f"R-00000{who}" and each.status in ("confirmed", "waitlisted")
        ]
        try:
            if kind == "enrol":
                programme.enrol(f"enr_no{step:06}", f"R-00000{who}", NOW)
            elif live:
                programme.cancel_enrolment(live[0], NOW)
        except ShijianError:
            pass
        statuses = [each.status for each in programme.enrolments.values()]
        taken = statuses.count(EnrolmentStatus.CONFIRMED)
        assert taken <= capacity
        assert taken == capacity or not programme.waiting
        assert len(programme.waiting) == statuses.count(EnrolmentStatus.WAITLISTED)

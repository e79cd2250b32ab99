"""Registering in groups, for some sessions, with questions, approval, offers and notice."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.events.model import holding, registering
from services.events.model.activity import Activity
from services.events.model.commands import CancelRegistration, Question, Register
from services.events.model.registration import LIVE, SEATED, RegistrationStatus
from shared.contracts.base import Event
from shared.contracts.events import (
    CancelledBy,
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationOffered,
    RegistrationPromoted,
    RegistrationRequested,
    RegistrationWaitlisted,
)
from shared.errors import Conflict, ShijianError, Unprocessable
from tests.unit.builders import HOUR, NOW, STARTS, announced, session

ONE, TWO, THREE, FOUR = (f"reg_no{number:06}" for number in range(1, 5))
MINUTE = timedelta(minutes=1)


def register(
    activity: Activity, id: str, people: int | None = 1, **facts: object
) -> Sequence[Event]:
    resident = f"R-{id[-6:]}"
    body = Register.model_validate({"resident": resident, "people": people} | facts)
    return registering.register(activity, id, body, NOW)


def cancel(activity: Activity, id: str, at: datetime = NOW, **facts: object) -> Sequence[Event]:
    return registering.cancel(activity, id, CancelRegistration.model_validate(facts), at)


def status(activity: Activity, id: str) -> RegistrationStatus:
    return activity.registrations[id].status


# ---- groups ----


def test_a_group_gets_all_of_its_seats_or_waits_for_all_of_them() -> None:
    activity = announced(capacity=4, party_max=4)
    register(activity, ONE, people=3)

    [event] = register(activity, TWO, people=2)

    assert isinstance(event, RegistrationWaitlisted) and event.people == 2
    assert activity.seats_free().shared == 1


def test_a_single_person_does_not_overtake_a_group_that_waits() -> None:
    activity = announced(capacity=4, party_max=4)
    register(activity, ONE, people=3)
    register(activity, TWO, people=2)

    [event] = register(activity, THREE)

    assert isinstance(event, RegistrationWaitlisted)
    assert activity.waiting == [TWO, THREE]
    _, *promoted = cancel(activity, ONE)
    assert [each.registration for each in promoted if isinstance(each, RegistrationPromoted)] == [
        TWO,
        THREE,
    ]


def test_a_party_is_counted_with_those_it_names_and_has_a_limit() -> None:
    activity = announced(capacity=9, party_max=3)
    register(activity, ONE, people=None, companions=["R-child1", "R-child2"])
    assert activity.registrations[ONE].people == 3

    with pytest.raises(Unprocessable) as too_many:
        register(activity, TWO, people=4)
    with pytest.raises(Unprocessable) as too_few:
        register(activity, TWO, people=1, companions=["R-child3"])

    assert {e.value.fields[0].field for e in (too_many, too_few)} == {"people"}


def test_a_companion_is_registered_too() -> None:
    activity = announced(capacity=9, party_max=3)
    register(activity, ONE, people=None, companions=["R-000002"])

    with pytest.raises(Conflict):
        register(activity, TWO)


# ---- sessions share the capacity ----


def test_seats_of_a_session_run_out_while_those_of_another_last() -> None:
    activity = announced(capacity=10, sessions=[session("a", capacity=1), session("b", capacity=5)])
    register(activity, ONE, sessions=["a"])

    [waits] = register(activity, TWO, sessions=["a"])
    [seated] = register(activity, THREE, sessions=["b"])

    assert isinstance(waits, RegistrationWaitlisted)
    assert isinstance(seated, RegistrationConfirmed)


def test_sessions_share_what_the_activity_has_in_all() -> None:
    activity = announced(capacity=2, sessions=[session("a"), session("b")])
    register(activity, ONE, sessions=["a"])
    register(activity, TWO, sessions=["b"])

    [event] = register(activity, THREE, sessions=["b"])

    assert isinstance(event, RegistrationWaitlisted)


def test_whoever_waits_for_two_sessions_holds_up_those_behind_in_both() -> None:
    activity = announced(capacity=10, sessions=[session("a", capacity=1), session("b", capacity=1)])
    register(activity, ONE, sessions=["a"])
    register(activity, TWO, sessions=["a", "b"])

    [event] = register(activity, THREE, sessions=["b"])

    assert isinstance(event, RegistrationWaitlisted)


def test_a_session_that_is_not_there_is_named() -> None:
    with pytest.raises(Unprocessable) as refused:
        register(announced(), ONE, sessions=["z"])
    assert refused.value.fields[0].field == "sessions"


# ---- questions ----


SIZE = Question(code="size", text="衣服尺码", choices=["M", "L"], required=True)


@pytest.mark.parametrize("answers", [{}, {"size": "XS"}, {"size": "M", "age": "9"}])
def test_answers_must_be_to_the_questions(answers: dict[str, str]) -> None:
    with pytest.raises(Unprocessable) as refused:
        register(announced(questions=[SIZE]), ONE, answers=answers)
    assert refused.value.fields[0].field.startswith("answers.")


def test_a_good_answer_is_kept() -> None:
    activity = announced(questions=[SIZE])
    register(activity, ONE, answers={"size": "L"})
    assert activity.registrations[ONE].answers == {"size": "L"}


# ---- approval ----


def test_a_request_holds_no_seat_until_the_hosts_let_it_in() -> None:
    activity = announced(capacity=1, approval=True)
    [asked] = register(activity, ONE)
    register(activity, TWO)
    assert isinstance(asked, RegistrationRequested)
    assert activity.seats_free().shared == 1

    [first] = registering.approve(activity, TWO, NOW)
    [second] = registering.approve(activity, ONE, NOW)

    assert isinstance(first, RegistrationConfirmed)
    assert isinstance(second, RegistrationWaitlisted)


def test_a_refused_request_is_over_and_the_resident_may_ask_again() -> None:
    activity = announced(approval=True)
    register(activity, ONE)
    registering.refuse(activity, ONE, "仅限本社区", NOW)

    with pytest.raises(Conflict):
        registering.approve(activity, ONE, NOW)
    assert registering.register(activity, TWO, Register(resident="R-000001"), NOW)


# ---- offers ----


def offering() -> Activity:
    """One seat, taken; two wait; who moves up has ten minutes."""
    activity = announced(capacity=1, offer_minutes=10)
    for id in (ONE, TWO, THREE):
        register(activity, id)
    return activity


def test_a_seat_is_kept_for_the_first_in_the_list_and_for_nobody_else() -> None:
    activity = offering()

    _, offered = cancel(activity, ONE)

    assert isinstance(offered, RegistrationOffered)
    assert (offered.registration, offered.until) == (TWO, NOW + 10 * MINUTE)
    assert activity.due_at() == NOW + 10 * MINUTE
    [waits] = register(activity, FOUR)
    assert isinstance(waits, RegistrationWaitlisted)
    [taken] = registering.accept_offer(activity, TWO, NOW + MINUTE)
    assert isinstance(taken, RegistrationPromoted)
    assert activity.due_at() is None


def test_an_offer_that_runs_out_goes_to_the_next() -> None:
    activity = offering()
    cancel(activity, ONE)

    ended, offered = registering.pass_time(activity, NOW + 10 * MINUTE)

    assert isinstance(ended, RegistrationCancelled) and ended.by is CancelledBy.EXPIRY
    assert isinstance(offered, RegistrationOffered) and offered.registration == THREE
    with pytest.raises(Conflict):
        registering.accept_offer(activity, TWO, NOW + 10 * MINUTE)


def test_time_moves_nothing_before_an_offer_runs_out() -> None:
    activity = offering()
    cancel(activity, ONE)
    assert registering.pass_time(activity, NOW + 9 * MINUTE) == []


def test_shortly_before_the_beginning_a_seat_is_theirs_at_once() -> None:
    activity = offering()
    _, promoted = cancel(activity, ONE, at=STARTS - 5 * MINUTE)
    assert isinstance(promoted, RegistrationPromoted)


# ---- when, and notice ----


def test_registration_opens_and_closes_when_it_is_said_to() -> None:
    early = announced(registration_opens_at=NOW + HOUR)
    late = announced(registration_closes_at=NOW)
    for activity in (early, late):
        with pytest.raises(Conflict):
            register(activity, ONE)


def test_residents_give_notice_and_hosts_need_not() -> None:
    activity = announced(notice_hours=1, capacity=3)
    for id in (ONE, TWO):
        register(activity, id)
    late = STARTS - 30 * MINUTE

    with pytest.raises(Conflict):
        cancel(activity, ONE, at=late)
    [event] = cancel(activity, ONE, at=late, by="host", reason="场地限制")

    assert isinstance(event, RegistrationCancelled) and event.by is CancelledBy.HOST
    assert cancel(activity, TWO, at=STARTS - HOUR)


def test_nobody_cancels_in_the_name_of_time() -> None:
    activity = announced()
    register(activity, ONE)
    with pytest.raises(Unprocessable):
        cancel(activity, ONE, by="expiry")


# ---- any sequence ----


moves = st.lists(
    st.tuples(
        st.sampled_from(["register", "cancel", "accept", "time"]),
        st.integers(1, 12),
        st.integers(1, 4),
        st.sampled_from([[], ["a"], ["b"], ["a", "b"]]),
    ),
    max_size=40,
)


@given(st.integers(2, 5), st.sampled_from([None, 5]), moves)
@settings(max_examples=200, deadline=None)
def test_no_sequence_gives_a_seat_twice_splits_a_group_or_lets_anybody_overtake(
    capacity: int, offers: int | None, moves: list[tuple[str, int, int, list[str]]]
) -> None:
    sessions = [session("a"), session("b", capacity=2)]
    activity = announced(capacity, party_max=4, offer_minutes=offers, sessions=sessions)
    now = NOW
    for number, (move, who, people, wanted) in enumerate(moves):
        id = f"reg_no{who:06}"
        try:
            match move:
                case "register" if id not in activity.registrations:
                    register(activity, id, people, sessions=wanted)
                case "cancel":
                    cancel(activity, id, at=now)
                case "accept":
                    registering.accept_offer(activity, id, now)
                case "time":
                    now = NOW + number * MINUTE
                    registering.pass_time(activity, now)
        except ShijianError:
            pass
        assert_fair(activity)


def assert_fair(activity: Activity) -> None:
    held = activity.registrations
    seated = [each for each in held.values() if each.status in SEATED]
    assert sum(each.people for each in seated) <= activity.capacity
    assert sum(each.people for each in seated if each.wants("b")) <= 2
    for_all = [each.people for each in seated if not each.sessions]
    assert (activity.taken.shared, activity.taken.everywhere) == (
        sum(each.people for each in seated),
        sum(for_all),
    )
    assert activity.people == {
        each.resident.casefold(): id for id, each in held.items() if each.status in LIVE
    }
    assert activity.offers == {id: e.offered_until for id, e in held.items() if e.offered_until}
    waiting = [id for id, each in held.items() if each.status is RegistrationStatus.WAITLISTED]
    assert sorted(activity.waiting) == sorted(waiting)
    assert not activity.waiting or not activity.seats_free().fits(held[activity.waiting[0]])
    if activity.waiting and all(not each.sessions for each in held.values()):
        first = held[activity.waiting[0]]  # all want the same: nobody later has a seat
        assert not any(each.at > first.at for each in seated)


def test_a_change_to_more_seats_promotes_and_to_fewer_than_are_taken_is_refused() -> None:
    from tests.unit.test_holding import terms

    activity = announced(capacity=1)
    for id in (ONE, TWO):
        register(activity, id)

    _, promoted = holding.change(activity, terms(capacity=2), NOW)

    assert isinstance(promoted, RegistrationPromoted)
    with pytest.raises(Unprocessable) as refused:
        holding.change(activity, terms(capacity=1), NOW)
    assert refused.value.fields[0].field == "capacity"
    assert all(each.status in LIVE for each in activity.registrations.values())


def test_a_resident_has_one_seat_however_the_letters_of_the_number_are_written() -> None:
    activity = announced(party_max=3)
    register(activity, ONE, resident="R-abc001")
    with pytest.raises(Conflict):
        register(activity, TWO, resident="r-ABC001")
    with pytest.raises(Conflict):
        register(activity, TWO, 2, companions=["r-ABC001"])
    cancel(activity, ONE)
    assert register(activity, TWO, resident="r-ABC001")

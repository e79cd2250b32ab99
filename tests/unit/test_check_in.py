"""Coming and going: tickets used once, devices that were offline, walk-ins, paper sheets."""

from datetime import datetime, timedelta

import pytest

from services.events.model import check_in, holding, registering, sheets
from services.events.model.activity import Activity
from services.events.model.check_in import ReadScan, Reason
from services.events.model.commands import (
    CancelRegistration,
    CheckSheet,
    Direction,
    EnterSheet,
    Register,
    WalkIn,
)
from services.events.model.registration import SheetStatus
from services.events.model.summary import counts
from shared.contracts.events import AttendanceCounted, RegistrationAttended, RegistrationLeft
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import HOUR, NOW, STARTS, announced, session

ONE, TWO, THREE = (f"reg_no{number:06}" for number in range(1, 4))
MINUTE = timedelta(minutes=1)
IN, OUT = Direction.IN, Direction.OUT


def activity_with(*registrations: str, people: int = 1, **facts: object) -> Activity:
    activity = announced(**{"capacity": 5, "party_max": 5} | facts)  # type: ignore[arg-type]
    for id in registrations:
        body = Register(resident=f"R-{id[-6:]}", people=people)
        registering.register(activity, id, body, NOW)
    return activity


def scan(number: int, id: str, at: datetime, direction: Direction = IN) -> ReadScan:
    return ReadScan(number, "1", direction, at, id)


def reason_of(refused: pytest.ExceptionInfo[Conflict]) -> object:
    return refused.value.extra["reason"]


# ---- at the door ----


def test_a_ticket_is_used_once_in_and_once_out() -> None:
    activity = activity_with(ONE, people=3)
    [come] = check_in.attend(activity, ONE, None, STARTS, via="scan")
    assert isinstance(come, RegistrationAttended) and come.people == 3

    with pytest.raises(Conflict) as twice:
        check_in.attend(activity, ONE, None, STARTS, via="scan")
    [left] = check_in.leave(activity, ONE, None, STARTS + 40 * MINUTE)
    with pytest.raises(Conflict) as out_twice:
        check_in.leave(activity, ONE, None, STARTS + 41 * MINUTE)

    assert isinstance(left, RegistrationLeft) and left.minutes == 40
    assert reason_of(twice) is Reason.ALREADY_IN
    assert reason_of(out_twice) is Reason.ALREADY_OUT


def test_each_refusal_at_the_door_has_its_reason() -> None:
    activity = activity_with(ONE, TWO, THREE, capacity=2)
    registering.cancel(activity, ONE, CancelRegistration(), NOW)  # THREE moves up
    registering.cancel(activity, THREE, CancelRegistration(), NOW)
    fourth = "reg_no000004"
    for id in (fourth, "reg_no000005"):
        registering.register(activity, id, Register(resident=f"R-{id[-6:]}"), NOW)
    told = {}
    for id, at in (
        (ONE, STARTS),
        ("reg_no000005", STARTS),
        (TWO, STARTS - HOUR - MINUTE),
        (fourth, STARTS + 3 * HOUR),
    ):
        with pytest.raises(Conflict) as refused:
            check_in.attend(activity, id, "1", at, via="scan")
        told[id] = reason_of(refused)

    assert told == {
        ONE: Reason.CANCELLED,
        "reg_no000005": Reason.NO_SEAT,
        TWO: Reason.TOO_EARLY,
        fourth: Reason.TOO_LATE,
    }


def test_a_ticket_opens_the_sessions_it_is_for() -> None:
    activity = announced(capacity=5, sessions=[session("a"), session("b")])
    registering.register(activity, ONE, Register(resident="R-0001", sessions=["a"]), NOW)

    with pytest.raises(Conflict) as refused:
        check_in.attend(activity, ONE, "b", STARTS)

    assert reason_of(refused) is Reason.OTHER_SESSION
    assert check_in.attend(activity, ONE, "a", STARTS)


def test_every_reason_has_words_in_both_languages() -> None:
    assert set(check_in.WORDS) == set(Reason)
    assert all(words.en.isascii() and words.zh for words in check_in.WORDS.values())


# ---- offline ----


def test_stored_scans_are_taken_in_the_order_of_their_time_and_once() -> None:
    activity = activity_with(ONE, TWO)
    kept = [scan(2, ONE, STARTS + HOUR, OUT), scan(1, ONE, STARTS), scan(3, TWO, STARTS + MINUTE)]

    events = check_in.upload(activity, "door-1", kept, STARTS + 2 * HOUR)
    again = check_in.upload(activity, "door-1", kept, STARTS + 2 * HOUR)

    assert [each.name for each in events] == [
        "events.registration.attended",
        "events.registration.attended",
        "events.registration.left",
    ]
    assert again == [] and activity.rejected == []
    assert counts(activity).attendances == 2


def test_two_devices_that_were_offline_let_a_ticket_in_once() -> None:
    activity = activity_with(ONE)
    check_in.upload(activity, "door-1", [scan(1, ONE, STARTS)], STARTS + HOUR)

    events = check_in.upload(activity, "door-2", [scan(7, ONE, STARTS + MINUTE)], STARTS + HOUR)

    assert events == []
    [rejected] = activity.rejected
    assert (rejected.device, rejected.number, rejected.reason) == ("door-2", 7, Reason.ALREADY_IN)
    assert counts(activity).attendances == 1


def test_stored_scans_that_can_not_be_are_kept_with_their_reason_once() -> None:
    activity = activity_with(ONE)
    bad = [
        ReadScan(1, "1", IN, STARTS, None, Reason.BAD_TICKET),
        ReadScan(2, "1", IN, STARTS, "reg_unknown1"),
        ReadScan(3, "z", IN, STARTS, ONE),
        ReadScan(4, "1", IN, STARTS + 9 * HOUR, ONE),
        ReadScan(5, "1", OUT, STARTS, ONE),
    ]
    for _ in range(2):
        assert check_in.upload(activity, "door-1", bad, STARTS + MINUTE) == []

    reasons = {each.number: each.reason for each in activity.rejected}
    assert reasons == {
        1: Reason.BAD_TICKET,
        2: Reason.UNKNOWN,
        3: Reason.OTHER_SESSION,
        4: Reason.TOO_EARLY,
        5: Reason.NOT_IN,
    }


def test_what_a_device_sends_after_the_activity_was_held_still_counts() -> None:
    activity = activity_with(ONE)
    holding.hold(activity, None, STARTS)
    assert activity.attendances == 0

    check_in.upload(activity, "door-1", [scan(1, ONE, STARTS)], STARTS + 5 * HOUR)

    assert activity.attendances == 1


# ---- walking in ----


def test_walk_ins_get_what_is_free_before_and_what_is_unused_after_the_beginning() -> None:
    activity = activity_with(ONE, TWO, capacity=2)

    with pytest.raises(Conflict) as full:
        check_in.walk_in(activity, THREE, WalkIn(resident="R-walks-in"), STARTS - MINUTE)
    check_in.attend(activity, ONE, None, STARTS)
    [come] = check_in.walk_in(activity, THREE, WalkIn(resident="R-walks-in"), STARTS)

    assert reason_of(full) is Reason.FULL
    assert isinstance(come, RegistrationAttended)
    with pytest.raises(Conflict):
        check_in.walk_in(activity, "reg_no000009", WalkIn(), STARTS)


def test_who_is_known_by_no_number_is_an_attendance_and_no_person() -> None:
    activity = activity_with(ONE)
    check_in.attend(activity, ONE, None, STARTS)

    [event] = check_in.walk_in(activity, THREE, WalkIn(people=3), STARTS)

    assert isinstance(event, AttendanceCounted) and event.people == 3
    found = counts(activity)
    assert (found.attendances, found.people, found.unknown) == (4, 1, 3)


def test_who_is_registered_does_not_walk_in() -> None:
    activity = activity_with(ONE)
    with pytest.raises(Conflict) as refused:
        check_in.walk_in(activity, TWO, WalkIn(resident="R-000001"), STARTS)
    assert reason_of(refused) == "registered"


# ---- paper ----


SHEET = EnterSheet(session="1", file="fil_scan0001", residents=["R-000001", "R-paper"], unknown=2)


def test_a_sheet_counts_when_a_second_person_has_checked_it() -> None:
    activity = activity_with(ONE, TWO)
    check_in.attend(activity, ONE, None, STARTS)
    holding.hold(activity, None, STARTS)
    assert sheets.enter(activity, "sht_one111", SHEET, "clerk-1", STARTS + HOUR) == []
    assert counts(activity).attendances == 1

    with pytest.raises(Conflict) as same:
        sheets.check(activity, "sht_one111", CheckSheet(right=True), "clerk-1", STARTS + HOUR)
    events = sheets.check(activity, "sht_one111", CheckSheet(right=True), "clerk-2", STARTS + HOUR)

    assert reason_of(same) == "same-person"
    assert [each.name.split(".", 1)[1] for each in events] == [
        "registration.attended",
        "attendance.counted",
    ]
    found = counts(activity)
    assert (found.attendances, found.people, found.unknown) == (4, 2, 2)
    assert activity.attendances == 4
    with pytest.raises(Conflict):
        sheets.check(activity, "sht_one111", CheckSheet(right=True), "clerk-3", STARTS + HOUR)


def test_a_sheet_that_is_not_right_counts_nothing() -> None:
    activity = activity_with(ONE)
    sheets.enter(activity, "sht_one111", SHEET, "clerk-1", STARTS)
    assert not sheets.check(activity, "sht_one111", CheckSheet(right=False), "clerk-2", STARTS)
    assert activity.sheets["sht_one111"].status is SheetStatus.REFUSED
    assert counts(activity).attendances == 0


def test_a_sheet_names_who_entered_it() -> None:
    with pytest.raises(Unprocessable) as refused:
        sheets.enter(activity_with(ONE), "sht_one111", SHEET, "", STARTS)
    assert refused.value.fields[0].field == "X-Person"


def test_a_companion_who_is_named_is_a_person_too() -> None:
    activity = announced(capacity=5, party_max=4)
    body = Register(resident="R-0001", companions=["R-child1"], people=4)
    registering.register(activity, ONE, body, NOW)
    check_in.attend(activity, ONE, None, STARTS)
    found = counts(activity)
    assert (found.attendances, found.people, found.unknown) == (4, 2, 2)

"""A room's calendar: no time is given twice, and a release heard first leaves its mark."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.model.commands import BookRoom
from services.events.model.room_calendar import KEPT, Asked, RoomCalendar
from shared.contracts.base import Event
from shared.contracts.events import RoomRefused, RoomReleased, RoomReserved
from shared.errors import Conflict, NotFound, Unprocessable
from tests.unit.builders import HOUR, NOW, STARTS


def calendar() -> RoomCalendar:
    return RoomCalendar("XP11", "hall")


def asked(number: int, starts_at: datetime = STARTS, hours: int = 1, people: int = 10) -> Asked:
    return Asked(
        f"bkg_no{number:06}", f"act_no{number:06}", "1", starts_at, starts_at + hours * HOUR, people
    )


def arrange(
    room: RoomCalendar, *wanted: Asked, released: tuple[str, ...] = (), capacity: int | None = 50
) -> list[Event]:
    return list(room.arrange(wanted, released, NOW, capacity))


def test_the_first_has_the_room_and_the_second_is_told_why_not() -> None:
    room = calendar()
    reserved, refused = arrange(room, asked(1), asked(2))

    assert isinstance(reserved, RoomReserved)
    assert isinstance(refused, RoomRefused) and refused.reason == "taken"


def test_one_may_begin_when_the_other_ends() -> None:
    room = calendar()
    events = arrange(room, asked(1), asked(2, STARTS + HOUR), asked(3, STARTS - HOUR))
    assert all(isinstance(each, RoomReserved) for each in events)


@pytest.mark.parametrize(
    ("people", "capacity", "reason"), [(51, 50, "too-small"), (10, None, "closed")]
)
def test_a_room_that_does_not_fit_or_is_closed_is_refused(
    people: int, capacity: int | None, reason: str
) -> None:
    [event] = arrange(calendar(), asked(1, people=people), capacity=capacity)
    assert isinstance(event, RoomRefused) and event.reason == reason


def test_a_change_gives_back_before_it_asks() -> None:
    room = calendar()
    arrange(room, asked(1))
    moved = asked(2, STARTS + HOUR / 2)

    given_back, reserved = arrange(room, moved, released=("bkg_no000001",))

    assert isinstance(given_back, RoomReleased) and isinstance(reserved, RoomReserved)


def test_a_release_that_is_heard_first_keeps_its_asking_from_booking() -> None:
    room = calendar()
    assert arrange(room, released=("bkg_no000001",)) == []
    assert arrange(room, asked(1)) == []
    assert room.bookings == {}


def test_an_asking_that_is_heard_twice_books_once() -> None:
    room = calendar()
    arrange(room, asked(1))
    assert arrange(room, asked(1)) == []


def test_others_book_and_cancel_and_see_who_is_there() -> None:
    room = calendar()
    mine = BookRoom(starts_at=STARTS, ends_at=STARTS + HOUR, purpose="居民议事会")
    [event] = room.book("bkg_other11", mine, NOW)
    assert isinstance(event, RoomReserved) and event.activity is None
    with pytest.raises(Conflict) as taken:
        room.book("bkg_other22", mine, NOW)
    assert taken.value.extra["existing"] == "bkg_other11"

    assert room.cancel("bkg_other11", NOW)
    with pytest.raises(NotFound):
        room.cancel("bkg_other11", NOW)
    with pytest.raises(Unprocessable):
        room.book("bkg_past111", mine, STARTS + HOUR)


def test_an_activitys_booking_is_not_cancelled_behind_its_back() -> None:
    room = calendar()
    arrange(room, asked(1))
    with pytest.raises(Conflict):
        room.cancel("bkg_no000001", NOW)


def test_what_is_long_over_leaves_the_document() -> None:
    room = calendar()
    arrange(room, asked(1), released=("bkg_gone111",))
    later = STARTS + HOUR + KEPT + timedelta(days=1)
    room.arrange([asked(2, later)], [], later - HOUR, 50)
    assert list(room.bookings) == ["bkg_no000002"] and room.released == {}


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6), st.booleans()), max_size=30))
def test_no_sequence_books_a_time_twice(steps: list[tuple[int, int, bool]]) -> None:
    room = calendar()
    for number, (at, hours, gives_back) in enumerate(steps):
        wanted = asked(number, STARTS + at * HOUR / 2, hours)
        gone = tuple(room.bookings)[:1] if gives_back else ()
        arrange(room, wanted, released=gone)
        times = sorted((each.starts_at, each.ends_at) for each in room.bookings.values())
        assert all(one[1] <= two[0] for one, two in pairwise(times))


def test_a_calendar_that_closes_gives_back_what_others_have_booked_and_takes_nothing_more() -> None:
    room = calendar()
    arrange(room, asked(1))
    later = BookRoom(starts_at=STARTS + 5 * HOUR, ends_at=STARTS + 6 * HOUR, purpose="广场舞")
    room.book("bkg_other1", later, NOW)
    assert room.others_to_come(NOW) == ["bkg_other1"]
    assert room.others_to_come(STARTS + 6 * HOUR) == []

    [event] = room.close(NOW)

    assert isinstance(event, RoomReleased) and event.booking == "bkg_other1"
    assert room.close(NOW) == []
    assert list(room.bookings) == ["bkg_no000001"]  # until its activity gives it back
    [refused] = arrange(room, asked(2, STARTS + 9 * HOUR))
    assert isinstance(refused, RoomRefused) and refused.reason == "closed"
    with pytest.raises(Conflict):
        room.book("bkg_other2", later, NOW)

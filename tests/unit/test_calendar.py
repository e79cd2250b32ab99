"""A volunteer's calendar: no two bookings at once, and no booking after its release."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.volunteers.model.calendar import PAST_KEPT, TOMBSTONE_KEPT, Calendar
from shared.contracts.orders import OrderAccepted
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import BookingRefused, BookingReserved, RefusalReason
from tests.unit.builders import ACC_ANN, ACC_BOB, ANN, NOW, TEAM


def accepted(acceptance: str, start: int = 0, minutes: int = 60) -> OrderAccepted:
    """An acceptance for a time `start` minutes from now."""
    return OrderAccepted(
        order="ord_one111",
        site="XP11",
        item="itm_haircut",
        theme=Theme.CIVILITY,
        modes=[Mode.HELP],
        acceptance=acceptance,
        volunteer=ANN,
        team=TEAM,
        starts_at=NOW + timedelta(minutes=start),
        ends_at=NOW + timedelta(minutes=start + minutes),
    )


def test_a_free_time_is_reserved_and_told() -> None:
    calendar = Calendar(ANN)

    [event] = calendar.reserve(accepted(ACC_ANN), None, NOW)

    assert isinstance(event, BookingReserved)
    assert (event.acceptance, event.order, event.volunteer) == (ACC_ANN, "ord_one111", ANN)
    assert list(calendar.bookings) == [ACC_ANN]


def test_an_overlapping_time_is_refused() -> None:
    calendar = Calendar(ANN)
    calendar.reserve(accepted(ACC_ANN, start=0), None, NOW)

    [event] = calendar.reserve(accepted(ACC_BOB, start=59), None, NOW)

    assert isinstance(event, BookingRefused)
    assert event.reason is RefusalReason.OVERLAP
    assert list(calendar.bookings) == [ACC_ANN]


def test_back_to_back_is_allowed() -> None:
    calendar = Calendar(ANN)
    calendar.reserve(accepted(ACC_ANN, start=0), None, NOW)

    [behind] = calendar.reserve(accepted(ACC_BOB, start=60), None, NOW)
    [before] = calendar.reserve(accepted("acc_cai111", start=-60), None, NOW)

    assert isinstance(behind, BookingReserved)
    assert isinstance(before, BookingReserved)


def test_who_may_not_serve_is_refused_with_the_reason() -> None:
    calendar = Calendar(ANN)

    [event] = calendar.reserve(accepted(ACC_ANN), RefusalReason.NOT_IN_TEAM, NOW)

    assert isinstance(event, BookingRefused)
    assert event.reason is RefusalReason.NOT_IN_TEAM
    assert calendar.bookings == {}


def test_an_acceptance_heard_twice_reserves_once() -> None:
    calendar = Calendar(ANN)
    calendar.reserve(accepted(ACC_ANN), None, NOW)

    assert calendar.reserve(accepted(ACC_ANN), None, NOW) == []
    assert list(calendar.bookings) == [ACC_ANN]


def test_a_release_frees_the_time_and_is_told_once() -> None:
    calendar = Calendar(ANN)
    calendar.reserve(accepted(ACC_ANN), None, NOW)

    [event] = calendar.release(ACC_ANN, NOW)

    assert event.model_dump() == {"acceptance": ACC_ANN, "volunteer": ANN}
    assert calendar.release(ACC_ANN, NOW) == []
    assert isinstance(calendar.reserve(accepted(ACC_BOB), None, NOW)[0], BookingReserved)


def test_a_release_heard_before_its_reservation_leaves_a_tombstone() -> None:
    calendar = Calendar(ANN)

    assert calendar.release(ACC_ANN, NOW) == []
    [event] = calendar.reserve(accepted(ACC_ANN), None, NOW)

    assert isinstance(event, BookingRefused)
    assert event.reason is RefusalReason.RELEASED
    assert calendar.bookings == {}


def test_what_is_over_leaves_the_calendar_and_tombstones_stay_longer() -> None:
    calendar = Calendar(ANN)
    calendar.reserve(accepted(ACC_ANN), None, NOW)
    calendar.release(ACC_BOB, NOW)

    calendar.release("acc_other1", NOW + PAST_KEPT + timedelta(hours=2))
    assert calendar.bookings == {}
    assert ACC_BOB in calendar.released

    calendar.release("acc_other2", NOW + TOMBSTONE_KEPT + timedelta(seconds=1))
    assert ACC_BOB not in calendar.released


steps = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "release"]),
        st.integers(0, 12),  # which acceptance
        st.integers(0, 600),  # its start, in minutes from now
        st.integers(1, 240),  # its length
    ),
    max_size=60,
)


@given(steps)
@settings(max_examples=150, deadline=None)
def test_no_sequence_of_reservations_and_releases_books_a_person_twice(
    steps: list[tuple[str, int, int, int]],
) -> None:
    calendar = Calendar(ANN)
    over: set[str] = set()
    for action, number, start, minutes in steps:
        acceptance = f"acc_no{number:06}"
        if action == "release":
            calendar.release(acceptance, NOW)
            over.add(acceptance)
        else:
            calendar.reserve(accepted(acceptance, start, minutes), None, NOW)
        times = sorted((b.starts_at, b.ends_at) for b in calendar.bookings.values())
        assert all(end <= start for (_, end), (start, _) in pairwise(times))
        assert not over & calendar.bookings.keys()

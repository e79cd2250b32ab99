"""Points: night and holiday weigh more; minutes are minutes."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.volunteers.model.points import Weights, points_of
from services.volunteers.model.times import SHANGHAI

HOLIDAY = date(2026, 10, 1)


def at(hour: int, minute: int = 0, day: date = date(2026, 11, 10)) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def is_holiday(day: date) -> bool:
    return day == HOLIDAY


@pytest.mark.parametrize(
    ("started_at", "minutes", "points"),
    [
        (at(9), 60, 60),
        (at(21, 30), 60, 30 + 45),  # half an hour of it by night
        (at(5, 59), 2, 2),  # 1.5 + 1, rounded down
        (at(23), 120, 180),
        (at(9, day=HOLIDAY), 60, 120),
        (at(23, day=HOLIDAY), 120, 120 + 90),  # the holiday ends at midnight; the higher counts
        (at(9), 0, 0),
    ],
)
def test_points_are_weighted_minutes(started_at: datetime, minutes: int, points: int) -> None:
    assert points_of(started_at, minutes, Weights(), is_holiday) == points


def test_a_night_may_lie_within_one_day() -> None:
    early = Weights(night_from=0, night_until=5)

    assert points_of(at(23), 120, early, is_holiday) == 60 + 90


@given(
    st.datetimes(datetime(2026, 9, 1), datetime(2026, 11, 1)),
    st.integers(0, 1440),
    st.integers(0, 1440),
)
def test_points_grow_with_minutes_and_are_never_fewer(
    start: datetime, first: int, more: int
) -> None:
    started_at = start.replace(tzinfo=SHANGHAI)
    few = points_of(started_at, first, Weights(), is_holiday)
    many = points_of(started_at, first + more, Weights(), is_holiday)

    assert first <= few <= many <= 2 * (first + more)
    assert (
        few
        == sum(
            Weights().of(started_at + timedelta(minutes=each), is_holiday) for each in range(first)
        )
        // 100
    )

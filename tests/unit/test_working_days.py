"""Working days by the Chinese calendar, and by the week alone where it is not published yet."""

import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import working_days
from shared.working_days import after, before, is_published, is_working_day

FRIDAY_NINE = datetime(2026, 9, 25, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai; 中秋节


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),  # 国庆节, a Thursday
        (date(2026, 10, 10), True),  # a Saturday worked instead
        (date(2026, 9, 20), True),  # a Sunday worked instead
        (date(2026, 2, 17), False),  # 春节
        (date(2026, 11, 24), True),
        (date(2026, 11, 28), False),
    ],
)
def test_holidays_and_the_days_worked_instead_are_known(day: date, works: bool) -> None:
    assert is_published(day)
    assert is_working_day(day) is works


def test_a_count_leaves_the_long_holiday_out_and_keeps_the_time_of_day() -> None:
    before_the_holiday = datetime(2026, 9, 30, 2, 30, tzinfo=UTC)  # Wednesday 10:30

    assert after(before_the_holiday, 1) == datetime(2026, 10, 8, 2, 30, tzinfo=UTC)
    assert after(before_the_holiday, 3) == datetime(2026, 10, 10, 2, 30, tzinfo=UTC)  # Saturday
    assert after(before_the_holiday, 0) == before_the_holiday


def test_the_day_is_that_of_shanghai() -> None:
    late_on_friday_utc = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)  # Saturday 04:00 in Shanghai

    assert after(late_on_friday_utc, 1) == datetime(2026, 11, 29, 20, 0, tzinfo=UTC)  # Monday 04:00


def test_an_unpublished_year_is_counted_by_the_week_and_that_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    working_days._say_once.cache_clear()
    day = date(2090, 10, 2)  # a Monday, surely a holiday one day

    with caplog.at_level(logging.WARNING):
        assert is_working_day(day)
        assert not is_working_day(day - timedelta(days=1))

    assert not is_published(day)
    assert [(each.levelname, getattr(each, "year", 0)) for each in caplog.records] == [
        ("WARNING", 2090)
    ]


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC)),
    st.integers(1, 15),
    st.integers(1, 15),
)
def test_counts_add_up_and_end_on_working_days(moment: datetime, some: int, more: int) -> None:
    end = after(moment, some + more)

    assert end == after(after(moment, some), more)
    assert is_working_day(end.astimezone(working_days.SHANGHAI).date())
    assert before(after(moment, some), some) <= moment


@pytest.mark.parametrize("days", [-1, working_days.MOST_DAYS + 1])
def test_a_count_is_bounded(days: int) -> None:
    for count in (after, before):
        with pytest.raises(ValueError):
            count(FRIDAY_NINE, days)

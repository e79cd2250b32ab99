"""Days, months, quarters and years of Asia/Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.model.period import Grain, Period, days_between, grains_of, months_between
from shared.errors import Unprocessable


@pytest.mark.parametrize(
    ("code", "grain", "first", "last", "months"),
    [
        ("2026", Grain.YEAR, "2026-01-01", "2026-12-31", 12),
        ("2026-Q1", Grain.QUARTER, "2026-01-01", "2026-03-31", 3),
        ("2026-Q4", Grain.QUARTER, "2026-10-01", "2026-12-31", 3),
        ("2028-02", Grain.MONTH, "2028-02-01", "2028-02-29", 1),
        ("2026-10-09", Grain.DAY, "2026-10-09", "2026-10-09", 1),
    ],
)
def test_a_period_knows_its_days_and_months(
    code: str, grain: Grain, first: str, last: str, months: int
) -> None:
    period = Period.parse(code)

    assert period.grain is grain
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert len(period.months) == months
    assert period.months[0] == first[:7]


@pytest.mark.parametrize(
    "code", ["2026-13", "2026-Q5", "2026-02-30", "26", "2026-1", "2026-10-09T00", "2026-Q1-01"]
)
def test_what_is_no_period_is_refused(code: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        Period.parse(code)
    assert refused.value.fields[0].field == "period"


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_lies_in_each_of_its_periods(day: date) -> None:
    for grain, code in grains_of(day).items():
        period = Period.parse(code)
        assert period.grain is grain
        assert period.first <= day <= period.last


def test_a_period_is_over_at_midnight_in_shanghai() -> None:
    midnight = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)

    assert Period("2026").is_over(midnight)
    assert not Period("2026").is_over(midnight - timedelta(milliseconds=1))


def test_what_lies_between_two_periods() -> None:
    assert days_between(Period("2026-02-27"), Period("2026-03-01")) == [
        "2026-02-27",
        "2026-02-28",
        "2026-03-01",
    ]
    assert months_between(Period("2026-11"), Period("2027-01")) == ["2026-11", "2026-12", "2027-01"]
    assert months_between(Period("2026-01"), Period("2026-01")) == ["2026-01"]

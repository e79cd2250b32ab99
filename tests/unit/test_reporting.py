"""The rules of reporting: what the clock publishes and asks for, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from services.reports.model.commands import SetReportingRules
from services.reports.model.period import Grain, Period
from services.reports.model.reporting import Reporting

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("period", "at"),
    [
        ("2026-11", datetime(2026, 12, 9, 0, 0, tzinfo=UTC)),  # seven working days, at eight
        ("2026-Q4", datetime(2027, 1, 15, 0, 0, tzinfo=UTC)),
        ("2026", datetime(2027, 1, 22, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_period_is_published_some_working_days_after_its_end(period: str, at: datetime) -> None:
    reporting = Reporting.begin(NOW)
    # The holidays of 2027 are published late in 2026: by the week alone, New Year's Day is worked.
    assert reporting.rules.published_at(Period(period)) in (at, at - timedelta(days=1))

    reporting.upcoming = {Period(period).grain: period}
    [moment] = [reporting.rules.published_at(Period(period))]
    assert moment
    assert not reporting.to_publish(moment - timedelta(milliseconds=1))
    assert reporting.to_publish(moment) == [Period(period)]


def test_it_begins_with_the_periods_that_run_and_goes_on_one_by_one() -> None:
    reporting = Reporting.begin(NOW)
    assert reporting.upcoming == {
        Grain.MONTH: "2026-11",
        Grain.QUARTER: "2026-Q4",
        Grain.YEAR: "2026",
    }

    later = NOW + timedelta(days=100)
    for period in reporting.to_publish(later):
        reporting.pass_on(period)
        reporting.pass_on(period)  # a second worker, which knew no better

    assert reporting.upcoming == {
        Grain.MONTH: "2026-12",
        Grain.QUARTER: "2027-Q1",
        Grain.YEAR: "2027",
    }
    assert reporting.to_publish(later) == [Period("2026-12")]


def test_monthly_reports_are_asked_for_as_soon_as_the_month_is_over_in_shanghai() -> None:
    reporting = Reporting.begin(NOW)
    over = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)

    assert reporting.to_ask(over - timedelta(milliseconds=1)) is None
    assert reporting.to_ask(over) == Period("2026-11")
    reporting.ask_on(Period("2026-11"))
    reporting.ask_on(Period("2026-11"))
    assert reporting.asked_next == "2026-12"


def test_what_is_not_to_be_published_is_passed_over_when_its_period_is_over() -> None:
    reporting = Reporting.begin(NOW)
    reporting.set_rules(SetReportingRules(publish_month=None, publish_quarter=0, publish_hour=0))

    found = reporting.to_publish(datetime(2026, 12, 31, 16, 0, tzinfo=UTC) + HOUR)

    assert [each.code for each in found] == ["2026-11", "2026-Q4"]
    assert reporting.rules.publish_days(Grain.MONTH) is None


@pytest.mark.parametrize(
    ("code", "following"),
    [
        ("2026-12-31", "2027-01-01"),
        ("2026-12", "2027-01"),
        ("2026-Q4", "2027-Q1"),
        ("2026", "2027"),
    ],
)
def test_each_period_has_one_that_follows(code: str, following: str) -> None:
    assert Period(code).following == Period(following)

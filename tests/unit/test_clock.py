"""The clock of the business: the machine's, moved by a file, to the millisecond."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shared.clock import (
    Clock,
    FileClock,
    SystemClock,
    date_of,
    month_of,
    read_offset,
    write_offset,
)


def hours_ahead(clock: Clock) -> int:
    return round((clock.now() - datetime.now(UTC)) / timedelta(hours=1))


def test_a_missing_file_is_the_machines_time(tmp_path: Path) -> None:
    assert hours_ahead(FileClock(tmp_path / "none")) == 0


def test_a_clock_follows_its_file_when_it_changes_and_when_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    clock = FileClock(path)

    seen = [hours_ahead(clock)]
    for hours in (5, -24):
        write_offset(path, hours * 3600)
        seen.append(hours_ahead(clock))
    path.unlink()
    seen.append(hours_ahead(clock))

    assert seen == [0, 5, -24, 0]


def test_two_clocks_of_one_file_agree(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    one, other = FileClock(path), FileClock(path)
    write_offset(path, 7200)

    assert abs(one.now() - other.now()) < timedelta(seconds=5)


def test_an_offset_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    assert read_offset(path) == 0

    write_offset(path, 86400.5)

    assert read_offset(path) == 86400.5


@pytest.mark.parametrize("clock", [SystemClock(), FileClock(Path("/none"))])
def test_time_is_in_utc_and_no_finer_than_what_is_stored(clock: Clock) -> None:
    now = clock.now()

    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0


@pytest.mark.parametrize(
    ("moment", "day", "month"),
    [
        (datetime(2026, 9, 30, 15, 59, tzinfo=UTC), date(2026, 9, 30), "2026-09"),
        (datetime(2026, 9, 30, 16, 0, tzinfo=UTC), date(2026, 10, 1), "2026-10"),
    ],
)
def test_days_and_months_are_those_of_shanghai(moment: datetime, day: date, month: str) -> None:
    assert (date_of(moment), month_of(moment)) == (day, month)

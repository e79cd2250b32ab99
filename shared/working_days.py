"""Working days of China (工作日): without public holidays, with the days worked instead (调休).

The State Council publishes a year's holidays late in the year before; the library `chinesecalendar`
carries them. Days of a year that it does not know are taken by the week alone, which is said:
by `is_published`, and once a year in the log.
"""

import logging
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

log = logging.getLogger(__name__)

SHANGHAI = ZoneInfo("Asia/Shanghai")
SATURDAY = 5
MOST_DAYS = 1000
"""Of a count; nothing in the domain waits that long, and so no count takes long."""


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether offices work on this day; by the week alone where `is_published` is False."""
    if not is_published(day):
        _say_once(day.year)
        return day.weekday() < SATURDAY
    from chinese_calendar import is_workday  # heavy

    return bool(is_workday(day))


@lru_cache(maxsize=4096)
def is_published(day: date) -> bool:
    """Whether the holidays of its year are known."""
    first, last = _years()
    return first <= day.year <= last


def after(moment: datetime, days: int) -> datetime:
    """The same time of day in Shanghai so many working days later; the day itself does not count
    (民法典 第二百零一条). Raises ValueError for more than MOST_DAYS."""
    if not 0 <= days <= MOST_DAYS:
        raise ValueError(f"from 0 to {MOST_DAYS} working days")
    if not days:
        return moment
    local = moment.astimezone(SHANGHAI)
    day = local.date()
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return datetime.combine(day, local.timetz()).astimezone(moment.tzinfo)


def before(moment: datetime, days: int) -> datetime:
    """The same time of day in Shanghai so many working days earlier."""
    if not 0 <= days <= MOST_DAYS:
        raise ValueError(f"from 0 to {MOST_DAYS} working days")
    if not days:
        return moment
    local = moment.astimezone(SHANGHAI)
    day = local.date()
    while days:
        day -= timedelta(days=1)
        days -= is_working_day(day)
    return datetime.combine(day, local.timetz()).astimezone(moment.tzinfo)


@lru_cache(maxsize=1)
def _years() -> tuple[int, int]:
    from chinese_calendar import holidays  # heavy

    years = [day.year for day in holidays]
    return min(years), max(years)


@lru_cache
def _say_once(year: int) -> None:
    log.warning("holidays not published: weekdays are taken as working days", extra={"year": year})

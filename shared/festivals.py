"""The days of a year that the plan's gatherings are held for (四(四)): 我们的节日 and fixed days.

Lunar dates and solar terms come from `lunar_python`, which computes them; no table ends.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from shared.contracts.vocabulary import Festival

FIRST_YEAR, LAST_YEAR = 1901, 2099
"""Of the Gregorian calendar, in which the library's dates agree with the published tables."""

_LUNAR: dict[Festival, tuple[int, int]] = {
    Festival.SPRING_FESTIVAL: (1, 1),
    Festival.LANTERN_FESTIVAL: (1, 15),
    Festival.DRAGON_BOAT: (5, 5),
    Festival.QIXI: (7, 7),
    Festival.MID_AUTUMN: (8, 15),
    Festival.DOUBLE_NINTH: (9, 9),
}
"""Month and day of the lunar calendar; a leap month has no festival of its own."""

_FIXED: dict[Festival, tuple[int, int]] = {
    Festival.LEI_FENG_DAY: (3, 5),
    Festival.READING_DAY: (4, 23),
    Festival.PARTY_DAY: (7, 1),
    Festival.NATIONAL_DAY: (10, 1),
    Festival.VOLUNTEER_DAY: (12, 5),
}


@dataclass(frozen=True)
class FestivalDay:
    """A festival with its day in one year."""

    festival: Festival
    day: date


@lru_cache(maxsize=32)
def festivals_of(year: int) -> tuple[FestivalDay, ...]:
    """Those of a Gregorian year, by day. Raises ValueError outside of the calendar's years."""
    from lunar_python import Lunar  # heavy

    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"no festivals are computed for {year}")

    def gregorian(month: int, day: int) -> date:
        found = Lunar.fromYmd(year, month, day).getSolar()
        return date(found.getYear(), found.getMonth(), found.getDay())

    term = Lunar.fromYmd(year, 1, 1).getJieQiTable()["清明"]
    days = [FestivalDay(festival, gregorian(*at)) for festival, at in _LUNAR.items()]
    days += [FestivalDay(festival, date(year, *at)) for festival, at in _FIXED.items()]
    qingming = date(term.getYear(), term.getMonth(), term.getDay())
    days.append(FestivalDay(Festival.QINGMING, qingming))
    return tuple(sorted(days, key=lambda each: each.day))

"""The festivals of a year against published dates.

Sources of the dates below. 2020 to 2026, for 春节 清明 端午 中秋: the General Office of the State
Council, 关于部分节假日安排的通知 of each year (国办发明电〔2019〕16号, 〔2020〕27号, 〔2021〕11号,
〔2022〕16号, 〔2023〕7号, 国办发明电〔2024〕12号, 〔2025〕7号). All others: Hong Kong Observatory,
Gregorian-Lunar Calendar Conversion Table, https://www.hko.gov.hk/en/gts/time/conversion.htm, which
also settles 2030, where some folk calendars have another first day of the year.
"""

from datetime import date

import chinese_calendar
import pytest

from shared.contracts.vocabulary import Festival
from shared.festivals import festivals_of

PUBLISHED: dict[int, tuple[str, str, str, str, str, str, str]] = {
    # year: 春节 元宵 清明 端午 七夕 中秋 重阳
    2020: ("01-25", "02-08", "04-04", "06-25", "08-25", "10-01", "10-25"),
    2021: ("02-12", "02-26", "04-04", "06-14", "08-14", "09-21", "10-14"),
    2022: ("02-01", "02-15", "04-05", "06-03", "08-04", "09-10", "10-04"),
    2023: ("01-22", "02-05", "04-05", "06-22", "08-22", "09-29", "10-23"),
    2024: ("02-10", "02-24", "04-04", "06-10", "08-10", "09-17", "10-11"),
    2025: ("01-29", "02-12", "04-04", "05-31", "08-29", "10-06", "10-29"),
    2026: ("02-17", "03-03", "04-05", "06-19", "08-19", "09-25", "10-18"),
    2027: ("02-06", "02-20", "04-05", "06-09", "08-08", "09-15", "10-08"),
    2028: ("01-26", "02-09", "04-04", "05-28", "08-26", "10-03", "10-26"),
    2029: ("02-13", "02-27", "04-04", "06-16", "08-16", "09-22", "10-16"),
    2030: ("02-03", "02-17", "04-05", "06-05", "08-05", "09-12", "10-05"),
}
NAMED = (
    Festival.SPRING_FESTIVAL,
    Festival.LANTERN_FESTIVAL,
    Festival.QINGMING,
    Festival.DRAGON_BOAT,
    Festival.QIXI,
    Festival.MID_AUTUMN,
    Festival.DOUBLE_NINTH,
)
AS_HOLIDAYS = {
    Festival.SPRING_FESTIVAL: "Spring Festival",
    Festival.QINGMING: "Tomb-sweeping Day",
    Festival.DRAGON_BOAT: "Dragon Boat Festival",
    Festival.MID_AUTUMN: "Mid-autumn Festival",
}
"""Their names in `chinese_calendar`, which holds the State Council's notices."""


def computed(year: int) -> dict[Festival, date]:
    return {each.festival: each.day for each in festivals_of(year)}


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_festivals_of_a_year_are_on_their_published_days(year: int) -> None:
    published = [date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[year]]

    assert [computed(year)[festival] for festival in NAMED] == published


@pytest.mark.parametrize("year", range(2020, 2027))
def test_the_state_councils_holidays_fall_on_these_festivals(year: int) -> None:
    for festival, name in AS_HOLIDAYS.items():
        day = computed(year)[festival]
        # 2020: one holiday for both; it is filed under the National Day.
        wanted = "National Day" if (day.month, day.day) == (10, 1) else name
        off, found = chinese_calendar.get_holiday_detail(day)
        assert off
        assert found == wanted


def test_the_days_of_a_year_are_in_order_and_each_is_there_once() -> None:
    found = festivals_of(2026)

    assert [each.day for each in found] == sorted(each.day for each in found)
    assert {each.festival for each in found} == set(Festival)
    assert {each.day.year for each in found} == {2026}


@pytest.mark.parametrize("year", [1900, 2100])
def test_years_outside_of_the_calendar_are_refused(year: int) -> None:
    with pytest.raises(ValueError, match=str(year)):
        festivals_of(year)

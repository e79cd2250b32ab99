"""Standing orders: their times, and one order for each of them."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.orders.care import festival_days
from services.orders.model.commands.standing_order import Schedule as Asked
from services.orders.model.schedule import Schedule
from services.orders.model.standing_order import StandingStatus
from shared.clock import SHANGHAI
from shared.contracts.orders import (
    StandingEnd,
    StandingOrderEnded,
    StandingOrderMissed,
    StandingOrderPlaced,
    StandingOrderRefused,
    StandingOrderResumed,
    StandingOrderSkipped,
)
from shared.contracts.vocabulary import Festival
from shared.errors import Unprocessable
from tests.unit.builders import NOW
from tests.unit.care import DAY, FESTIVALS, TODAY, schedule, standing

TUESDAY = datetime(2026, 10, 13, 9, 30, tzinfo=SHANGHAI)


def times(count: int, after: datetime = NOW, **facts: object) -> list[str]:
    """The next times, as day and time in Shanghai."""
    plan = Schedule.of(Asked.model_validate(schedule(**facts)))
    found = []
    moment: datetime | None = after
    for _ in range(count):
        assert moment
        moment = plan.next_after(moment, festival_days)
        if moment is None:
            break
        found.append(moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"weekdays": [2]}, ["10-13 09:30", "10-20 09:30", "10-27 09:30"]),
        ({"weekdays": [5, 6]}, ["10-09 09:30", "10-10 09:30", "10-16 09:30"]),  # today is left
        ({"weekdays": [5], "at": "08:00"}, ["10-16 08:00", "10-23 08:00", "10-30 08:00"]),
        ({"weekdays": [2], "every_weeks": 2}, ["10-20 09:30", "11-03 09:30", "11-17 09:30"]),
        ({"weekdays": [2], "ends_on": date(2026, 10, 20)}, ["10-13 09:30", "10-20 09:30"]),
        (
            {"rhythm": "monthly", "weekdays": [], "days": [31]},
            ["10-31 09:30", "11-30 09:30", "12-31 09:30"],
        ),
        (
            {"rhythm": "monthly", "weekdays": [], "days": [1, 15]},
            ["10-15 09:30", "11-01 09:30", "11-15 09:30"],
        ),
        (
            {
                "rhythm": "festival",
                "weekdays": [],
                "festivals": ["double-ninth", "spring-festival"],
                "days_before": 1,
            },
            ["10-17 09:30", "02-05 09:30", "10-07 09:30"],  # 重阳 2026-10-18, 春节 2027-02-06
        ),
    ],
)
def test_the_times_of_a_schedule(facts: dict[str, Any], expected: list[str]) -> None:
    assert times(3, **facts) == expected


@given(
    st.sets(st.integers(1, 7), min_size=1),
    st.integers(1, 5),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
)
def test_whenever_one_asks_the_times_are_the_same(
    weekdays: set[int], every: int, asked: datetime
) -> None:
    plan = Schedule.of(Asked.model_validate(schedule(weekdays=sorted(weekdays), every_weeks=every)))
    moment = asked.replace(tzinfo=SHANGHAI)
    one = plan.next_after(moment, FESTIVALS)
    assert one and one > moment

    assert plan.next_after(one - timedelta(seconds=1), FESTIVALS) == one
    following = plan.next_after(one, FESTIVALS)
    assert following and following - one <= every * timedelta(days=7)


@pytest.mark.parametrize(
    "facts",
    [
        {"weekdays": []},
        {"days": [1]},
        {"rhythm": "monthly"},
        {"rhythm": "festival", "weekdays": []},
        {"ends_on": TODAY - DAY},
        {"weekdays": [8]},
        {"at": "24:00"},
    ],
)
def test_a_schedule_says_its_own_days_and_no_others(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Asked.model_validate(schedule(**facts))


def test_a_schedule_without_a_time_ahead_is_refused() -> None:
    past = {"starts_on": TODAY - 30 * DAY, "ends_on": TODAY - DAY}

    with pytest.raises(Unprocessable):
        standing(schedule=schedule(**past))


def test_an_order_is_placed_so_many_days_before_and_for_whom_it_is() -> None:
    one = standing(ahead_days=3, hands=2)

    assert one.next_at == TUESDAY and one.due_at() == TUESDAY - 3 * DAY
    placing = one.placing()
    assert (placing.resident, placing.starts_at, placing.hands) == ("R-7001", TUESDAY, 2)
    [event] = one.ordered("ord_one111", FESTIVALS)
    assert isinstance(event, StandingOrderPlaced)
    assert (event.order, event.starts_at) == ("ord_one111", TUESDAY)
    assert (one.next_at, one.placed) == (TUESDAY + 7 * DAY, 1)


def test_a_time_that_has_passed_is_told_and_left_behind() -> None:
    one = standing()

    [event] = one.missed(FESTIVALS)

    assert isinstance(event, StandingOrderMissed) and event.starts_at == TUESDAY
    assert one.next_at == TUESDAY + 7 * DAY and one.came_to_nothing == [TUESDAY]


def test_what_is_refused_is_tried_again_while_there_is_time() -> None:
    one = standing()
    early = TUESDAY - 2 * DAY

    assert one.refused(early, FESTIVALS) == []
    assert one.due_at() == early + timedelta(hours=6) and one.next_at == TUESDAY
    [event] = one.refused(TUESDAY - timedelta(hours=1), FESTIVALS)

    assert isinstance(event, StandingOrderRefused)
    assert one.next_at == TUESDAY + 7 * DAY and one.put_off_until is None


def test_one_time_is_left_out() -> None:
    one = standing()

    [event] = one.skip(FESTIVALS)

    assert isinstance(event, StandingOrderSkipped) and event.starts_at == TUESDAY
    assert one.next_at == TUESDAY + 7 * DAY


def test_while_it_is_paused_nothing_is_due_and_afterwards_it_goes_on_from_then() -> None:
    one = standing()
    one.pause()
    assert one.due_at() is None

    [event] = one.resume(TUESDAY + 10 * DAY, FESTIVALS)

    assert isinstance(event, StandingOrderResumed) and event.next_at == TUESDAY + 14 * DAY


def test_one_that_is_resumed_soon_keeps_its_next_time() -> None:
    one = standing()
    one.pause()
    one.resume(TUESDAY - DAY, FESTIVALS)

    assert one.next_at == TUESDAY


def test_after_its_last_time_it_ends() -> None:
    one = standing(schedule=schedule(ends_on=date(2026, 10, 13)))

    placed, ended = one.ordered("ord_one111", FESTIVALS)

    assert isinstance(placed, StandingOrderPlaced)
    assert isinstance(ended, StandingOrderEnded) and ended.reason is StandingEnd.OVER
    assert one.status is StandingStatus.ENDED and one.due_at() is None


def test_the_days_of_festivals_are_those_of_the_calendar() -> None:
    assert festival_days(2026)[Festival.DOUBLE_NINTH] == date(2026, 10, 18)

"""Opening hours: what is held outside of them says why."""

from datetime import datetime

import pytest

from services.events.model.activity import sessions_of
from services.events.model.opening import require_within, spans_of
from shared.clock import SHANGHAI
from shared.contracts.events import OpeningHours
from shared.errors import Unprocessable
from tests.unit.builders import HOUR, STARTS, announce, announced, session

HOURS = [
    OpeningHours(weekday=1, opens="09:00", closes="12:00"),
    OpeningHours(weekday=1, opens="12:00", closes="18:00"),
    OpeningHours(weekday=1, opens="19:00", closes="21:00"),
    OpeningHours(weekday=5, opens="18:00", closes="23:58"),
    OpeningHours(weekday=6, opens="18:00", closes="23:59"),
    OpeningHours(weekday=7, opens="00:00", closes="10:00"),
]


def at(weekday: int, clock: str) -> datetime:
    """In the week of Monday, 2026-10-12."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 10, 11 + weekday, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "fits"),
    [
        (at(1, "09:00"), at(1, "18:00"), True),  # over stretches that touch
        (at(1, "08:59"), at(1, "10:00"), False),
        (at(1, "17:00"), at(1, "18:01"), False),
        (at(1, "17:00"), at(1, "20:00"), False),  # over a gap
        (at(1, "19:00"), at(1, "21:00"), True),
        (at(2, "10:00"), at(2, "11:00"), False),  # closed all day
        (at(6, "22:00"), at(7, "00:30"), True),  # over midnight
        (at(6, "22:00"), at(7, "00:00"), True),
        (at(5, "22:00"), at(6, "00:00"), False),
        (at(7, "09:00"), at(7, "10:30"), False),
    ],
)
def test_a_session_is_within_the_hours_or_says_why_not(
    starts_at: datetime, ends_at: datetime, fits: bool
) -> None:
    spans = [("sessions.0.starts_at", (starts_at, ends_at))]
    if fits:
        require_within(HOURS, spans, None)
    else:
        with pytest.raises(Unprocessable) as refused:
            require_within(HOURS, spans, None)
        assert refused.value.fields[0].field == "sessions.0.starts_at"
        assert "outside_hours" in refused.value.detail.zh
    require_within(HOURS, spans, "元宵灯会在夜间")
    require_within([], spans, None)


def test_only_sessions_that_are_new_or_moved_are_looked_at() -> None:
    later = {"starts_at": STARTS + HOUR / 2, "ends_at": STARTS + HOUR}
    activity = announced(sessions=[session("a"), session("b")])
    wanted = announce(sessions=[session("a"), session("b") | later, session("c")])
    spans = spans_of(wanted.sessions, True, activity.sessions)
    assert [field for field, _ in spans] == ["sessions.1.starts_at", "sessions.2.starts_at"]


def test_the_only_session_is_named_by_the_activitys_own_time() -> None:
    only = announce()
    [(field, span)] = spans_of(sessions_of(only), False)
    assert (field, span) == ("starts_at", (STARTS, STARTS + HOUR))
    assert spans_of(sessions_of(only), False, announced().sessions) == []

"""An entry of the hours ledger: the minutes, their day in Shanghai, their evidence, one team."""

from datetime import UTC, date, datetime

import pytest

from services.volunteers.model.hours import HoursEntry
from shared.clock import date_of, month_of
from shared.contracts.orders import OrderCheckedOut
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import HoursCredited
from tests.unit.builders import ACC_ANN, ANN, STARTS, TEAM

SERVED = OrderCheckedOut(
    order="ord_one111",
    site="XP11",
    item="itm_haircut",
    theme=Theme.CIVILITY,
    modes=[Mode.HELP],
    acceptance=ACC_ANN,
    volunteer=ANN,
    team=TEAM,
    started_at=STARTS,
    ended_at=STARTS,
    minutes=44,
)


def test_served_minutes_are_credited_with_their_evidence_to_one_team() -> None:
    entry, [event] = HoursEntry.credit("hrs_one111", SERVED, date(2026, 10, 9), "event-id")

    assert (entry.minutes, entry.team, entry.evidence, entry.status) == (
        44,
        TEAM,
        "event-id",
        "credited",
    )
    assert isinstance(event, HoursCredited)
    assert event.model_dump() == {
        "entry": "hrs_one111",
        "volunteer": ANN,
        "team": TEAM,
        "site": "XP11",
        "theme": "civility",
        "modes": ["help"],
        "minutes": 44,
        "service_date": date(2026, 10, 9),
        "order": "ord_one111",
        "acceptance": ACC_ANN,
        "evidence": "event-id",
    }


@pytest.mark.parametrize(
    ("moment", "day", "month"),
    [
        (datetime(2026, 9, 30, 15, 59, tzinfo=UTC), date(2026, 9, 30), "2026-09"),
        (datetime(2026, 9, 30, 16, 0, tzinfo=UTC), date(2026, 10, 1), "2026-10"),
    ],
)
def test_days_and_months_are_those_of_shanghai(moment: datetime, day: date, month: str) -> None:
    assert (date_of(moment), month_of(moment)) == (day, month)

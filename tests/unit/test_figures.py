"""What reports folds: exact sums, the right month, and the same whatever the order of events."""

import json
import random
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.reports.model.report import Report
from services.reports.projections import COUNTED, People, Sums, counted, period
from shared.contracts import events as activities
from shared.contracts import orders, volunteers
from shared.contracts.base import Event
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Projection
from tests.unit.builders import NOW, STARTS

Document = dict[str, Any]

ORDER = {
    "order": "ord_one111",
    "site": "XP11",
    "item": "itm_haircut",
    "theme": "civility",
    "modes": ["help", "link"],
}
ACTIVITY = {
    "activity": "act_one111",
    "site": "XP12",
    "theme": "culture",
    "modes": ["host"],
    "series": None,
    "starts_at": STARTS,
}
SEAT = ACTIVITY | {"registration": "reg_one111", "resident": "R-000001"}
HOURS = {
    **{name: ORDER[name] for name in ("order", "site", "theme", "modes")},
    "entry": "hrs_one111",
    "volunteer": "vol_ann111",
    "team": "team_one111",
    "minutes": 44,
    "service_date": date(2026, 10, 9),
    "acceptance": "acc_ann111",
    "evidence": "e",
}
PLACED = ORDER | {
    "resident": "R-000001",
    "on_behalf": False,
    "hands": 1,
    "starts_at": STARTS,
    "ends_at": STARTS,
}
COMPLETED = ORDER | {"resident": "R-000001", "hands": 1, "minutes": 44}
RATED = ORDER | {"stars": 4, "automatic": False, "on_behalf": False}

TOLD: list[tuple[Event, dict[str, int]]] = [
    (orders.OrderPlaced.model_validate(PLACED), {"orders_placed": 1}),
    (
        orders.OrderPlaced.model_validate(PLACED | {"on_behalf": True}),
        {"orders_placed": 1, "orders_on_behalf": 1},
    ),
    (orders.OrderRejected.model_validate(ORDER | {"reason": "x"}), {"orders_rejected": 1}),
    (
        orders.OrderCancelled.model_validate(ORDER | {"by": "office", "reason": "x"}),
        {"orders_cancelled": 1},
    ),
    (orders.OrderCompleted.model_validate(COMPLETED), {"orders_completed": 1}),
    (orders.OrderRated.model_validate(RATED), {"ratings": 1, "stars": 4}),
    (orders.OrderReopened.model_validate(ORDER | {"stars": 1}), {"orders_reopened": 1}),
    (orders.OrderClosed.model_validate(ORDER), {"orders_closed": 1}),
    (
        orders.OrderOverdue.model_validate(ORDER | {"stage": "vet", "since": NOW}),
        {"stages_overdue": 1},
    ),
    (
        volunteers.HoursCredited.model_validate(HOURS),
        {"service_entries": 1, "service_minutes": 44},
    ),
    (
        activities.ActivityAnnounced.model_validate(
            ACTIVITY | {"title": "x", "ends_at": STARTS, "capacity": 2}
        ),
        {"activities_announced": 1},
    ),
    (
        activities.ActivityCancelled.model_validate(ACTIVITY | {"reason": "x"}),
        {"activities_cancelled": 1},
    ),
    (activities.ActivityHeld.model_validate(ACTIVITY | {"attendances": 9}), {"sessions_held": 1}),
    (activities.RegistrationAttended.model_validate(SEAT), {"attendances": 1}),
]


def envelope(event: Event, sequence: int, time: datetime = NOW) -> Envelope:
    return Envelope(
        id=f"e{sequence}",
        source=event.publisher,
        type=event.type,
        subject="x",
        time=time,
        sequence=sequence,
        epoch="epoch1",
        correlation="",
        traceparent="",
        data={},
        raw={},
    )


def folded(projection: Projection, told: list[Event]) -> dict[str, Document]:
    rows: dict[str, Document] = {}
    for sequence, event in enumerate(told, 1):
        if isinstance(event, projection.hears):
            each = envelope(event, sequence)
            for key in projection.keys(event, each):
                projection.fold(rows.setdefault(key, {"_id": key}), event, each)
    return rows


@pytest.mark.parametrize(("event", "counts"), TOLD, ids=lambda each: type(each).__name__)
def test_each_event_adds_its_counts(event: Event, counts: dict[str, int]) -> None:
    assert counted(event) == counts


def test_everything_that_is_counted_is_tested_here() -> None:
    assert {type(event) for event, _ in TOLD} == set(COUNTED)


def test_a_site_has_its_sums_by_theme_and_by_mode() -> None:
    placed, completed = TOLD[0][0], TOLD[4][0]

    row = folded(Sums(), [placed, placed, completed])["2026-10:XP11"]

    sums = {"orders_completed": 1, "orders_placed": 2}
    assert row["totals"] == sums
    assert row["by_theme"] == {"civility": sums}
    assert row["by_mode"] == {"help": sums, "link": sums}


@pytest.mark.parametrize("projection", [Sums(), People()], ids=lambda each: each.name)
def test_the_sums_are_the_same_to_the_byte_in_any_order(projection: Projection) -> None:
    told = [event for event, _ in TOLD] * 3
    straight = folded(projection, told)
    random.Random(7).shuffle(told)

    mixed = folded(projection, told)

    assert json.dumps(mixed, sort_keys=False) == json.dumps(
        {key: straight[key] for key in mixed}, sort_keys=False
    )


def test_a_person_reached_twice_is_one_person_and_two_attendances() -> None:
    attended, completed = TOLD[13][0], TOLD[4][0]

    people = folded(People(), [attended, attended, completed])
    sums = folded(Sums(), [attended, attended, completed])

    assert sorted(people) == [
        "2026-10:XP11:R-000001",
        "2026-10:XP12:R-000001",
        "2026-10:street:R-000001",
    ]
    assert sums["2026-10:XP12"]["totals"] == {"attendances": 2}


@pytest.mark.parametrize(
    ("event", "month"),
    [
        (TOLD[0][0], "2026-12"),  # of the command
        (volunteers.HoursCredited.model_validate(HOURS), "2026-10"),  # of the service
        (TOLD[12][0], "2026-10"),  # of the activity
    ],
)
def test_an_event_counts_in_the_month_it_belongs_to(event: Event, month: str) -> None:
    new_month_in_shanghai = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)

    assert period(event, envelope(event, 1, new_month_in_shanghai)) == month


def test_a_reports_checksum_depends_on_its_figures_alone() -> None:
    one, [event] = Report.publish("rpt_one111", "2026-10", None, {"orders": 5}, {"a": 1}, None)
    same, _ = Report.publish("rpt_two222", "2026-10", None, {"orders": 9}, {"a": 1}, "rpt_one111")
    other, _ = Report.publish("rpt_two222", "2026-10", None, {"orders": 5}, {"a": 2, "b": 1}, None)
    turned, _ = Report.publish("rpt_two222", "2026-10", None, {"orders": 5}, {"b": 1, "a": 2}, None)

    assert one.checksum == same.checksum != other.checksum == turned.checksum
    assert event.model_dump()["checksum"] == one.checksum
    assert same.supersedes == "rpt_one111"

"""Who fits an order, and what waits for whom."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.orders.model.commands import DispatchOrder
from services.orders.model.matching import (
    POINTS,
    Candidate,
    Card,
    Criterion,
    Unfit,
    distance_km,
    judge,
    ranked,
    unfit,
)
from services.orders.model.moves import OrderStatus as S
from services.orders.model.order import Order
from services.orders.model.todo import Task, Waiting, by_urgency, of_order, of_order_for
from services.orders.projections import PAST_KEPT, VolunteerCards
from services.orders.volunteer_directory import _card
from shared.contracts import volunteers as heard
from shared.contracts.base import Event
from shared.messaging.envelope import Envelope
from tests.unit.builders import (
    ACC_ANN,
    ANN,
    BOB,
    CAI,
    HOUR,
    NOW,
    STARTS,
    TEAM,
    assigned,
    order_that_is,
    placed,
    vetted,
    wants,
)


def card(**facts: Any) -> Card:
    usual: dict[str, Any] = {
        "volunteer": ANN,
        "site": "XP11",
        "verified": True,
        "suspended": False,
        "teams": (TEAM,),
    }
    return Card(**usual | facts)


def wanting(**facts: Any) -> Order:
    order = vetted(hands=2)
    for name, value in facts.items():
        setattr(order, name, value)
    return order


def points(candidate: Candidate) -> dict[Criterion, float]:
    return {each.criterion: each.points for each in candidate.reasons}


ENDS = STARTS + HOUR


@pytest.mark.parametrize(
    ("facts", "wanted", "why"),
    [
        ({}, {}, None),
        ({"verified": False}, {}, Unfit.NOT_VERIFIED),
        ({"suspended": True}, {}, Unfit.SUSPENDED),
        ({"teams": ()}, {}, Unfit.NO_TEAM),
        ({}, {"ever_asked": [ANN]}, Unfit.ASKED),
        ({}, {"missed": [ANN]}, Unfit.ASKED),
        ({}, {"qualifications": ["first-aid"]}, Unfit.NOT_QUALIFIED),
        ({"qualifications": {"first-aid": ENDS}}, {"qualifications": ["first-aid"]}, "expired"),
        ({"qualifications": {"first-aid": None}}, {"qualifications": ["first-aid"]}, None),
        ({"busy": ((STARTS - HOUR, STARTS), (ENDS, ENDS + HOUR))}, {}, None),  # back to back
        ({"busy": ((STARTS + HOUR / 2, ENDS + HOUR),)}, {}, Unfit.BUSY),
    ],
)
def test_who_can_not_serve_is_told_why(
    facts: dict[str, Any], wanted: dict[str, Any], why: Unfit | str | None
) -> None:
    expected = Unfit.NOT_QUALIFIED if why == "expired" else why

    assert unfit(card(**facts), wanting(**wanted)) == expected


def test_all_points_go_to_who_has_all_is_here_was_never_asked_and_is_wished_for() -> None:
    order = wanting(skills=["haircut"], wish=TEAM)

    best = judge(card(skills=frozenset({"haircut"})), order, 0.0, asked=0)

    assert best.points == 100
    assert points(best) == dict(POINTS)
    assert all(each.en and each.zh for each in best.reasons)


def test_each_criterion_counts_for_itself() -> None:
    order = wanting(skills=["haircut", "massage"], wish=BOB)

    found = points(judge(card(qualifications={"haircut": None}), order, 2.0, asked=1))

    assert found == {
        Criterion.SKILL: POINTS[Criterion.SKILL] / 2,
        Criterion.DISTANCE: POINTS[Criterion.DISTANCE] / 2,
        Criterion.FAIRNESS: POINTS[Criterion.FAIRNESS] / 2,
        Criterion.WISH: 0,
    }


@given(km=st.floats(0, 50), further=st.floats(0.1, 50), asked=st.integers(0, 50))
def test_nearer_is_never_worse_and_asked_more_often_never_better(
    km: float, further: float, asked: int
) -> None:
    order = wanting()

    here = judge(card(), order, km, asked).points

    assert here >= judge(card(), order, km + further, asked).points
    assert here >= judge(card(), order, km, asked + 1).points


def test_of_equals_who_was_asked_least_comes_first() -> None:
    order = wanting()
    often = judge(card(volunteer=ANN), order, 0.0, asked=9)
    never = judge(card(volunteer=CAI), order, 0.0, asked=0)

    assert [each.volunteer for each in ranked([often, never])] == [CAI, ANN]


def test_a_distance_is_over_the_globe_and_unknown_where_a_position_is() -> None:
    park, river = (
        {"latitude": 34.60, "longitude": 119.16},
        {"latitude": 34.60, "longitude": 119.27},
    )

    apart = distance_km(park, river)

    assert apart is not None and 10.0 < apart < 10.2
    assert distance_km(park, None) is None


def test_for_each_free_hand_so_many_are_asked_and_no_more() -> None:
    order = wanting(hands=3)
    order.accept(ACC_ANN, wants(ANN), NOW)

    assert order.still_to_ask(2) == 4
    order.dispatch(DispatchOrder(volunteers=[BOB]), NOW)
    assert order.still_to_ask(2) == 3
    assert order_that_is(S.STARTED).still_to_ask(2) == 0


# ---- the copy of volunteers ----


def folded(*told: tuple[Event, datetime]) -> dict[str, Any]:
    document: dict[str, Any] = {"_id": ANN, "heard": {}}
    for event, at in told:
        envelope = Envelope("e", "volunteers", event.type, ANN, at, 1, "x", "", "", {}, {})
        VolunteerCards().fold(document, event, envelope)
    return document


def test_a_card_follows_what_is_told_of_a_volunteer() -> None:
    here = {"site": "XP11", "volunteer": ANN}
    became = [
        (heard.VolunteerRegistered(**here, number="L-1"), NOW),
        (heard.VolunteerVerified(**here), NOW),
        (heard.MembershipJoined(**here, team=TEAM), NOW),
    ]

    assert folded(*became)["able"] is True
    assert folded(*became, (heard.MembershipLeft(**here, team=TEAM), NOW))["able"] is False
    suspended = (heard.VolunteerSuspended(**here, reason="x"), NOW)
    assert folded(*became, suspended)["able"] is False
    again = (heard.VolunteerReinstated(**here), NOW)
    assert folded(*became, suspended, again)["able"] is True


def test_a_card_knows_what_somebody_can_and_holds_and_for_how_long() -> None:
    here: dict[str, Any] = {"site": "XP11", "volunteer": ANN}
    nurse = here | {"qualification": "nurse", "includes": ["first-aid"], "until": ENDS}
    aid = here | {"qualification": "first-aid", "until": None}
    skills = (heard.SkillsNamed(**here, skills=["haircut"]), NOW)
    granted = (heard.QualificationGranted(**nurse), NOW)

    able = _card(folded(skills, granted))
    assert able.can("haircut", ENDS) and not able.holds("haircut", NOW)
    assert [able.holds(each, ENDS - HOUR) for each in ("nurse", "first-aid")] == [True, True]
    assert not able.holds("first-aid", ENDS)
    both = _card(folded(granted, (heard.QualificationGranted(**aid), NOW)))
    assert both.holds("first-aid", ENDS) and not both.holds("nurse", ENDS)
    for over in (heard.QualificationExpired(**nurse), heard.QualificationRevoked(**nurse)):
        assert not _card(folded(granted, (over, NOW))).holds("nurse", NOW)


@pytest.mark.parametrize(
    ("event", "able"),
    [
        (heard.VolunteerLeft(site="XP11", volunteer=ANN), False),
        (heard.VolunteerRestricted(site="XP11", volunteer=ANN, until=ENDS), False),
        (heard.VolunteerErased(site="XP11", volunteer=ANN), False),
        (heard.VolunteerReturned(site="XP11", volunteer=ANN), True),
    ],
)
def test_who_is_gone_is_no_candidate(event: Event, able: bool) -> None:
    here = {"site": "XP11", "volunteer": ANN}
    became = (heard.VolunteerVerified(**here), heard.MembershipJoined(**here, team=TEAM), event)

    assert folded(*((each, NOW) for each in became))["able"] is able


def test_a_card_holds_reserved_time_until_it_is_released_or_long_over() -> None:
    def reserved(acceptance: str, starts_at: datetime) -> heard.BookingReserved:
        return heard.BookingReserved(
            acceptance=acceptance,
            order="ord_one111",
            volunteer=ANN,
            starts_at=starts_at,
            ends_at=starts_at + HOUR,
        )

    first, second = reserved("acc_one111", STARTS), reserved("acc_two222", STARTS + 2 * HOUR)
    released = heard.BookingReleased(acceptance="acc_one111", volunteer=ANN)
    later = STARTS + PAST_KEPT + timedelta(hours=4)

    assert folded((first, NOW), (second, NOW))["busy"].keys() == {"acc_one111", "acc_two222"}
    assert folded((first, NOW), (second, NOW), (released, NOW))["busy"].keys() == {"acc_two222"}
    third = reserved("acc_new111", later)
    assert folded((first, NOW), (third, later))["busy"].keys() == {"acc_new111"}


# ---- 待办 ----


def _task(line: Waiting | None) -> Task | None:
    return line.task if line else None


@pytest.mark.parametrize(
    ("status", "task"),
    [
        (S.PLACED, Task.VET),
        (S.RETURNED, Task.VET),
        (S.OPEN, Task.DISPATCH),
        (S.DISPATCHED, Task.ANSWER_OFFER),
        (S.ASSIGNED, Task.SERVE),
        (S.STARTED, Task.COMPLETE),
        (S.COMPLETED, Task.RATE),
        (S.CLOSED, None),
        (S.REJECTED, None),
        (S.CANCELLED, None),
        (S.WITHDRAWN, None),
    ],
)
def test_each_status_waits_for_its_task(status: S, task: Task | None) -> None:
    assert _task(of_order(order_that_is(status), NOW)) is task


def test_what_was_to_be_served_waits_to_be_completed_when_its_time_is_over() -> None:
    order = order_that_is(S.ASSIGNED)

    assert _task(of_order(order, order.ends_at)) is Task.COMPLETE


def test_of_a_volunteer_it_waits_for_an_answer_then_for_service() -> None:
    order = vetted(hands=2)
    order.dispatch(DispatchOrder(volunteers=[ANN, BOB]), NOW)
    assigned(order, ACC_ANN, ANN)

    found = [_task(of_order_for(order, each, NOW)) for each in (ANN, BOB, CAI)]

    assert found == [Task.SERVE, Task.ANSWER_OFFER, None]


def test_overdue_comes_first_then_urged_then_due_soonest() -> None:
    usual, soon, urged, late = (placed() for _ in range(4))
    for number, order in enumerate((usual, soon, urged, late)):
        order.id = f"ord_no{number:04}"
    urged.urge(NOW)
    soon.stage_since = NOW - HOUR
    late.stage_since = NOW - timedelta(days=9)

    found = [of_order(each, NOW) for each in (usual, soon, urged, late)]
    lines = by_urgency(each for each in found if each)

    assert [each.subject for each in lines] == [late.id, urged.id, soon.id, usual.id]
    assert [each.overdue for each in lines] == [True, False, False, False]

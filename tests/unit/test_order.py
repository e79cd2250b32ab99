"""The states of an order: every command in every state, and what leads where."""

import copy
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from services.orders.model.acceptance import AcceptanceStatus
from services.orders.model.commands import (
    AttachFile,
    CancelOrder,
    DeclineOrder,
    DispatchOrder,
    JoinOrder,
    OnBehalf,
    RateOrder,
    RedispatchOrder,
    RejectOrder,
    ReopenOrder,
    RescheduleOrder,
    ReturnOrder,
    TransferOrder,
    WithdrawOrder,
)
from services.orders.model.menu_item import MenuItemStatus
from services.orders.model.moves import MOVES, OrderStatus
from services.orders.model.order import Order
from shared.contracts.base import Event
from shared.contracts.orders import ReleaseReason
from shared.errors import Conflict, NotFound, Unprocessable
from tests.unit.builders import (
    ACC_ANN,
    ACC_BOB,
    ACC_CAI,
    ANN,
    BOB,
    CAI,
    HOUR,
    NOW,
    STARTS,
    assigned,
    completed,
    item,
    order_that_is,
    place,
    placed,
    served,
    vetted,
    wants,
)

S = OrderStatus
Move = Callable[[Order], Sequence[Event]]

ELSEWHERE = TransferOrder(site="XP12", reason="nearer")

COMMANDS: dict[str, Move] = {
    "vet": lambda order: order.vet(NOW),
    "reject": lambda order: order.reject(RejectOrder(reason="not offered now"), NOW),
    "transfer": lambda order: order.transfer(ELSEWHERE, {}, NOW),
    "return": lambda order: order.send_back(ReturnOrder(reason="not ours"), NOW),
    "join": lambda order: order.join(JoinOrder(resident="R-000002"), NOW),
    "urge": lambda order: order.urge(NOW),
    "reschedule": lambda order: order.reschedule(
        RescheduleOrder(starts_at=STARTS + HOUR, by="station"), NOW
    ),
    "attach": lambda order: order.attach(AttachFile(file="fil_one111"), "office", NOW),
    "withdraw": lambda order: order.withdraw(WithdrawOrder(resident="R-000001"), NOW),
    "dispatch": lambda order: order.dispatch(DispatchOrder(volunteers=[CAI, ANN]), NOW),
    "redispatch": lambda order: order.redispatch(RedispatchOrder(volunteers=[CAI, ANN]), NOW),
    "accept": lambda order: order.accept(ACC_CAI, wants(CAI), NOW),
    "decline": lambda order: order.decline(DeclineOrder(volunteer=CAI), NOW),
    "release": lambda order: order.release(last(order), ReleaseReason.DECLINED, NOW),
    "no-show": lambda order: order.no_show(last(order), STARTS + HOUR),
    "check-in": lambda order: order.check_in(ACC_BOB, STARTS),
    "check-out": lambda order: order.check_out(ACC_ANN, STARTS + HOUR),
    "complete": lambda order: order.complete(STARTS + HOUR),
    "rate": lambda order: order.rate(RateOrder(stars=4), STARTS + HOUR),
    "reopen": lambda order: order.reopen(ReopenOrder(reason="not well"), STARTS + 2 * HOUR),
    "cancel": lambda order: order.cancel(CancelOrder(by="resident", reason="better"), NOW),
}
"""Every command there is, once."""

ON_ITS_WAY = {"join": ["joined"], "urge": ["urged"], "attach": ["attached"]}
"""What changes no status, wherever it is allowed."""

ALLOWED: dict[tuple[OrderStatus, str], tuple[OrderStatus, list[str]]] = {
    (S.PLACED, "vet"): (S.OPEN, ["vetted"]),
    (S.PLACED, "reject"): (S.REJECTED, ["rejected"]),
    (S.PLACED, "transfer"): (S.PLACED, ["transferred", "received"]),
    (S.PLACED, "reschedule"): (S.PLACED, ["rescheduled"]),
    (S.PLACED, "withdraw"): (S.WITHDRAWN, ["withdrawn"]),
    (S.PLACED, "cancel"): (S.CANCELLED, ["cancelled"]),
    (S.RETURNED, "vet"): (S.OPEN, ["vetted"]),
    (S.RETURNED, "reject"): (S.REJECTED, ["rejected"]),
    (S.RETURNED, "transfer"): (S.PLACED, ["transferred", "received"]),
    (S.RETURNED, "reschedule"): (S.RETURNED, ["rescheduled"]),
    (S.RETURNED, "withdraw"): (S.WITHDRAWN, ["withdrawn"]),
    (S.RETURNED, "cancel"): (S.CANCELLED, ["cancelled"]),
    (S.OPEN, "dispatch"): (S.DISPATCHED, ["dispatched"]),
    (S.OPEN, "accept"): (S.OPEN, ["accepted"]),
    (S.OPEN, "release"): (S.OPEN, ["released"]),
    (S.OPEN, "no-show"): (S.OPEN, ["missed", "released"]),
    (S.OPEN, "check-in"): (S.STARTED, ["started", "checked-in"]),
    (S.OPEN, "complete"): (S.COMPLETED, ["released", "completed"]),
    (S.OPEN, "return"): (S.RETURNED, ["released", "returned"]),
    (S.OPEN, "transfer"): (S.PLACED, ["released", "transferred", "received"]),
    (S.OPEN, "reschedule"): (S.OPEN, ["released", "rescheduled"]),
    (S.OPEN, "withdraw"): (S.WITHDRAWN, ["released", "withdrawn"]),
    (S.OPEN, "cancel"): (S.CANCELLED, ["released", "cancelled"]),
    (S.DISPATCHED, "dispatch"): (S.DISPATCHED, ["dispatched"]),
    (S.DISPATCHED, "redispatch"): (S.DISPATCHED, ["released", "dispatched"]),
    (S.DISPATCHED, "accept"): (S.DISPATCHED, ["accepted"]),
    (S.DISPATCHED, "decline"): (S.OPEN, ["declined"]),  # the other one has accepted
    (S.DISPATCHED, "release"): (S.DISPATCHED, ["released"]),
    (S.DISPATCHED, "no-show"): (S.DISPATCHED, ["missed", "released"]),
    (S.DISPATCHED, "check-in"): (S.STARTED, ["started", "checked-in"]),
    (S.DISPATCHED, "return"): (S.RETURNED, ["released", "returned"]),
    (S.DISPATCHED, "transfer"): (S.PLACED, ["released", "transferred", "received"]),
    (S.DISPATCHED, "reschedule"): (S.DISPATCHED, ["released", "rescheduled"]),
    (S.DISPATCHED, "withdraw"): (S.WITHDRAWN, ["released", "withdrawn"]),
    (S.DISPATCHED, "cancel"): (S.CANCELLED, ["released", "cancelled"]),
    (S.ASSIGNED, "redispatch"): (S.DISPATCHED, ["released", "dispatched"]),
    (S.ASSIGNED, "release"): (S.OPEN, ["released"]),
    (S.ASSIGNED, "no-show"): (S.OPEN, ["missed", "released"]),
    (S.ASSIGNED, "check-in"): (S.STARTED, ["started", "checked-in"]),
    (S.ASSIGNED, "reschedule"): (S.OPEN, ["released", "rescheduled"]),
    (S.ASSIGNED, "cancel"): (S.CANCELLED, ["released", "cancelled"]),
    (S.STARTED, "release"): (S.STARTED, ["released"]),
    (S.STARTED, "no-show"): (S.STARTED, ["missed", "released"]),
    (S.STARTED, "check-in"): (S.STARTED, ["checked-in"]),
    (S.STARTED, "check-out"): (S.STARTED, ["checked-out"]),
    (S.STARTED, "complete"): (S.COMPLETED, ["released", "completed"]),
    (S.COMPLETED, "rate"): (S.CLOSED, ["rated", "closed"]),
    (S.COMPLETED, "reopen"): (S.OPEN, ["reopened"]),
    (S.CLOSED, "reopen"): (S.OPEN, ["reopened"]),
    **{
        (status, move): (status, ON_ITS_WAY[move])
        for statuses, move in (
            ((S.PLACED, S.RETURNED, S.OPEN, S.DISPATCHED, S.ASSIGNED), "join"),
            ((S.PLACED, S.RETURNED, S.OPEN, S.DISPATCHED, S.ASSIGNED, S.STARTED), "urge"),
            (set(S) - {S.REJECTED, S.CANCELLED, S.WITHDRAWN}, "attach"),
        )
        for status in statuses
    },
}
"""Where each allowed move leads, and what it tells. All others are refused. Written by hand, beside
`MOVES`."""


def _served_by_a_department(order: Order) -> None:
    order.hands = 0


PREPARED: dict[tuple[OrderStatus, str], Callable[[Order], object]] = {
    (S.STARTED, "complete"): COMMANDS["check-out"],  # nobody may still be serving
    (S.OPEN, "complete"): _served_by_a_department,
}

REFUSED = [
    (status, move) for status in OrderStatus for move in COMMANDS if (status, move) not in ALLOWED
]


REFUSED.append((S.OPEN, "complete"))  # of an order that volunteers serve


def last(order: Order) -> str:
    """The acceptance made last, or one that never was."""
    return list(order.acceptances)[-1] if order.acceptances else "acc_none111"


def told(events: Sequence[Event]) -> list[str]:
    return [event.name.rsplit(".", 1)[1] for event in events]


def test_the_table_of_moves_is_what_was_meant() -> None:
    allowed = {(status, move) for status, moves in MOVES.items() for move in moves}

    assert allowed == ALLOWED.keys()
    assert {move for _, move in allowed} == COMMANDS.keys()
    assert MOVES.keys() == set(S)


@pytest.mark.parametrize(("status", "move"), sorted(ALLOWED))
def test_an_allowed_move_leads_on_and_is_told(status: OrderStatus, move: str) -> None:
    order = order_that_is(status)
    order.seats = 2
    if (status, move) in PREPARED:
        PREPARED[status, move](order)

    events = COMMANDS[move](order)

    assert (order.status, told(events)) == ALLOWED[status, move]
    assert order.status in (status, *MOVES[status][move])


@pytest.mark.parametrize(("status", "move"), REFUSED)
def test_any_other_move_is_refused_with_what_is_allowed_and_changes_nothing(
    status: OrderStatus, move: str
) -> None:
    order = order_that_is(status)
    before = copy.deepcopy(order)

    with pytest.raises(Conflict) as refused:
        COMMANDS[move](order)

    assert refused.value.extra["state"] == status
    allowed: list[str] = refused.value.extra["allowed"]  # type: ignore[assignment]
    by_volunteers = {(S.OPEN, "complete")} if order.hands else set()
    assert sorted(allowed) == sorted(m for of, m in ALLOWED.keys() - by_volunteers if of is status)
    assert order == before


def test_every_event_carries_its_place_in_the_statistics() -> None:
    order = order_that_is(S.STARTED)

    [event] = order.check_out(ACC_ANN, STARTS + HOUR)

    data = event.model_dump(mode="json")
    assert {name: data[name] for name in ("order", "site", "item", "theme", "modes")} == {
        "order": "ord_one111",
        "site": "XP11",
        "item": "itm_haircut",
        "theme": "civility",
        "modes": ["help"],
    }


def test_an_order_takes_hands_and_length_from_the_menu() -> None:
    order, _ = Order.place("ord_two222", place(), item(hands=4, minutes=90), "office", NOW)

    assert (order.hands, order.ends_at - order.starts_at) == (4, timedelta(minutes=90))


@pytest.mark.parametrize(
    ("offered", "field"),
    [
        (item(status=MenuItemStatus.WITHDRAWN), "item"),
        (item(sites=["XP12"]), "item"),
    ],
)
def test_what_is_not_offered_at_the_site_can_not_be_ordered(offered: object, field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        Order.place("ord_two222", place(), offered, "office", NOW)  # type: ignore[arg-type]

    assert [each.field for each in refused.value.fields] == [field]


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1)])
def test_the_past_can_not_be_ordered(late: timedelta) -> None:
    with pytest.raises(Unprocessable) as refused:
        Order.place("ord_two222", place(), item(), "office", STARTS + late)

    assert [each.field for each in refused.value.fields] == ["starts_at"]


def test_placing_for_somebody_keeps_the_channel_and_is_told() -> None:
    behalf = OnBehalf(channel="visit", oral_yes=True)

    order, [event] = Order.place("ord_two222", place(on_behalf=behalf), item(), "office", NOW)

    assert order.on_behalf == "visit"
    assert event.model_dump()["on_behalf"] is True


def test_only_those_asked_may_accept_a_dispatched_order() -> None:
    order = vetted()
    order.dispatch(DispatchOrder(volunteers=[ANN]), NOW)

    with pytest.raises(Unprocessable) as refused:
        order.accept(ACC_BOB, wants(BOB), NOW)

    assert [each.field for each in refused.value.fields] == ["volunteer"]
    assert order.acceptances == {}


def test_asking_again_tells_only_of_those_not_asked_before() -> None:
    order = vetted()
    order.dispatch(DispatchOrder(volunteers=[ANN]), NOW)

    [event] = order.dispatch(DispatchOrder(volunteers=[ANN, BOB]), NOW)

    assert event.model_dump()["volunteers"] == [BOB]
    assert order.dispatch(DispatchOrder(volunteers=[ANN]), NOW) == []


def test_when_all_who_were_asked_decline_anybody_may_grab_it() -> None:
    order = vetted()
    order.dispatch(DispatchOrder(volunteers=[ANN, BOB]), NOW)

    statuses = []
    for volunteer in (ANN, BOB):
        order.decline(DeclineOrder(volunteer=volunteer), NOW)
        statuses.append(order.status)

    assert statuses == [S.DISPATCHED, S.OPEN]
    assert told(order.accept(ACC_CAI, wants(CAI), NOW)) == ["accepted"]


def test_who_was_not_asked_can_not_decline() -> None:
    order = order_that_is(S.DISPATCHED)

    with pytest.raises(Unprocessable):
        order.decline(DeclineOrder(volunteer=ANN), NOW)


def test_a_volunteer_accepts_an_order_once() -> None:
    order = vetted(hands=2)
    order.accept(ACC_ANN, wants(ANN), NOW)

    with pytest.raises(Conflict):
        order.accept(ACC_BOB, wants(ANN), NOW)


def test_a_volunteer_may_accept_again_what_they_gave_back() -> None:
    order = assigned(vetted(), ACC_ANN, ANN)
    order.release(ACC_ANN, ReleaseReason.DECLINED, NOW)

    assert told(order.accept(ACC_BOB, wants(ANN), NOW)) == ["accepted"]


def test_an_order_whose_time_has_begun_is_no_longer_accepted() -> None:
    order = vetted()

    with pytest.raises(Conflict):
        order.accept(ACC_ANN, wants(ANN), STARTS)


def test_check_in_opens_an_hour_before() -> None:
    order = assigned(vetted(), ACC_ANN, ANN)

    with pytest.raises(Conflict):
        order.check_in(ACC_ANN, STARTS - HOUR - timedelta(seconds=1))
    order.check_in(ACC_ANN, STARTS - HOUR)

    assert order.status is S.STARTED


@pytest.mark.parametrize("move", [Order.check_in, Order.check_out])
def test_an_unknown_acceptance_is_not_found(move: Callable[..., object]) -> None:
    order = order_that_is(S.STARTED)

    with pytest.raises(NotFound):
        move(order, "acc_nobody1", STARTS)


def test_a_pending_acceptance_can_not_check_in() -> None:
    order = vetted()
    order.accept(ACC_ANN, wants(ANN), NOW)

    with pytest.raises(Conflict):
        order.check_in(ACC_ANN, STARTS)


def test_an_order_is_not_completed_while_somebody_serves() -> None:
    order = order_that_is(S.STARTED)
    before = copy.deepcopy(order)

    with pytest.raises(Conflict):
        order.complete(STARTS + HOUR)

    assert order == before


def test_completing_counts_the_minutes_really_served_and_releases_who_never_came() -> None:
    order = assigned(assigned(vetted(hands=2), ACC_ANN, ANN), ACC_BOB, BOB)
    order.check_in(ACC_ANN, STARTS)
    order.check_out(ACC_ANN, STARTS + timedelta(minutes=44, seconds=59))

    released, done = order.complete(STARTS + HOUR)

    facts = done.model_dump()
    assert (facts["hands"], facts["minutes"]) == (1, 44)
    assert released.model_dump()["acceptance"] == ACC_BOB
    assert order.acceptances[ACC_BOB].status is AcceptanceStatus.RELEASED


@pytest.mark.parametrize(("stars", "status"), [(1, S.OPEN), (2, S.OPEN), (3, S.CLOSED)])
def test_a_bad_rating_reopens_and_a_good_one_closes(stars: int, status: OrderStatus) -> None:
    order = completed()

    events = order.rate(RateOrder(stars=stars), STARTS + HOUR)

    assert order.status is status
    assert told(events) == ["rated", "closed" if status is S.CLOSED else "reopened"]


def test_a_reopened_order_is_ahead_again_and_anybody_may_accept_it() -> None:
    order = completed()
    now = STARTS + HOUR

    order.rate(RateOrder(stars=1), now)

    assert order.starts_at == now + timedelta(days=1)
    assert order.ends_at - order.starts_at == HOUR
    assert order.times_reopened == 1
    assert list(order.earlier) == [ACC_ANN]  # who served before keeps what was served
    assert told(order.accept(ACC_BOB, wants(ANN), now)) == ["accepted"]


def test_the_reason_of_a_rejection_or_cancellation_is_kept_and_told() -> None:
    rejected, cancelled = placed(), vetted()

    [no] = rejected.reject(RejectOrder(reason="not offered now"), NOW)
    [off] = cancelled.cancel(CancelOrder(by="station", reason="better"), NOW)

    assert (rejected.reason, cancelled.reason) == ("not offered now", "better")
    assert no.model_dump()["reason"] == "not offered now"
    assert (off.model_dump()["by"], off.model_dump()["reason"]) == ("station", "better")


def test_a_rating_on_behalf_is_marked() -> None:
    order = completed()

    [rated, _] = order.rate(
        RateOrder(stars=5, on_behalf=OnBehalf(channel="telephone", oral_yes=True)), STARTS + HOUR
    )

    told_of = rated.model_dump()
    assert (told_of["stars"], told_of["on_behalf"], told_of["automatic"]) == (5, True, False)
    assert (order.rated_on_behalf, order.rated_automatically) == ("telephone", False)


def test_minutes_are_whole_and_none_before_check_out() -> None:
    order = order_that_is(S.STARTED)
    assert order.acceptances[ACC_ANN].minutes == 0

    order.check_out(ACC_ANN, STARTS + timedelta(minutes=59, seconds=59))

    assert order.acceptances[ACC_ANN].minutes == 59


def test_an_order_served_by_two_sums_their_minutes() -> None:
    order = served((ACC_ANN, ANN), (ACC_BOB, BOB), minutes=30)

    [done] = order.complete(STARTS + HOUR)

    assert done.model_dump()["minutes"] == 60


def test_a_placed_order_tells_who_ordered_what_and_when() -> None:
    order = placed(hands=3)

    assert (order.resident, order.placed_by, order.hands) == ("R-000001", "office", 3)
    assert (order.stars, order.rated_automatically, order.times_reopened) == (None, False, 0)

"""Orders and activities as they are in each state, without any I/O."""

from datetime import UTC, datetime, timedelta

from services.events.model.activity import Activity
from services.events.model.commands import AnnounceActivity
from services.orders.model.commands import (
    AcceptOrder,
    CancelOrder,
    DispatchOrder,
    PlaceOrder,
    RateOrder,
    RejectOrder,
    ReturnOrder,
    WithdrawOrder,
)
from services.orders.model.menu_item import MenuItem, MenuItemStatus
from services.orders.model.moves import OrderStatus
from services.orders.model.order import Order
from shared.contracts.vocabulary import Mode, Theme

NOW = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
STARTS = NOW + timedelta(hours=2)
HOUR = timedelta(hours=1)
TEAM = "team_one111"
VOLUNTEERS = ("vol_ann111", "vol_bob111", "vol_cai111", "vol_dan111")
ANN, BOB, CAI, DAN = VOLUNTEERS
ACC_ANN, ACC_BOB, ACC_CAI = "acc_ann111", "acc_bob111", "acc_cai111"


def item(**facts: object) -> MenuItem:
    """On the menu for everybody: an hour by one volunteer."""
    usual: dict[str, object] = {
        "status": MenuItemStatus.PUBLISHED,
        "title": "理发",
        "theme": Theme.CIVILITY,
        "modes": [Mode.HELP],
        "hands": 1,
        "minutes": 60,
        "sites": [],
    }
    return MenuItem(**(usual | facts))  # type: ignore[arg-type]


def place(**facts: object) -> PlaceOrder:
    usual: dict[str, object] = {
        "item": "itm_haircut",
        "site": "XP11",
        "resident": "R-000001",
        "starts_at": STARTS,
    }
    return PlaceOrder.model_validate(usual | facts)


def placed(hands: int = 1, **of_item: object) -> Order:
    order, _ = Order.place("ord_one111", place(hands=hands), item(**of_item), "office", NOW)
    return order


def wants(volunteer: str) -> AcceptOrder:
    return AcceptOrder(volunteer=volunteer, team=TEAM)


def vetted(hands: int = 1) -> Order:
    order = placed(hands)
    order.vet(NOW)
    return order


def assigned(order: Order, acceptance: str, volunteer: str) -> Order:
    """The volunteer has accepted, and their time is reserved."""
    order.accept(acceptance, wants(volunteer), NOW)
    order.reserved(acceptance, volunteer, NOW)
    return order


def served(*volunteers: tuple[str, str], minutes: int = 60) -> Order:
    """Everyone has checked in and out; not completed yet."""
    order = vetted(hands=len(volunteers))
    for acceptance, volunteer in volunteers:
        assigned(order, acceptance, volunteer)
    for acceptance, _ in volunteers:
        order.check_in(acceptance, STARTS)
    for acceptance, _ in volunteers:
        order.check_out(acceptance, STARTS + timedelta(minutes=minutes))
    return order


def completed() -> Order:
    order = served((ACC_ANN, ANN))
    order.complete(STARTS + HOUR)
    return order


def order_that_is(status: OrderStatus) -> Order:
    """Ann's acceptance is the farthest, Bob's waits to check in, a hand is free where it can be."""
    match status:
        case OrderStatus.PLACED:
            return placed(hands=3)
        case OrderStatus.RETURNED:
            order = assigned(vetted(hands=3), ACC_BOB, BOB)
            order.send_back(ReturnOrder(reason="not ours"), NOW)
        case OrderStatus.WITHDRAWN:
            order = assigned(vetted(hands=3), ACC_BOB, BOB)
            order.withdraw(WithdrawOrder(resident="R-000001"), NOW)
        case OrderStatus.REJECTED:
            order = placed(hands=3)
            order.reject(RejectOrder(reason="not now"), NOW)
        case OrderStatus.OPEN:
            order = assigned(vetted(hands=3), ACC_BOB, BOB)
        case OrderStatus.DISPATCHED:
            order = vetted(hands=3)
            order.dispatch(DispatchOrder(volunteers=[BOB, CAI]), NOW)
            assigned(order, ACC_BOB, BOB)
        case OrderStatus.ASSIGNED:
            order = assigned(vetted(hands=1), ACC_BOB, BOB)
        case OrderStatus.STARTED:
            order = assigned(assigned(vetted(hands=2), ACC_ANN, ANN), ACC_BOB, BOB)
            order.check_in(ACC_ANN, STARTS)
        case OrderStatus.COMPLETED:
            order = completed()
        case OrderStatus.CLOSED:
            order = completed()
            order.rate(RateOrder(stars=5), STARTS + HOUR)
        case OrderStatus.CANCELLED:
            order = assigned(vetted(hands=3), ACC_BOB, BOB)
            order.cancel(CancelOrder(by="resident", reason="better"), NOW)
    assert order.status is status
    return order


def announce(**facts: object) -> AnnounceActivity:
    """What announces an activity of an hour with two seats."""
    usual: dict[str, object] = {
        "site": "XP11",
        "title": "经典阅读",
        "theme": Theme.CULTURE,
        "modes": [Mode.HOST],
        "starts_at": STARTS,
        "ends_at": STARTS + HOUR,
        "capacity": 2,
    }
    return AnnounceActivity.model_validate(usual | facts)


def announced(capacity: int = 2, **facts: object) -> Activity:
    activity, _ = Activity.announce("act_one111", announce(capacity=capacity, **facts), NOW)
    return activity


def session(code: str, **facts: object) -> dict[str, object]:
    """Within the usual hour."""
    return {"code": code, "starts_at": STARTS, "ends_at": STARTS + HOUR} | facts

"""An order that is named before it is placed is placed once, wherever its maker is stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from services.orders import clocks
from services.orders.app import build
from services.orders.model.commands.snapshot import AcceptSnapshot, TakeSnapshot
from services.orders.model.snapshot import Snapshot, SnapshotStatus
from services.orders.store import Store
from shared.contracts.orders import SnapshotKind
from shared.storage.aggregates import Aggregates, Origin
from shared.storage.ids import random_id
from shared.storage.mongo import prepare
from tests.integration.rig import Rig
from tests.unit.builders import NOW, STARTS
from tests.unit.builders import item as menu_item
from tests.unit.care import DAY, standing

ORIGIN = Origin(client="office", command="test")


class PowerCut(Exception):
    """The process ends here."""


@dataclass
class StandingClock:
    """Business time that a test moves."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def time() -> StandingClock:
    return StandingClock()


@pytest.fixture
def store(rig: Rig, time: StandingClock) -> Store:
    """Of a service with one open site and one item on the menu."""
    database = rig.database()
    service = build(rig.kit("orders", database, clock=time))
    prepare(database, service.indexes)
    database["sites_1"].insert_one({"_id": "XP11", "heard": {}, "open": True})
    made: Store = service.app
    for id in ("itm_visit1", "itm_sweep1"):
        made.menu_items.make(id, ORIGIN, lambda now: (menu_item(), []))
    return made


def cut_after_placing(aggregates: Aggregates[object], monkeypatch: pytest.MonkeyPatch) -> None:
    """The order is placed, and the power fails before the other document is written."""

    def fail(*_: object, **__: object) -> None:
        raise PowerCut

    monkeypatch.setattr(aggregates, "_save", fail)


def orders(store: Store) -> list[datetime]:
    """When the service of each order begins."""
    return [each.state.starts_at for each in store.orders.find({})]


def pass_time_in_spite(store: Store, clock: Callable[[Store], None], moment: datetime) -> None:
    """A clock's round; what it can't move is put off by a minute of business time."""
    clock(store)
    store.care.standing_orders._collection.update_many({}, {"$set": {"due": moment}})
    store.snapshots._collection.update_many({"due": {"$exists": True}}, {"$set": {"due": moment}})


def set_weekly(store: Store) -> str:
    made = standing(recipient=None, resident="R-7001")
    return store.care.standing_orders.make(made.id, ORIGIN, lambda now: (made, [])).id


def rounds_with_a_power_cut(
    store: Store, time: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of the first time is placed, but that is not noted; then all goes on."""
    set_weekly(store)
    time.moment = NOW + DAY
    with monkeypatch.context() as cut:
        cut_after_placing(store.care.standing_orders, cut)  # type: ignore[arg-type]
        pass_time_in_spite(store, clocks.place_standing_orders, NOW)
    assert len(orders(store)) == 1
    clocks.place_standing_orders(store)


def test_a_standing_order_that_was_stopped_in_between_places_no_second_one(
    store: Store, time: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds_with_a_power_cut(store, time, monkeypatch)

    noted = store.care.standing_orders.load("sto_one111").state
    assert (len(orders(store)), noted.placed) == (1, 1)
    time.moment += 7 * DAY
    clocks.place_standing_orders(store)
    first, second = sorted(orders(store))
    assert second - first == 7 * DAY


def test_control_with_an_id_of_its_own_each_time_there_would_be_two(
    store: Store, time: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "standing_order_id", lambda standing: random_id("ord"))

    rounds_with_a_power_cut(store, time, monkeypatch)

    assert len(orders(store)) == 2


def test_two_workers_at_once_place_one(store: Store, time: StandingClock, rig: Rig) -> None:
    set_weekly(store)
    time.moment = NOW + DAY
    other = build(rig.kit("orders", store.orders._collection.database, clock=time)).app

    # The other worker's whole round happens while this one is between its two writes.
    placing = store.place_order

    def place(*given: object) -> object:
        receipt = placing(*given)  # type: ignore[arg-type]
        clocks.place_standing_orders(other)
        return receipt

    store.place_order = place  # type: ignore[method-assign, assignment]
    clocks.place_standing_orders(store)

    noted = store.care.standing_orders.load("sto_one111").state
    assert (len(orders(store)), noted.placed) == (1, 1)


def test_a_snapshot_whose_clock_was_stopped_in_between_has_one_order(
    store: Store, time: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = TakeSnapshot(
        site="XP11", resident="R-1001", kind=SnapshotKind.PILES, place="东侧", text="堆放"
    )
    store.snapshots.make(
        "snp_one111", ORIGIN, lambda now: Snapshot.take("snp_one111", command, "office", now)
    )
    accepting = AcceptSnapshot(item="itm_sweep1", starts_at=STARTS)
    store.snapshots.change(
        "snp_one111", ORIGIN, lambda each, now: each.accept(accepting, "ord_one111", "office", now)
    )
    with monkeypatch.context() as cut:
        cut_after_placing(store.snapshots, cut)  # type: ignore[arg-type]
        pass_time_in_spite(store, clocks.place_snapshots, NOW)
    assert len(orders(store)) == 1

    clocks.place_snapshots(store)

    snapshot = store.snapshots.load("snp_one111").state
    assert (snapshot.status, snapshot.order) == (SnapshotStatus.ORDERED, "ord_one111")
    assert len(orders(store)) == 1


def test_an_item_that_is_back_in_time_is_ordered_after_all(
    store: Store, time: StandingClock
) -> None:
    set_weekly(store)
    store.menu_items.change(
        "itm_visit1", ORIGIN, lambda item, now: item.withdraw("itm_visit1", now)
    )
    time.moment = NOW + DAY
    clocks.place_standing_orders(store)
    noted = store.care.standing_orders.load("sto_one111").state
    assert (noted.placed, noted.put_off_until) == (0, time.moment + timedelta(hours=6))

    store.menu_items.change(
        "itm_visit1", ORIGIN, lambda item, now: item.publish_again("itm_visit1", now)
    )
    store.forget_menu_item("itm_visit1")
    time.moment += timedelta(hours=6)
    clocks.place_standing_orders(store)

    assert len(orders(store)) == 1

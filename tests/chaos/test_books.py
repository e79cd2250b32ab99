"""The control of all chaos tests: the audit sees what is lost, doubled, or not backed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from services.reports.projections import STREET
from tests.chaos.books import Books
from tests.chaos.load import Load
from tests.system import System, accept, read_order


def test_the_audit_sees_what_is_lost_doubled_or_not_backed(system: System, books: Books) -> None:
    with Load(books) as load:
        load.goes_on()
    acceptance = _assigned(system, load)
    books.audit()
    with ExitStack() as damage:
        damage.enter_context(_an_order_is_lost(books))
        entry = damage.enter_context(_hours_are_doubled(system))
        damage.enter_context(_a_booking_is_lost(system))
        damage.enter_context(_a_figure_is_wrong(system))
        found = "\n".join(books.differences())
    for text in (
        "order ord_never0taken is lost",
        f"hours of {entry} doubled",
        f"acceptance {acceptance} without booking",
        "orders_placed: reports says",
    ):
        assert text in found
    books.audit()


def _assigned(system: System, load: Load) -> str:
    """An acceptance whose time is reserved and still to come: its id."""
    order = load.place(f"{system.prefix}-to-come")
    system.post("orders", f"/v1/orders/{order}/vet")
    accept(system, order, load.clients[0].volunteer, load.team).ok()
    system.wait_until(lambda: read_order(system, order)["status"] == "assigned")
    return str(next(iter(read_order(system, order)["acceptances"])))


@contextmanager
def _an_order_is_lost(books: Books) -> Iterator[None]:
    books.orders["never-taken"] = "ord_never0taken"
    yield
    del books.orders["never-taken"]


@contextmanager
def _hours_are_doubled(system: System) -> Iterator[str]:
    rows = system.database("volunteers")["ledger"]
    link = rows.find_one() or {}
    rows.insert_one(link | {"_id": "lnk_doubled0"})
    yield link["state"]["acceptance"]
    rows.delete_one({"_id": "lnk_doubled0"})


@contextmanager
def _a_booking_is_lost(system: System) -> Iterator[None]:
    rows = system.database("volunteers")["calendars"]
    calendar = rows.find_one({"state.bookings": {"$ne": {}}}) or {}
    rows.update_one({"_id": calendar["_id"]}, {"$set": {"state.bookings": {}}})
    yield
    rows.replace_one({"_id": calendar["_id"]}, calendar)


@contextmanager
def _a_figure_is_wrong(system: System) -> Iterator[None]:
    rows = system.live("reports", "sums")
    rows.update_many({"site": STREET}, {"$inc": {"totals.orders_placed": 1}})
    yield
    rows.update_many({"site": STREET}, {"$inc": {"totals.orders_placed": -1}})

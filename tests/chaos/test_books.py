"""The control of all chaos tests: the audit sees what is lost, doubled, or not backed."""

from collections.abc import Sequence
from typing import Any

from tests.chaos.books import Books
from tests.chaos.load import Load
from tests.system import System


def test_the_audit_sees_what_is_lost_doubled_or_not_backed(system: System, books: Books) -> None:
    with Load(books) as load:
        load.goes_on()
    books.audit()
    database = system.database("volunteers")
    entry = database["hours"].find_one({}) or {}
    calendar = database["calendars"].find_one({"state.bookings": {"$ne": {}}}) or {}
    sums = system.live("reports", "sums")
    books.orders["never-taken"] = "ord_never0taken"
    database["hours"].insert_one(entry | {"_id": "hrs_doubled0"})
    database["calendars"].update_one({"_id": calendar["_id"]}, {"$set": {"state.bookings": {}}})
    sums.update_many({"site": "XP11"}, {"$inc": {"totals.orders_placed": 1}})
    try:
        found = list(books.differences())
    finally:
        sums.update_many({"site": "XP11"}, {"$inc": {"totals.orders_placed": -1}})
        database["calendars"].replace_one({"_id": calendar["_id"]}, calendar)
        database["hours"].delete_one({"_id": "hrs_doubled0"})
        del books.orders["never-taken"]
    assert _all_seen(
        found,
        "order ord_never0taken is lost",
        f"hours of {entry['state']['acceptance']} doubled",
        "without booking",
        "orders_placed: reports says",
    ), found
    books.audit()


def _all_seen(found: Sequence[str], *wanted: Any) -> bool:
    return all(any(text in each for each in found) for text in wanted)

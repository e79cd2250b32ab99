"""What must add up once the system is quiet: what clients were told, the services, and reports."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import urllib3

from tests.system import Document, System, month_of_now

QUIET_SECONDS = 60.0
BOOKED = frozenset({"pending", "assigned", "checked-in"})
LIVE = BOOKED | {"checked-out"}  # who is done sooner has the rest of the time free again


@dataclass
class Books:
    """Kept by the clients: each thing that a service said it had taken."""

    system: System
    orders: dict[str, str] = field(default_factory=dict)  # Idempotency-Key: id
    activities: dict[str, str] = field(default_factory=dict)
    volunteers: list[str] = field(default_factory=list)
    months: set[str] = field(default_factory=set)

    def audit(self) -> None:
        """Wait until the system is quiet. Raises AssertionError with all that does not add up."""
        found = ["not asked yet"]

        def adds_up() -> bool:
            nonlocal found
            try:
                found = list(self.differences())
            except (urllib3.exceptions.HTTPError, AssertionError) as error:
                found = [f"{type(error).__name__}: {error}"]
            return not found

        self.system.wait_until(adds_up, QUIET_SECONDS, lambda: found)

    def differences(self) -> Iterator[str]:
        """What does not add up now."""
        orders = list(self.system.pages("orders", "/v1/orders?limit=200"))
        hours = list(self.system.pages("volunteers", "/v1/hours?limit=200"))
        activities = list(self.system.pages("events", "/v1/activities?limit=200"))
        yield from _lost_or_doubled("order", self.orders, orders)
        yield from _lost_or_doubled("activity", self.activities, activities)
        yield from _hours_of(orders, hours)
        yield from self._figures(_counted(orders, hours, activities))
        for volunteer in self.volunteers:
            yield from self._calendar(volunteer, orders)
        for service in ("orders", "volunteers", "events", "reports"):
            parked = self.system.database(service)["dead_letters"].find_one()
            if parked:
                yield f"{service} keeps aside: {parked['reason']}"

    def _figures(self, counted: dict[str, int]) -> Iterator[str]:
        """Reports' sums against a count from the services' own lists."""
        self.months.add(month_of_now(self.system))
        heard: Counter[str] = Counter()
        for month in self.months:
            heard.update(self.system.read("reports", f"/v1/figures?month={month}")["totals"])
        for name, count in counted.items():
            if heard[name] != count:
                yield f"{name}: reports says {heard[name]}, the services {count}"

    def _calendar(self, volunteer: str, orders: list[Document]) -> Iterator[str]:
        """Each booking is backed by a live acceptance, and who is to serve has a booking."""
        held = {
            acceptance: each["status"]
            for order in orders
            for acceptance, each in order["acceptances"].items()
            if each["volunteer"] == volunteer and each["status"] in LIVE
        }
        answer = self.system.call("volunteers", "GET", f"/v1/volunteers/{volunteer}/calendar")
        booked: dict[str, Any] = answer.json["bookings"] if answer.status == 200 else {}
        yield from (f"booking {id} that no order backs" for id in booked.keys() - held.keys())
        needed = {id for id, status in held.items() if status in BOOKED}
        yield from (f"acceptance {id} without booking" for id in needed - booked.keys())
        yield from (
            f"acceptance {id} pending" for id, status in held.items() if status == "pending"
        )


def _lost_or_doubled(
    kind: str, taken: Mapping[str, str], listed: Sequence[Document]
) -> Iterator[str]:
    there, told = Counter(each["id"] for each in listed), Counter(taken.values())
    yield from (f"{kind} {id}: told {told[id]}, there {there[id]}" for id in there - told)
    yield from (f"{kind} {id} is lost" for id in told - there)


def _counted(
    orders: Sequence[Document], hours: Sequence[Document], activities: Sequence[Document]
) -> dict[str, int]:
    rated = [order for order in orders if order["stars"]]
    registrations = [r for each in activities for r in each["registrations"].values()]
    return {
        "orders_placed": len(orders),
        "orders_completed": sum(order["status"] in ("completed", "closed") for order in orders),
        "orders_closed": sum(order["status"] == "closed" for order in orders),
        "ratings": len(rated),
        "stars": sum(order["stars"] for order in rated),
        "service_entries": len(hours),
        "service_minutes": sum(entry["minutes"] for entry in hours),
        "activities_announced": len(activities),
        "sessions_held": sum(each["status"] == "held" for each in activities),
        "attendances": sum(each["status"] == "attended" for each in registrations),
    }


def _hours_of(orders: list[Document], hours: list[Document]) -> Iterator[str]:
    """One entry for each acceptance that was served."""
    served = Counter(
        acceptance
        for order in orders
        for acceptance, each in order["acceptances"].items()
        if each["status"] == "checked-out"
    )
    credited = Counter(entry["acceptance"] for entry in hours)
    yield from (f"hours of {each} doubled or foreign" for each in credited - served)
    yield from (f"hours of {each} are lost" for each in served - credited)

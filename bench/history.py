"""Events as the services would tell them in years of a street's life, made in process, in order.

Orders with their whole loop, hours credited from them, activities with registrations and
attendances; every tenth order is cancelled, every fifteenth is told of late, and what is open at
the end stays open. The same seed gives the same events.
"""

import heapq
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.contracts import events, orders, volunteers
from shared.contracts.base import Event
from shared.contracts.vocabulary import Mode, Theme
from shared.messaging.envelope import Envelope

SITES = tuple(f"XP{number:02d}" for number in range(17))
RESIDENTS = 10_000
VOLUNTEERS = 1_500
TEAMS = 20
ITEMS = 60
SEATS = 12  # of an activity, on average
EVENTS_OF_AN_ORDER = 9.3  # on average, by the loop below
EPOCH = "bench"

Data = dict[str, Any]
Entry = tuple[datetime, int, type[Event], Data]


class History:
    """Events between two days, about so many, spread evenly."""

    def __init__(self, first: date, last: date, count: int, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._first = datetime(first.year, first.month, first.day, tzinfo=UTC)
        self._days = (last - first).days + 1
        self._a_day = count / self._days
        self._sequences = {"orders": 0, "volunteers": 0, "events": 0}
        self._made = 0
        self._waiting: list[Entry] = []  # what will be told later, by its time

    def __iter__(self) -> Iterator[Envelope]:
        """In the order of time."""
        for day in range(self._days):
            begin = self._first + timedelta(days=day)
            told = 0.0
            while told < self._a_day:
                at = begin + timedelta(seconds=self._chance.randrange(86400))
                told += self._order(at) if self._chance.random() < 0.75 else self._activity(at)
            yield from self._until(begin + timedelta(days=1))

    def _until(self, end: datetime) -> Iterator[Envelope]:
        while self._waiting and self._waiting[0][0] < end:
            time, _, contract, data = heapq.heappop(self._waiting)
            source = contract.publisher
            self._sequences[source] += 1
            yield Envelope(
                id=f"{source}-{self._sequences[source]}",
                source=source,
                type=contract.type,
                subject=data.get("order") or data.get("activity") or "bench",
                time=time,
                sequence=self._sequences[source],
                epoch=EPOCH,
                correlation="",
                traceparent="",
                data=data,
                raw={},
            )

    def _tell(self, at: datetime, contract: type[Event], data: Data) -> datetime:
        """A little later."""
        self._made += 1
        heapq.heappush(self._waiting, (at, self._made, contract, data))
        return at + timedelta(seconds=self._chance.randrange(60, 5400))

    def _facts(self) -> Data:
        return {
            "site": self._chance.choice(SITES),
            "theme": self._chance.choice(list(Theme)),
            "modes": [self._chance.choice(list(Mode))],
        }

    def _order(self, at: datetime) -> int:
        """The loop of one order; how many events."""
        chance, before = self._chance, self._made
        resident = f"R-{chance.randrange(RESIDENTS):06d}"
        order = self._facts() | {
            "order": f"ord_{self._made:012d}",
            "item": f"itm_{chance.randrange(ITEMS):06d}",
        }
        times = {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=1)).isoformat()}
        placed = {"resident": resident, "on_behalf": chance.random() < 0.2, "hands": 1}
        now = self._tell(at, orders.OrderPlaced, order | times | placed)
        if chance.random() < 0.1:
            self._tell(now, orders.OrderCancelled, order | {"by": "office", "reason": "x"})
            return self._made - before
        hand = {
            "acceptance": f"acc_{self._made:012d}",
            "volunteer": f"vol_{chance.randrange(VOLUNTEERS):06d}",
            "team": f"team_{chance.randrange(TEAMS):06d}",
        }
        now = self._tell(now, orders.OrderVetted, order)
        now = self._tell(now, orders.OrderAccepted, order | hand | times)
        now = self._tell(now, orders.OrderAssigned, order | hand | {"full": True})
        now = self._tell(now, orders.OrderStarted, order)
        minutes = chance.randrange(20, 180)
        served = {
            "started_at": now.isoformat(),
            "ended_at": (now + timedelta(minutes=minutes)).isoformat(),
            "minutes": minutes,
        }
        service_date = now.date().isoformat()
        now = self._tell(
            now + timedelta(minutes=minutes), orders.OrderCheckedOut, order | hand | served
        )
        evidence = f"out-{self._made:012d}"
        late = timedelta(days=40) if chance.random() < 1 / 15 else timedelta()
        credited = {key: order[key] for key in ("order", "site", "theme", "modes")} | hand
        credited |= {"entry": f"hrs_{self._made:012d}", "minutes": minutes, "evidence": evidence}
        credited |= {"service_date": service_date}
        self._tell(now + late, volunteers.HoursCredited, credited)
        done = {"resident": resident, "hands": 1, "minutes": minutes}
        now = self._tell(now, orders.OrderCompleted, order | done)
        rated = {"stars": chance.choice((1, 3, 4, 5, 5)), "automatic": False, "on_behalf": False}
        now = self._tell(now, orders.OrderRated, order | rated)
        self._tell(now, orders.OrderClosed, order)
        return self._made - before

    def _activity(self, at: datetime) -> int:
        """One activity, from its announcement until it was held; how many events."""
        chance, before = self._chance, self._made
        starts_at = (at + timedelta(days=3)).isoformat()
        series = chance.choice((None, "reading", "films", "neighbours"))
        activity = self._facts() | {"activity": f"act_{self._made:012d}", "series": series}
        ends_at = (at + timedelta(days=3, hours=2)).isoformat()
        announced = {"title": "x", "starts_at": starts_at, "ends_at": ends_at, "capacity": 30}
        self._tell(at, events.ActivityAnnounced, activity | announced)
        for _ in range(chance.randrange(2 * SEATS)):
            seat = activity | {
                "registration": f"reg_{self._made:012d}",
                "resident": f"R-{chance.randrange(RESIDENTS):06d}",
                "starts_at": starts_at,
            }
            self._tell(
                at + timedelta(hours=chance.randrange(1, 70)), events.RegistrationConfirmed, seat
            )
            if chance.random() < 0.8:
                self._tell(at + timedelta(days=3), events.RegistrationAttended, seat)
        held = {"starts_at": starts_at, "attendances": SEATS}
        self._tell(at + timedelta(days=3, hours=2), events.ActivityHeld, activity | held)
        return self._made - before

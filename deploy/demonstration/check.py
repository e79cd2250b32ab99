"""What must hold between the services once they are quiet (PROTOCOL 4, DOMAIN goals 2 and 5)."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime

from deploy.demonstration.client import Caller, Document
from deploy.demonstration.count import Holdings
from deploy.demonstration.month import now

_FREE = "released"


@dataclass(frozen=True)
class Checked:
    """How many orders, bookings and served acceptances were looked at, and what is wrong."""

    orders: int
    bookings: int
    served: int
    wrong: list[str]


def check(office: Caller, held: Holdings, pool: Executor) -> Checked:
    """Hands, calendars, and hours against check-outs."""
    acceptances = {
        id: (order, each) for order in held.orders for id, each in _acceptances(order).items()
    }
    people = sorted({each["volunteer"] for _, each in acceptances.values()})
    paths = [f"/v1/volunteers/{id}/calendar" for id in people]
    calendars = list(pool.map(lambda path: office.find("volunteers", path), paths))
    bookings = {
        id: booking for found in calendars if found for id, booking in found["bookings"].items()
    }
    served = {id: each for id, (_, each) in acceptances.items() if each["checked_out_at"]}
    wrong = [
        *_too_many_hands(held.orders),
        *(line for found in calendars if found for line in _overlaps(found)),
        *_without_acceptance(bookings, acceptances),
        *_in_two_places(served.values()),
        *_hours_differ(served, held.hours),
    ]
    return Checked(len(held.orders), len(bookings), len(served), wrong)


def _acceptances(order: Document) -> dict[str, Document]:
    """Also those of before it was reopened."""
    return {**order["earlier"], **order["acceptances"]}


def _too_many_hands(orders: Iterable[Document]) -> Iterator[str]:
    for order in orders:
        held = sum(each["status"] != _FREE for each in order["acceptances"].values())
        if held > order["hands"]:
            yield f"order {order['id']}: {held} hands of {order['hands']}"


def _overlaps(calendar: Document) -> Iterator[str]:
    times = sorted((each["starts_at"], each["ends_at"]) for each in calendar["bookings"].values())
    for (_, ends_at), (starts_at, _) in itertools.pairwise(times):
        if starts_at < ends_at:
            yield f"volunteer {calendar['volunteer']}: two bookings at {starts_at}"


def _without_acceptance(
    bookings: dict[str, Document], acceptances: dict[str, tuple[Document, Document]]
) -> Iterator[str]:
    """Both ways: no booking without a live acceptance, and nobody assigned without a booking.

    A calendar holds what lies ahead: of what is over, no booking is asked for.
    """
    for id, booking in bookings.items():
        if id not in acceptances or acceptances[id][1]["status"] == _FREE:
            yield f"booking {id} of order {booking['order']}: no live acceptance"
    for id, (order, each) in acceptances.items():
        ahead = datetime.fromisoformat(order["ends_at"]) > now()
        if ahead and each["status"] == "assigned" and id not in bookings:
            yield f"acceptance {id} of order {order['id']}: assigned, and not booked"


def _in_two_places(served: Iterable[Document]) -> Iterator[str]:
    """What was really served, also where its booking has left the calendar long ago."""
    by_person: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for each in served:
        by_person[each["volunteer"]].append((each["checked_in_at"], each["checked_out_at"]))
    for volunteer, times in by_person.items():
        times.sort()
        for (_, left), (came, _) in itertools.pairwise(times):
            if came < left:
                yield f"volunteer {volunteer}: in two places at {came}"


def _hours_differ(served: dict[str, Document], hours: list[Document]) -> Iterator[str]:
    """Each check-out is credited once, with its own minutes."""
    credited = {entry["acceptance"]: entry for entry in hours}
    if len(credited) != len(hours):
        yield f"hours: {len(hours)} entries for {len(credited)} acceptances"
    for id, each in served.items():
        if id not in credited:
            yield f"acceptance {id}: served, and not credited"
        elif credited[id]["minutes"] != _minutes(each):
            yield f"acceptance {id}: {_minutes(each)} minutes, credited {credited[id]['minutes']}"
    for id in credited.keys() - served.keys():
        yield f"acceptance {id}: credited, and not served"


def _minutes(served: Document) -> int:
    """Whole minutes between check-in and check-out."""
    came, left = served["checked_in_at"], served["checked_out_at"]
    seconds = (datetime.fromisoformat(left) - datetime.fromisoformat(came)).total_seconds()
    return int(seconds // 60)

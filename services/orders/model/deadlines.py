"""How long each stage of an order may take, and when time moves it next (DOMAIN.md, goal 9).

Every moment here follows from when the stage began, never from when somebody looked: a worker that
was down tells late, but of the same moments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from services.orders.model.moves import ENDED, OrderStatus
from shared import working_days

if TYPE_CHECKING:
    from services.orders.model.order.state import OrderState

STAGES = ("vet", "dispatch", "accept", "serve", "rate")
RESERVE_WITHIN = timedelta(minutes=10)
"""How long an acceptance holds a hand while the volunteer's time is being reserved."""
LAPSES_AFTER = timedelta(days=30)
"""So long after its time an order that nobody served is cancelled, and one that nobody completed is
completed with what was checked out; so every order ends (PROTOCOL 4)."""
WARNED_AT = 0.75
"""Part of a stage's time after which it is told to end soon."""
ESCALATIONS = 2
"""How often a stage that is overdue is told further up: to the site's responsible, to the
institute."""


@dataclass(frozen=True)
class Limit:
    """Time that a stage may take."""

    working_days: int = 0  # by the Chinese calendar
    hours: int = 0  # by the clock, after the working days

    def after(self, since: datetime) -> datetime:
        return working_days.after(since, self.working_days) + timedelta(hours=self.hours)


USUAL: dict[str, Limit] = {
    "vet": Limit(working_days=1),
    "dispatch": Limit(working_days=2),
    "accept": Limit(working_days=1),
    "serve": Limit(working_days=1),  # from the end of the ordered time
    "rate": Limit(hours=7 * 24),  # after this an unrated order is rated automatically
    "escalate": Limit(working_days=1),  # from overdue to the first escalation, and to the next
}
"""Where neither the item nor the site says otherwise."""


@dataclass(frozen=True)
class Stage:
    """What an order waits for."""

    name: str  # one of STAGES
    since: datetime
    warned_at: datetime
    due: datetime
    escalated_at: tuple[datetime, ...]
    published: bool  # the holidays of its year are known; else weekdays were counted


def limit(order: OrderState, name: str) -> Limit:
    """As it was when the order was placed, or sent to its present site."""
    return order.limits.get(name, USUAL[name])


def waits_for(order: OrderState) -> tuple[str | None, datetime]:
    """Name of the stage, and since when."""
    match order.status:
        case OrderStatus.PLACED | OrderStatus.RETURNED:
            return "vet", order.stage_since
        case OrderStatus.OPEN if order.hands == 0:  # by the department itself
            return "serve", order.ends_at
        case OrderStatus.OPEN:
            return "dispatch", order.stage_since
        case OrderStatus.DISPATCHED:
            return "accept", order.stage_since
        case OrderStatus.ASSIGNED | OrderStatus.STARTED:
            return "serve", order.ends_at
        case OrderStatus.COMPLETED:
            return "rate", order.stage_since
        case _:
            return None, order.stage_since


def stage(order: OrderState) -> Stage | None:
    """The stage with all its moments; None for an order that has ended."""
    name, since = waits_for(order)
    if name is None:
        return None
    due = limit(order, name).after(since)
    further = escalated_at(order, due)
    published = working_days.is_published(further[-1].date())
    return Stage(name, since, _warned_at(since, due), due, further, published)


def escalated_at(order: OrderState, due: datetime) -> tuple[datetime, ...]:
    """When a stage that was due then is told further up, if it still waits."""
    moments = [due]
    for _ in range(ESCALATIONS):
        moments.append(limit(order, "escalate").after(moments[-1]))
    return tuple(moments[1:])


def due_at(order: OrderState) -> datetime | None:
    """First of what time brings to this order."""
    return min(_dues(order), default=None)


def _dues(order: OrderState) -> Iterator[datetime]:
    yield from (a.accepted_at + RESERVE_WITHIN for a in order.acceptances.values() if a.pending)
    yield from order.offers.values()
    yield from _stage_dues(order)
    if order.status not in ENDED and order.status is not OrderStatus.COMPLETED:
        yield order.ends_at + LAPSES_AFTER


def _stage_dues(order: OrderState) -> Iterator[datetime]:
    """What is still to come of the stage's moments."""
    name, since = waits_for(order)
    if name is None:
        return
    due = limit(order, name).after(since)
    if name not in order.warned:
        yield _warned_at(since, due)
    if name == "rate" or name not in order.overdue:
        yield due
    else:
        yield from escalated_at(order, due)[order.escalated.get(name, 0) :]


def _warned_at(since: datetime, due: datetime) -> datetime:
    """To the millisecond, as times are kept."""
    span = (due - since) * WARNED_AT
    return since + timedelta(milliseconds=span // timedelta(milliseconds=1))

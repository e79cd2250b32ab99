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
    later, further = due, []
    for _ in range(ESCALATIONS):
        later = limit(order, "escalate").after(later)
        further.append(later)
    warned_at = since + _whole((due - since) * WARNED_AT)
    published = working_days.is_published(further[-1].date())
    return Stage(name, since, warned_at, due, tuple(further), published)


def due_at(order: OrderState) -> datetime | None:
    """First of what time brings to this order."""
    return min(_dues(order), default=None)


def _dues(order: OrderState) -> Iterator[datetime]:
    yield from (a.accepted_at + RESERVE_WITHIN for a in order.acceptances.values() if a.pending)
    yield from order.offers.values()
    if (present := stage(order)) is not None:
        yield from stage_dues(order, present)
    if order.status not in ENDED and order.status is not OrderStatus.COMPLETED:
        yield order.ends_at + LAPSES_AFTER


def stage_dues(order: OrderState, present: Stage) -> Iterator[datetime]:
    """What is still to come of the stage's moments."""
    if present.name not in order.warned:
        yield present.warned_at
    if present.name == "rate" or present.name not in order.overdue:
        yield present.due
    else:
        yield from present.escalated_at[order.escalated.get(present.name, 0) :]


def _whole(span: timedelta) -> timedelta:
    """To the millisecond, as times are kept."""
    return timedelta(milliseconds=span // timedelta(milliseconds=1))

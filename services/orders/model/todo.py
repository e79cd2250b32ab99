"""What waits (待办) for a person, a site or a department, of orders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.orders.model import deadlines
from services.orders.model.moves import OrderStatus
from services.orders.model.order import Order


class Task(StrEnum):
    """What is to be done about an order."""

    VET = "vet"
    DISPATCH = "dispatch"
    ANSWER = "answer"  # those who were asked by name
    SERVE = "serve"  # its time is to come, or has come
    COMPLETE = "complete"  # its time is over
    RATE = "rate"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One thing that waits."""

    task: Task
    order: str
    title: str
    site: str
    status: OrderStatus
    since: datetime
    due: datetime | None
    overdue: bool
    urged: int  # times
    starts_at: datetime
    private: bool


def task_of(order: Order, now: datetime) -> Task | None:
    """What the order as a whole waits for."""
    match order.status:
        case OrderStatus.PLACED | OrderStatus.RETURNED:
            return Task.VET
        case OrderStatus.OPEN if order.hands:
            return Task.DISPATCH
        case OrderStatus.DISPATCHED:
            return Task.ANSWER
        case OrderStatus.OPEN | OrderStatus.ASSIGNED:
            return Task.COMPLETE if order.ends_at <= now else Task.SERVE
        case OrderStatus.STARTED:
            return Task.COMPLETE
        case OrderStatus.COMPLETED:
            return Task.RATE
        case _:
            return None


def task_for(order: Order, volunteer: str, now: datetime) -> Task | None:
    """What it waits for of one volunteer."""
    if volunteer in order.offers:
        return Task.ANSWER
    if volunteer in order.serving and order.status is not OrderStatus.COMPLETED:
        return Task.COMPLETE if order.ends_at <= now else Task.SERVE
    return None


def waiting(order: Order, task: Task, now: datetime, due: datetime | None = None) -> Waiting:
    """The line that people see. `due`: of this person, where it is not that of the stage."""
    present = deadlines.stage(order)
    due = due or (present.due if present else None)
    return Waiting(
        task=task,
        order=order.id,
        title=order.item_title,
        site=order.site,
        status=order.status,
        since=present.since if present else order.stage_since,
        due=due,
        overdue=due is not None and due <= now,
        urged=order.urged,
        starts_at=order.starts_at,
        private=order.private,
    )


def by_urgency(lines: Iterable[Waiting]) -> list[Waiting]:
    """Overdue first, then urged, then what is due soonest."""
    return sorted(
        lines,
        key=lambda each: (not each.overdue, -each.urged, each.due or each.starts_at, each.order),
    )

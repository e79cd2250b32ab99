"""What waits (待办) for a person, a site or a department: orders and all that stands beside them.

A line names ids and codes: of a recipient neither name nor what is known of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.orders.model import deadlines
from services.orders.model.moves import OrderStatus
from services.orders.model.order import Order
from services.orders.model.question import Question, QuestionStatus
from services.orders.model.recipient import Recipient
from services.orders.model.snapshot import Snapshot, SnapshotStatus
from services.orders.model.visit import Visit
from services.orders.model.wish import Wish, WishStatus


class Task(StrEnum):
    """What is to be done."""

    VET = "vet"
    DISPATCH = "dispatch"
    ANSWER_OFFER = "answer-offer"  # those who were asked by name
    SERVE = "serve"  # its time is to come, or has come
    COMPLETE = "complete"  # its time is over
    RATE = "rate"
    CLAIM = "claim"  # a wish
    GRANT = "grant"
    ROUTE = "route"  # a question
    ANSWER = "answer"
    DECIDE = "decide"  # on a snapshot
    VISIT = "visit"  # a recipient
    REPORT = "report"  # or settle, a concern of a visit


class Kind(StrEnum):
    """What it is to be done about."""

    ORDER = "order"
    WISH = "wish"
    QUESTION = "question"
    SNAPSHOT = "snapshot"
    RECIPIENT = "recipient"
    VISIT = "visit"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One thing that waits."""

    task: Task
    kind: Kind
    subject: str  # id
    title: str  # of an order or wish; of others what it is about, by its code
    site: str
    status: str
    since: datetime
    due: datetime | None
    overdue: bool
    urged: int = 0  # times
    starts_at: datetime | None = None


def of_order(order: Order, now: datetime) -> Waiting | None:
    """What an order as a whole waits for."""
    task = _task(order, now)
    return _order(order, task, now, None) if task else None


def of_order_for(order: Order, volunteer: str, now: datetime) -> Waiting | None:
    """What it waits for of one volunteer."""
    if volunteer in order.offers:
        return _order(order, Task.ANSWER_OFFER, now, order.offers[volunteer])
    if volunteer in order.serving and order.status is not OrderStatus.COMPLETED:
        task = Task.COMPLETE if order.ends_at <= now else Task.SERVE
        return _order(order, task, now, None)
    return None


def _task(order: Order, now: datetime) -> Task | None:
    match order.status:
        case OrderStatus.PLACED | OrderStatus.RETURNED:
            return Task.VET
        case OrderStatus.OPEN if order.hands:
            return Task.DISPATCH
        case OrderStatus.DISPATCHED:
            return Task.ANSWER_OFFER
        case OrderStatus.OPEN | OrderStatus.ASSIGNED:
            return Task.COMPLETE if order.ends_at <= now else Task.SERVE
        case OrderStatus.STARTED:
            return Task.COMPLETE
        case OrderStatus.COMPLETED:
            return Task.RATE
        case _:
            return None


def _order(order: Order, task: Task, now: datetime, due: datetime | None) -> Waiting:
    present = deadlines.stage(order)
    due = due or (present.due if present else None)
    return Waiting(
        task=task,
        kind=Kind.ORDER,
        subject=order.id,
        title=order.item_title,
        site=order.site,
        status=order.status,
        since=order.stage_since,
        due=due,
        overdue=_over(due, now),
        urged=order.urged,
        starts_at=order.starts_at,
    )


WISH_TASKS = {
    WishStatus.MADE: Task.VET,
    WishStatus.OPEN: Task.CLAIM,
    WishStatus.CLAIMED: Task.GRANT,
}
QUESTION_TASKS = {QuestionStatus.ASKED: Task.ROUTE, QuestionStatus.ROUTED: Task.ANSWER}
SNAPSHOT_TASKS = {SnapshotStatus.TAKEN: Task.DECIDE}


def of_wish(wish: Wish, now: datetime) -> Waiting:
    """Of a wish in one of WISH_TASKS."""
    due = wish.due_at()
    return Waiting(
        task=WISH_TASKS[wish.status],
        kind=Kind.WISH,
        subject=wish.id,
        title=wish.title,
        site=wish.site,
        status=wish.status,
        since=wish.status_since,
        due=due,
        overdue=_over(due, now),
    )


def of_question(question: Question, now: datetime) -> Waiting:
    """Of a question in one of QUESTION_TASKS."""
    return Waiting(
        task=QUESTION_TASKS[question.status],
        kind=Kind.QUESTION,
        subject=question.id,
        title=question.topic,
        site=question.site,
        status=question.status,
        since=question.asked_at,
        due=question.due,
        overdue=_over(question.due, now),
    )


def of_snapshot(snapshot: Snapshot, now: datetime) -> Waiting:
    """Of a snapshot in one of SNAPSHOT_TASKS."""
    return Waiting(
        task=SNAPSHOT_TASKS[snapshot.status],
        kind=Kind.SNAPSHOT,
        subject=snapshot.id,
        title=snapshot.kind,
        site=snapshot.site,
        status=snapshot.status,
        since=snapshot.status_since,
        due=None,
        overdue=False,
    )


def of_recipient(recipient: Recipient, now: datetime) -> Waiting | None:
    """The next visit, where one is planned."""
    due = recipient.next_visit
    if due is None:
        return None
    return Waiting(
        task=Task.VISIT,
        kind=Kind.RECIPIENT,
        subject=recipient.id,
        title="next-visit",
        site=recipient.site,
        status=recipient.status,
        since=recipient.last_visit or due,
        due=due,
        overdue=_over(due, now),
    )


def of_concern(visit: Visit, now: datetime) -> Waiting:
    """A concern that is neither reported nor settled."""
    return Waiting(
        task=Task.REPORT,
        kind=Kind.VISIT,
        subject=visit.id,
        title="concern",
        site=visit.site,
        status=visit.status,
        since=visit.visited_at,
        due=visit.answer_by,
        overdue=_over(visit.answer_by, now),
    )


def by_urgency(lines: Iterable[Waiting]) -> list[Waiting]:
    """Overdue first, then urged, then what is due soonest."""
    return sorted(
        lines,
        key=lambda each: (not each.overdue, -each.urged, each.due or each.since, each.subject),
    )


def _over(due: datetime | None, now: datetime) -> bool:
    return due is not None and due <= now

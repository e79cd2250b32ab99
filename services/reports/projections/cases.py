"""One document for each order: its stage, since when, and the times its durations are counted from.

It is the memory of `sums`, `evidence` and `waiting`: they look up here what an event does not say,
and it is written after them (PROTOCOL 3), so that what is folded again finds it as it was.
"""

from collections.abc import Sequence
from typing import Any

from shared.contracts import orders
from shared.messaging.envelope import Envelope
from shared.messaging.kept_documents import Read
from shared.messaging.projections import Projection, Work
from shared.storage.mongo import Document

NAME = "cases"

STAGES: dict[type[Any], str] = {
    orders.OrderPlaced: "vet",
    orders.OrderVetted: "accept",
    orders.OrderReopened: "accept",
    orders.OrderStarted: "serve",
    orders.OrderCompleted: "rate",
    orders.OrderRejected: "",
    orders.OrderCancelled: "",
    orders.OrderClosed: "",
}
"""What an order waits for after each event; empty where it has ended."""


class Cases(Projection):
    """One document for each order."""

    name = NAME
    hears = (
        *STAGES,
        orders.OrderAccepted,
        orders.OrderAssigned,
        orders.OrderDueSoon,
        orders.OrderOverdue,
    )
    # Of those that are late, or soon will be, and of no others.
    partial_indexes = (
        ((("site", 1), ("since", 1)), {"overdue": True}),
        ((("site", 1), ("overdue", 1), ("since", 1)), {"soon": True}),
    )

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        return [event.order]

    def begins(self, event: Any) -> bool:
        return isinstance(event, orders.OrderPlaced)

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        document["site"] = event.site
        match event:
            case orders.OrderPlaced():
                document |= {"theme": str(event.theme), "placed_at": envelope.time}
                document["starts_at"] = event.starts_at
            case orders.OrderAccepted():
                document.setdefault("accepted_at", envelope.time)
            case orders.OrderCompleted():
                document.setdefault("completed_at", envelope.time)
            case orders.OrderDueSoon():
                document |= {"soon": True, "due": event.due}
            case orders.OrderOverdue():
                document |= {"overdue": True, "due": event.due}
        stage = STAGES.get(type(event))
        if isinstance(event, orders.OrderAssigned) and event.full:
            stage = "serve"
        if stage is not None and document.get("stage") != stage:
            document |= {"stage": stage, "since": envelope.time}
            document |= {"soon": False, "overdue": False, "due": None}


TIMED = (orders.OrderAccepted, orders.OrderCompleted)
"""Events that say how long something took."""


def durations(event: Any, envelope: Envelope, case: Document) -> dict[str, int]:
    """Whole minutes from placing to the first acceptance, and to the first completion."""
    placed = case.get("placed_at")
    if placed is None:
        return {}
    minutes = max(0, int((envelope.time - placed).total_seconds()) // 60)
    match event:
        case orders.OrderAccepted() if "accepted_at" not in case:
            return {"orders_accepted": 1, "accept_minutes": minutes}
        case orders.OrderCompleted() if "completed_at" not in case:
            return {"orders_served": 1, "serve_minutes": minutes}
    return {}


def durations_in(work: Sequence[Work], read: Read) -> dict[str, dict[str, int]]:
    """By id of each event of a batch, what `durations` gives of its order as it was before it."""
    cases = Cases()
    mine = [each for each in work if isinstance(each.event, cases.hears)]
    timed = {each.event.order for each in mine if isinstance(each.event, TIMED)}
    rows = {**read(NAME, sorted(timed))}
    found = {}
    for each in mine:
        order = each.event.order
        if order in timed:
            row = rows.setdefault(order, {"heard": {}})
            if each.envelope.sequence > row["heard"].get(each.envelope.source, 0):
                found[each.envelope.id] = durations(each.event, each.envelope, row)
                cases.fold(row, each.event, each.envelope)
    return found

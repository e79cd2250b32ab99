"""The states of an order and the moves between them, as data.

`python -m services.orders.model.moves` prints the picture in the service's README (Mermaid).
"""

from enum import StrEnum


class OrderStatus(StrEnum):
    PLACED = "placed"
    REJECTED = "rejected"
    OPEN = "open"  # vetted: may be grabbed, or volunteers asked
    DISPATCHED = "dispatched"  # volunteers were asked by name
    ASSIGNED = "assigned"  # every hand has its time reserved
    STARTED = "started"
    COMPLETED = "completed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


MOVES: dict[OrderStatus, tuple[str, ...]] = {
    OrderStatus.PLACED: ("vet", "reject", "cancel"),
    OrderStatus.OPEN: ("dispatch", "accept", "release", "check-in", "cancel"),
    OrderStatus.DISPATCHED: ("dispatch", "accept", "decline", "release", "check-in", "cancel"),
    OrderStatus.ASSIGNED: ("release", "check-in", "cancel"),
    OrderStatus.STARTED: ("check-in", "check-out", "release", "complete"),
    OrderStatus.COMPLETED: ("rate",),
    OrderStatus.REJECTED: (),
    OrderStatus.CLOSED: (),
    OrderStatus.CANCELLED: (),
}
"""Which move each status allows. Whatever is not here answers 409 with what is."""

LEADS_TO: dict[str, tuple[OrderStatus, ...]] = {
    "vet": (OrderStatus.OPEN,),
    "reject": (OrderStatus.REJECTED,),
    "dispatch": (OrderStatus.DISPATCHED,),
    "accept": (OrderStatus.ASSIGNED,),
    "decline": (OrderStatus.OPEN,),
    "release": (OrderStatus.OPEN, OrderStatus.DISPATCHED),
    "check-in": (OrderStatus.STARTED,),
    "check-out": (OrderStatus.STARTED,),
    "complete": (OrderStatus.COMPLETED,),
    "rate": (OrderStatus.CLOSED, OrderStatus.OPEN),
    "cancel": (OrderStatus.CANCELLED,),
}
"""Where a move can lead, apart from staying where it was."""


def picture() -> str:
    """A Mermaid state diagram of `MOVES`."""
    lines = ["stateDiagram-v2", "    [*] --> placed: place"]
    for status, moves in MOVES.items():
        for move in moves:
            lines += [f"    {status} --> {to}: {move}" for to in LEADS_TO[move] if to != status]
        if not moves:
            lines.append(f"    {status} --> [*]")
    return "\n".join(lines)


if __name__ == "__main__":
    print(picture())

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


S = OrderStatus
MOVES: dict[OrderStatus, dict[str, tuple[OrderStatus, ...]]] = {
    S.PLACED: {"vet": (S.OPEN,), "reject": (S.REJECTED,), "cancel": (S.CANCELLED,)},
    S.OPEN: {
        "dispatch": (S.DISPATCHED,),
        "accept": (),
        "release": (),
        "check-in": (S.STARTED,),
        "cancel": (S.CANCELLED,),
    },
    S.DISPATCHED: {
        "dispatch": (),
        "accept": (),
        "decline": (S.OPEN,),
        "release": (),
        "check-in": (S.STARTED,),
        "cancel": (S.CANCELLED,),
    },
    S.ASSIGNED: {
        "release": (S.OPEN, S.DISPATCHED),
        "check-in": (S.STARTED,),
        "cancel": (S.CANCELLED,),
    },
    S.STARTED: {"check-in": (), "check-out": (), "release": (), "complete": (S.COMPLETED,)},
    S.COMPLETED: {"rate": (S.CLOSED, S.OPEN)},
    S.REJECTED: {},
    S.CLOSED: {},
    S.CANCELLED: {},
}
"""Which moves each status allows, and where each may lead apart from staying. Whatever is not here
answers 409 with what is."""

BY_THEMSELVES: tuple[tuple[OrderStatus, OrderStatus, str], ...] = (
    (S.OPEN, S.ASSIGNED, "the last hand's time is reserved"),
    (S.DISPATCHED, S.ASSIGNED, "the last hand's time is reserved"),
    (S.COMPLETED, S.CLOSED, "nobody rates in time"),
)
"""What events and time move: from, to, when."""


def picture() -> str:
    """A Mermaid state diagram of `MOVES`."""
    lines = ["stateDiagram-v2", "    [*] --> placed: place"]
    for status, moves in MOVES.items():
        lines += [f"    {status} --> {to}: {move}" for move, tos in moves.items() for to in tos]
        if not moves:
            lines.append(f"    {status} --> [*]")
    lines += [f"    {status} --> {to}: {when}" for status, to, when in BY_THEMSELVES]
    return "\n".join(lines)


if __name__ == "__main__":
    print(picture())

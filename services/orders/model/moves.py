"""The states of an order and the moves between them, as data.

`python -m services.orders.model.moves` prints the picture in the service's README (Mermaid).
"""

from enum import StrEnum


class OrderStatus(StrEnum):
    PLACED = "placed"
    RETURNED = "returned"  # by who was to serve it: to be vetted again, or sent elsewhere
    REJECTED = "rejected"
    OPEN = "open"  # vetted: may be grabbed, or volunteers asked
    DISPATCHED = "dispatched"  # volunteers were asked by name
    ASSIGNED = "assigned"  # every hand has its time reserved
    STARTED = "started"
    COMPLETED = "completed"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"  # by the last of the residents who had ordered it


S = OrderStatus
MOVES: dict[OrderStatus, dict[str, tuple[OrderStatus, ...]]] = {
    S.PLACED: {
        "vet": (S.OPEN,),
        "reject": (S.REJECTED,),
        "transfer": (),
        "join": (),
        "urge": (),
        "reschedule": (),
        "attach": (),
        "withdraw": (S.WITHDRAWN,),
        "cancel": (S.CANCELLED,),
    },
    S.RETURNED: {
        "vet": (S.OPEN,),
        "reject": (S.REJECTED,),
        "transfer": (S.PLACED,),
        "join": (),
        "urge": (),
        "reschedule": (),
        "attach": (),
        "withdraw": (S.WITHDRAWN,),
        "cancel": (S.CANCELLED,),
    },
    S.OPEN: {
        "dispatch": (S.DISPATCHED,),
        "accept": (),
        "release": (),
        "no-show": (),
        "check-in": (S.STARTED,),
        "complete": (S.COMPLETED,),
        "return": (S.RETURNED,),
        "transfer": (S.PLACED,),
        "join": (),
        "urge": (),
        "reschedule": (),
        "attach": (),
        "withdraw": (S.WITHDRAWN,),
        "cancel": (S.CANCELLED,),
    },
    S.DISPATCHED: {
        "dispatch": (),
        "redispatch": (),
        "accept": (),
        "decline": (S.OPEN,),
        "release": (),
        "no-show": (),
        "check-in": (S.STARTED,),
        "return": (S.RETURNED,),
        "transfer": (S.PLACED,),
        "join": (),
        "urge": (),
        "reschedule": (),
        "attach": (),
        "withdraw": (S.WITHDRAWN,),
        "cancel": (S.CANCELLED,),
    },
    S.ASSIGNED: {
        "redispatch": (S.DISPATCHED,),
        "release": (S.OPEN, S.DISPATCHED),
        "no-show": (S.OPEN, S.DISPATCHED),
        "check-in": (S.STARTED,),
        "join": (),
        "urge": (),
        "reschedule": (S.OPEN, S.DISPATCHED),
        "attach": (),
        "cancel": (S.CANCELLED,),
    },
    S.STARTED: {
        "check-in": (),
        "check-out": (),
        "release": (),
        "no-show": (),
        "urge": (),
        "attach": (),
        "complete": (S.COMPLETED,),
    },
    S.COMPLETED: {"rate": (S.CLOSED, S.OPEN), "reopen": (S.OPEN,), "attach": ()},
    S.CLOSED: {"reopen": (S.OPEN,), "attach": ()},
    S.REJECTED: {},
    S.CANCELLED: {},
    S.WITHDRAWN: {},
}
"""Which moves each status allows, and where each may lead apart from staying. Whatever is not here
answers 409 with what is."""

ENDED = frozenset({S.CLOSED, S.REJECTED, S.CANCELLED, S.WITHDRAWN})
"""Time moves these no more."""

BY_THEMSELVES: tuple[tuple[OrderStatus, OrderStatus, str], ...] = (
    (S.OPEN, S.ASSIGNED, "the last hand's time is reserved"),
    (S.DISPATCHED, S.ASSIGNED, "the last hand's time is reserved"),
    (S.DISPATCHED, S.OPEN, "nobody asked answers in time"),
    (S.COMPLETED, S.CLOSED, "nobody rates in time"),
)
"""What events and time move: from, to, when."""


def picture() -> str:
    """A Mermaid state diagram of `MOVES`."""
    lines = ["stateDiagram-v2", "    [*] --> placed: place"]
    for status, moves in MOVES.items():
        lines += [f"    {status} --> {to}: {move}" for move, tos in moves.items() for to in tos]
        if status in ENDED:
            lines.append(f"    {status} --> [*]")
    lines += [f"    {status} --> {to}: {when}" for status, to, when in BY_THEMSELVES]
    return "\n".join(lines)


if __name__ == "__main__":
    print(picture())

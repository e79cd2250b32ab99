"""State machines as data: which moves a status allows, where they lead, and how a refusal reads.

`python -m services.orders.model.pictures` prints the pictures of the service's page from them.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from shared.errors import Conflict, Text

S = TypeVar("S", bound=StrEnum)
Moves = Mapping[S, Mapping[str, tuple[S, ...]]]
"""For each status its moves, and for each move the statuses it may lead to (empty: it stays)."""
ByThemselves = Iterable[tuple[S, S, str]]
"""What events and time move: from, to, when."""


def require(moves: Moves[S], status: S, move: str, what: Text) -> None:
    """Raises Conflict naming the moves that are allowed. `what` is the thing: "wish", "微心愿"."""
    if move not in moves[status]:
        raise refused(
            moves,
            status,
            f"A {what.en} that is {status} can't be moved by {move}.",
            f"{what.zh}状态为 {status},不能执行 {move}。",
        )


def refused(moves: Moves[S], status: S, en: str, zh: str) -> Conflict:
    """The refusal of a move, with those that are allowed."""
    return Conflict(Text(en, zh), extra={"state": status, "allowed": list(moves[status])})


def picture(
    moves: Moves[S], begins: str, by_themselves: ByThemselves[S] = (), starts: Sequence[S] = ()
) -> str:
    """A Mermaid state diagram. `begins` leads to one of `starts`, or to the first status."""
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {each}: {begins}" for each in starts or [next(iter(moves))]]
    for status, named in moves.items():
        lines += [f"    {status} --> {to}: {move}" for move, tos in named.items() for to in tos]
        if not named:
            lines.append(f"    {status} --> [*]")
    lines += [f"    {status} --> {to}: {when}" for status, to, when in by_themselves]
    return "\n".join(lines)

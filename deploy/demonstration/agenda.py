"""Many lives side by side in business time.

A life is a generator: it does something through the APIs, then yields the moment at which it goes
on. What several lives do at one moment is done in parallel; a life that yields the present moment
again goes on when all others have done theirs. So the wait for a saga is shared: first everybody
accepts, then everybody looks whether the time was reserved.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from datetime import datetime

Life = Iterator[datetime]


def play(
    lives: Iterable[Life], reach: Callable[[datetime], None], pool: Executor, until: datetime
) -> None:
    """Live all lives, in the order of their moments, up to `until`; `reach` moves the time."""
    waiting: list[tuple[datetime, int, Life]] = []
    for number, life in enumerate(lives):
        _wait(waiting, number, life, next(life, None))
    while waiting and waiting[0][0] <= until:
        moment = waiting[0][0]
        reach(moment)
        while waiting and waiting[0][0] <= moment:
            due = _due(waiting, moment)
            going_on = pool.map(lambda each: next(each[2], None), due)
            for (_, number, life), then in zip(due, going_on, strict=True):
                _wait(waiting, number, life, then)


def _due(
    waiting: list[tuple[datetime, int, Life]], moment: datetime
) -> list[tuple[datetime, int, Life]]:
    due = []
    while waiting and waiting[0][0] <= moment:
        due.append(heapq.heappop(waiting))
    return due


def _wait(
    waiting: list[tuple[datetime, int, Life]], number: int, life: Life, then: datetime | None
) -> None:
    """The number keeps the order of lives stable, and comparisons off the generators."""
    if then is not None:
        heapq.heappush(waiting, (then, number, life))

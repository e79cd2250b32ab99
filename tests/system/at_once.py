"""Several things at the same time."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

R = TypeVar("R")


class Meanwhile:
    """Does something over and over until the block ends; raises what it raised."""

    def __init__(self, action: Callable[[], object]) -> None:
        self._action = action
        self._stop = threading.Event()
        self._failures: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)
        self.times = 0

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._action()
                self.times += 1
            except BaseException as error:
                self._failures.append(error)
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        assert not self._failures, self._failures


def at_once(calls: Iterable[Callable[[], R]], threads: int = 50) -> list[R]:
    """What all of these answer, called at the same time."""
    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]

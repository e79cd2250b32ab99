"""The orders service with its guard taken away: what is read may have changed before it is written.

For the control of the race tests, which must fail against this one.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Flask

from services.orders.app import api as guarded
from shared.contracts.base import Event
from shared.storage.aggregates import Aggregates, Origin, Receipt
from shared.storage.mongo import Document

LOOKING_SECONDS = 0.02  # between reading and writing, so that the race is run


class _AnyVersion:
    """A collection that writes whatever the version is."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    def update_one(self, query: Document, change: Document) -> Any:
        time.sleep(LOOKING_SECONDS)
        return self._collection.update_one(
            {key: value for key, value in query.items() if key != "version"}, change
        )


def api() -> Flask:
    """As that of `services.orders.app`, but for the guard."""
    attempt = Aggregates._attempt

    def unguarded(
        self: Aggregates[Any],
        id: str,
        origin: Origin,
        decide: Callable[[Any, datetime], Sequence[Event]],
        expected: int | None,
        initial: Callable[[], Any] | None,
    ) -> Receipt | None:
        if not isinstance(self._collection, _AnyVersion):
            self._collection = _AnyVersion(self._collection)  # type: ignore[assignment]
        return attempt(self, id, origin, decide, expected, initial)

    Aggregates._attempt = unguarded  # type: ignore[method-assign]
    return guarded()

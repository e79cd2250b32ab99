"""The events service's api without its guard: the control of the races.

Nothing but a test can choose it: it is handed to gunicorn in place of `services.events.app`.
"""

from contextlib import nullcontext
from typing import Any

from flask import Flask

from services.events.api import api as operations
from services.events.app import build
from services.events.model.activity import Activity
from services.events.model.room_calendar import RoomCalendar
from shared.service import Kit
from shared.settings import Settings
from shared.storage.aggregates import Aggregates
from shared.storage.mongo import Document
from shared.web.app import make_app


class Unversioned:
    """A collection whose updates do not ask for the version that was read."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    def update_one(self, query: Document, change: Document) -> Any:
        return self._collection.update_one({"_id": query["_id"]}, change)


class Unguarded(Aggregates[Any]):
    """Saves whatever was decided, also where another change was first."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._collection: Any = Unversioned(self._collection)
        self._locks: Any = [nullcontext()] * len(self._locks)


def api() -> Flask:
    """For gunicorn."""
    kit = Kit.open(Settings.read("events"))
    service = build(kit)
    service.app.activities = Unguarded(kit.database, "activities", Activity, kit.clock)
    service.app.rooms = Unguarded(kit.database, "rooms", RoomCalendar, kit.clock)
    return make_app(service, operations)

"""Orders and snapshots as the one list of requests that Open311 speaks of, newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from services.orders.model.moves import ENDED
from services.orders.model.snapshot import SnapshotStatus
from shared.contracts.orders.snapshot import SnapshotRefusal
from shared.storage.mongo import Db, Document

ENDED_ORDERS = ENDED
ENDED_SNAPSHOTS = frozenset({SnapshotStatus.MENDED, SnapshotStatus.REFUSED})

_SHOWN = {"state": 1, "made": 1, "audit": {"$slice": -1}}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What an order and a snapshot have in common."""

    id: str
    ended: bool
    status: str  # in our own words
    site: str
    item: str | None  # of the menu; None for a snapshot
    kind: str | None  # of the snapshot; None for an order
    private: bool  # an order that is read only with a scope, or a picture of people
    text: str | None
    place: str | None
    position: tuple[float, float] | None  # latitude, longitude; WGS 84
    photograph: str | None
    requested: datetime
    updated: datetime
    expected: datetime | None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which requests. None: any."""

    since: datetime
    until: datetime
    ended: bool | None = None
    sites: frozenset[str] | None = None
    items: frozenset[str] | None = None  # orders of these; an empty set: no orders
    kinds: frozenset[str] | None = None  # snapshots of these; an empty set: no snapshots
    private: bool = False  # private ones too


class Reported:
    """Finds requests in the service's own database."""

    def __init__(self, database: Db) -> None:
        self._orders, self._snapshots = database["orders"], database["snapshots"]
        self._menu = database["menu_items"]

    def find(self, wanted: Wanted, skip: int, limit: int) -> list[Request]:
        """A part of those that are wanted, newest first."""
        most = skip + limit
        both = merge(
            self._orders_like(wanted, most),
            self._snapshots_like(wanted, most),
            key=lambda each: (each.requested, each.id),
            reverse=True,
        )
        return list(islice(both, skip, most))

    def by_ids(self, ids: Iterable[str]) -> list[Request]:
        """Those that there are, newest first."""
        query = {"_id": {"$in": list(ids)}}
        found = [_order(row) for row in self._orders.find(query, _SHOWN)]
        found += [_snapshot(row) for row in self._snapshots.find(query, _SHOWN)]
        return sorted(found, key=lambda each: (each.requested, each.id), reverse=True)

    def menu_changed_at(self) -> datetime | None:
        """When the menu was last changed."""
        rows = self._menu.aggregate(
            [
                {"$project": {"at": {"$last": "$audit.at"}}},
                {"$group": {"_id": None, "at": {"$max": "$at"}}},
            ]
        )
        return next((row["at"] for row in rows), None)

    def _orders_like(self, wanted: Wanted, limit: int) -> Iterable[Request]:
        if wanted.items is not None and not wanted.items:
            return []
        query = _query(wanted, ENDED_ORDERS)
        if wanted.items is not None:
            query["state.item"] = {"$in": sorted(wanted.items)}
        if not wanted.private:
            query["state.private"] = {"$ne": True}
        rows = self._orders.find(query, _SHOWN).sort([("made", -1), ("_id", -1)]).limit(limit)
        return map(_order, rows)

    def _snapshots_like(self, wanted: Wanted, limit: int) -> Iterable[Request]:
        if wanted.kinds is not None and not wanted.kinds:
            return []
        query = _query(wanted, ENDED_SNAPSHOTS)
        if wanted.kinds is not None:
            query["state.kind"] = {"$in": sorted(wanted.kinds)}
        if not wanted.private:
            query["state.refusal"] = {"$ne": SnapshotRefusal.PRIVATE}
        rows = self._snapshots.find(query, _SHOWN).sort([("made", -1), ("_id", -1)]).limit(limit)
        return map(_snapshot, rows)


def _query(wanted: Wanted, ended: Iterable[str]) -> Document:
    query: Document = {"made": {"$gte": wanted.since, "$lte": wanted.until}}
    if wanted.sites is not None:
        query["state.site"] = {"$in": sorted(wanted.sites)}
    if wanted.ended is not None:
        query["state.status"] = {"$in" if wanted.ended else "$nin": sorted(ended)}
    return query


def _order(row: Mapping[str, Any]) -> Request:
    state = row["state"]
    return Request(
        id=str(row["_id"]),
        ended=state["status"] in ENDED_ORDERS,
        status=state["status"],
        site=state["site"],
        item=state["item"],
        kind=None,
        private=bool(state.get("private")),
        text=state.get("note"),
        place=None,
        position=None,
        photograph=None,
        expected=state["ends_at"],
        **_times(row),
    )


def _snapshot(row: Mapping[str, Any]) -> Request:
    state = row["state"]
    positioned = state["latitude"] is not None
    return Request(
        id=str(row["_id"]),
        ended=state["status"] in ENDED_SNAPSHOTS,
        status=state["refusal"] or state["status"],
        site=state["site"],
        item=None,
        kind=state["kind"],
        private=state["refusal"] == SnapshotRefusal.PRIVATE,
        text=state["text"],
        place=state["place"],
        position=(state["latitude"], state["longitude"]) if positioned else None,
        photograph=next((each for each in state["photographs"] if each.startswith("https:")), None),
        expected=None,
        **_times(row),
    )


def _times(row: Mapping[str, Any]) -> Document:
    return {"requested": row["made"], "updated": row["audit"][-1]["at"]}

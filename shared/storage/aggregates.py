"""The one-document command write: state, version, audit and outbox saved by ONE majority write.

A document: `{_id, version, made, state, audit: [...], outbox: [...]}` (PROTOCOL 1). The audit is
also the memory of idempotency: each entry names the key and the fingerprint of what asked for it,
and each command's answer, the `Receipt`, is made from its entry alone, so it is always the same.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar, cast

from pydantic import TypeAdapter
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.clock import Clock
from shared.contracts.base import Event
from shared.errors import (
    Conflict,
    FieldProblem,
    NotFound,
    ShijianError,
    Text,
    Unprocessable,
    VersionMismatch,
)
from shared.storage.group_commit import GroupCommit
from shared.storage.ids import open_id
from shared.storage.mongo import Db, Document, Index

log = logging.getLogger(__name__)

T = TypeVar("T")

PUT_OFF = timedelta(minutes=1)  # what time could not move is tried again after this
LOCK_STRIPES = 64  # so that threads of one process queue for a document, and don't race for it
ATTEMPTS = 200  # of a change that meets other processes' changes; each attempt, one of them won


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Who asked for a command, and what it follows from."""

    client: str  # id of the client, or the consumer that reacts
    command: str  # "orders.place"
    person: str = ""  # who acts in the client's system: an opaque reference
    proved: bool = False  # the person is the account's or key's own, not what the client tells
    key: str = ""  # hash of (client, route, Idempotency-Key); empty where none was sent
    fingerprint: str = ""  # hash of the body, to tell a repeat from another command
    part: str = ""  # id of what it makes inside the aggregate: an acceptance, a registration
    correlation: str = ""  # id of the request that started it all
    causation: str = ""  # id of the event it follows from
    traceparent: str = ""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The answer to a command: what it made of the aggregate. A repeat gets the same."""

    id: str  # of the aggregate
    version: int  # after the command: the `ETag` is `"version"`
    status: str  # after the command
    at: datetime  # business time of the command
    part: str = ""  # id of what it made inside the aggregate, if anything


@dataclass(frozen=True)
class Loaded(Generic[T]):
    """An aggregate as it is stored now."""

    id: str
    version: int
    made: datetime
    state: T
    audit: list[Document]  # empty in lists


class Aggregates(Generic[T]):
    """The aggregates of one kind. `T` is a dataclass with a `status` and no idea of storage.

    Where time moves it, it has `due_at() -> datetime | None`; a clock then calls `pass_time`.
    """

    def __init__(self, database: Db, name: str, kind: type[T], clock: Clock) -> None:
        self.name = name
        self._collection = database[name]
        self._inserts = GroupCommit(self._collection)
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)
        self._clock = clock
        self._locks = [threading.Lock() for _ in range(LOCK_STRIPES)]

    @staticmethod
    def indexes(name: str) -> list[Index]:
        """To find the documents that have something to tell, and those that time will move."""
        return [
            Index(name, [("outbox.at", 1)], where={"outbox.at": {"$exists": True}}),
            Index(name, [("due", 1)], where={"due": {"$exists": True}}),
        ]

    def make(
        self, id: str, origin: Origin, build: Callable[[datetime], tuple[T, Sequence[Event]]]
    ) -> Receipt:
        """Insert what `build` makes. The same id again: the first receipt, or 422 for another body.

        `build` is called with the business time and may refuse by raising a ShijianError: also
        what it asks of the world belongs into it, since a repeat of what was accepted is answered
        as then, though the world has moved on.
        """
        now = self._clock.now()
        try:
            state, events = build(now)
        except ShijianError:
            if origin.key and self._collection.find_one({"_id": id}, {"_id": 1}):
                return self._again(id, origin)
            raise
        document = self.new_document(id, origin, state, events, now)
        try:
            self._inserts.insert(document)
        except DuplicateKeyError as error:
            return self.made_before(id, origin, error.details)
        return _receipt(id, document["audit"][0])

    def made_before(self, id: str, origin: Origin, details: Mapping[str, Any] | None) -> Receipt:
        """What an insert that something unique kept out is answered. `details`: the server's."""
        _require_same_id(details)
        return self._again(id, origin)

    def new_document(
        self, id: str, origin: Origin, state: T, events: Sequence[Event], now: datetime
    ) -> Document:
        """What is inserted, with its first audit entry and what it has to tell."""
        document = {
            "_id": id,
            "version": 1,
            "made": now,
            "state": self._adapter.dump_python(state),
            "audit": [self._entry(origin, 1, self._status(state), now)],
            "outbox": [_told(event, id, origin, now) for event in events],
        }
        if due := self._due(state):
            document["due"] = due
        return document

    def _again(self, id: str, origin: Origin) -> Receipt:
        """What `origin` asks to be made is there: by this same request, or by another."""
        first = self.load(id).audit[0]
        if not origin.key or first["key"] != origin.key:
            raise Conflict(
                Text(f"It exists already: {id}.", f"已存在:{id}。"),
                extra={"existing": id, "allowed": []},
            )
        return same_answer(id, first, origin)

    def change(
        self,
        id: str,
        origin: Origin,
        decide: Callable[[T, datetime], Sequence[Event]],
        expected: int | None = None,
        initial: Callable[[], T] | None = None,
    ) -> Receipt:
        """Let `decide` change the state and say what happened; save both, or begin again.

        `initial` makes the state of one that does not exist yet, for what comes into being with its
        first change. Raises NotFound; VersionMismatch where `expected` is not the version; what
        `decide` raises. A decision without events that leaves the state as it was writes nothing.
        """
        with self._locks[hash(id) % LOCK_STRIPES]:
            for _ in range(ATTEMPTS):
                receipt = self._attempt(id, origin, decide, expected, initial)
                if receipt:
                    return receipt
        raise Conflict(
            Text("Too many changes at once; try again.", "同时修改过多,请重试。"),
            extra={"allowed": []},
        )

    def _attempt(
        self,
        id: str,
        origin: Origin,
        decide: Callable[[T, datetime], Sequence[Event]],
        expected: int | None,
        initial: Callable[[], T] | None,
    ) -> Receipt | None:
        # Of the audit, which only grows, no more than the entry of this very request.
        own = {"$elemMatch": {"key": origin.key}} if origin.key else {"$slice": 0}
        found = self._collection.find_one({"_id": id}, {"outbox": 0, "audit": own})
        if not found and initial:
            return self._begin(id, origin, decide, initial())
        if not found:
            raise NotFound(Text(f"There is no {id}.", f"没有 {id}。"))
        if found.get("audit"):
            return same_answer(id, found["audit"][0], origin)
        if expected is not None and expected != found["version"]:
            raise VersionMismatch(
                Text(
                    f'It has changed: the version is now "{found["version"]}". Read it again.',
                    f'已被修改,当前版本为 "{found["version"]}",请重新读取。',
                )
            )
        now = self._clock.now()
        state = self._adapter.validate_python(found["state"])
        # As this code knows it: a field that newer code has added is left alone.
        before = self._adapter.dump_python(state)
        events = decide(state, now)
        after = self._adapter.dump_python(state)
        changes = difference(before, after)
        if not events and not changes:
            return _receipt(id, self.load(id).audit[-1])
        return self._save(id, found["version"], origin, state, events, changes, now)

    def _begin(
        self, id: str, origin: Origin, decide: Callable[[T, datetime], Sequence[Event]], state: T
    ) -> Receipt | None:
        """None where another has begun it meanwhile."""
        try:
            return self.make(id, origin, lambda now: (state, decide(state, now)))
        except Conflict as conflict:
            if "existing" not in conflict.extra:
                raise
            return None

    def _save(
        self,
        id: str,
        version: int,
        origin: Origin,
        state: T,
        events: Sequence[Event],
        changes: dict[str, Document],
        now: datetime,
    ) -> Receipt | None:
        """None where another change was first."""
        entry = self._entry(origin, version + 1, self._status(state), now)
        told = [_told(event, id, origin, now) for event in events]
        changes.setdefault("$set", {})["version"] = version + 1
        due = self._due(state)
        changes.setdefault("$set" if due else "$unset", {})["due"] = due or ""
        try:
            written = self._collection.update_one(
                {"_id": id, "version": version},
                changes | {"$push": {"audit": entry, "outbox": {"$each": told}}},
            )
        except DuplicateKeyError as error:
            _require_same_id(error.details)
            raise
        return _receipt(id, entry) if written.matched_count else None

    def load(self, id: str) -> Loaded[T]:
        """The aggregate as stored. Raises NotFound."""
        found = self._collection.find_one({"_id": id}, {"outbox": 0})
        if not found:
            raise NotFound(Text(f"There is no {id}.", f"没有 {id}。"))
        return self._loaded(found)

    def find(
        self,
        query: Document,
        *,
        after: tuple[datetime, str] | None = None,
        limit: int = 100,
        by: str = "",
        live: bool = False,
    ) -> Iterator[Loaded[T]]:
        """Those whose state matches, oldest first, from behind `after` (time made, id); or in the
        order of a field of the state, `by`. `live`: only those that time will still move."""
        criteria = {f"state.{key}": value for key, value in query.items()}
        if live:
            criteria["due"] = {"$exists": True}
        if after:
            criteria["$or"] = [
                {"made": {"$gt": after[0]}},
                {"made": after[0], "_id": {"$gt": after[1]}},
            ]
        cursor = self._collection.find(criteria, {"outbox": 0, "audit": 0}).sort(
            [(f"state.{by}" if by else "made", 1), ("_id", 1)]
        )
        return (self._loaded(found) for found in cursor.limit(limit))

    def newest(self, query: Document) -> str | None:
        """Id of the one made last among those whose state matches."""
        criteria = {f"state.{key}": value for key, value in query.items()}
        found = self._collection.find_one(criteria, {"_id": 1}, sort=[("made", -1), ("_id", -1)])
        return found["_id"] if found else None

    def count(self, query: Document, most: int) -> int:
        """How many there are whose state matches; `most` where there are more."""
        criteria = {f"state.{key}": value for key, value in query.items()}
        return self._collection.count_documents(criteria, limit=most)

    def oldest_untold(self) -> datetime | None:
        """When the event was saved that has waited longest in an outbox; None where none waits."""
        query = {"outbox.at": {"$exists": True}}
        row = self._collection.find_one(query, {"outbox.at": 1}, sort=[("outbox.at", 1)])
        return row["outbox"][0]["at"] if row and row["outbox"] else None

    def _loaded(self, found: Document) -> Loaded[T]:
        state = self._adapter.validate_python(found["state"])
        return Loaded(found["_id"], found["version"], found["made"], state, found.get("audit", []))

    def pass_time(
        self, origin: Origin, decide: Callable[[T, datetime], Sequence[Event]], limit: int = 200
    ) -> int:
        """Change those whose `due_at` has come; how many. A clock's whole work."""
        now = self._clock.now()
        query = {"due": {"$lte": now}}
        rows = list(self._collection.find(query, {"due": 1}).sort("due", 1).limit(limit))
        for row in rows:
            try:
                self.change(row["_id"], origin, decide)
            except PyMongoError:
                raise
            except Exception:  # it must not hold up the others, nor come first for ever
                log.exception("time can't move it", extra={"id": row["_id"]})
                self._collection.update_one(row, {"$set": {"due": now + PUT_OFF}})
        return len(rows)

    @staticmethod
    def _due(state: T) -> datetime | None:
        """When time moves it next: the aggregate says so by `due_at()`, if it has one."""
        due_at = getattr(state, "due_at", None)
        return due_at() if due_at else None

    @staticmethod
    def _status(state: T) -> str:
        return str(cast(Any, state).status)

    @staticmethod
    def _entry(origin: Origin, version: int, status: str, now: datetime) -> Document:
        return vars(origin) | {"version": version, "status": status, "at": now}


def same_answer(id: str, entry: Document, origin: Origin) -> Receipt:
    """What a repeat of the request that wrote `entry` gets; Unprocessable for another body."""
    if entry["fingerprint"] != origin.fingerprint:
        raise Unprocessable(
            Text(
                "This Idempotency-Key was used for another body; use a new key.",
                "该 Idempotency-Key 已用于另一请求内容,请换用新的键。",
            ),
            FieldProblem(
                field="Idempotency-Key", text=Text("already used for another body", "已被使用")
            ),
        )
    return _receipt(id, entry)


def _require_same_id(details: Mapping[str, Any] | None) -> None:
    """Raises Conflict where it is not the id that is there already, but another unique value."""
    fields = [str(each) for each in (details or {}).get("keyPattern", {})]
    if fields != ["_id"]:
        names = ", ".join(each.removeprefix("state.") for each in fields)
        raise Conflict(
            Text(f"Another one has the same {names}.", f"{names} 已被另一条记录使用。"),
            extra={"allowed": []},
        ) from None


def _receipt(id: str, entry: Document) -> Receipt:
    return Receipt(
        id=id,
        version=entry["version"],
        status=entry["status"],
        at=entry["at"],
        part=entry["part"],
    )


def _told(event: Event, subject: str, origin: Origin, now: datetime) -> Document:
    """An entry of the outbox: all of the envelope but what the relay adds (sequence, epoch)."""
    return {
        "id": open_id(),
        "at": datetime.now(UTC),
        "type": event.type,
        "subject": subject,
        "site": getattr(event, "site", None),
        "time": now,
        "data": event.model_dump(mode="json"),
        "correlation": origin.correlation,
        "causation": origin.causation,
        "traceparent": origin.traceparent,
    }


def difference(before: Document, after: Document, path: str = "state") -> dict[str, Document]:
    """The `$set` and `$unset` that turn one state into the other, so that a large one is not
    written whole for a small change. Lists are replaced."""
    changes: dict[str, Document] = {}
    for key in before.keys() | after.keys():
        old, new, at = before.get(key), after.get(key), f"{path}.{key}"
        if key not in after:
            changes.setdefault("$unset", {})[at] = ""
        elif key in before and old == new:
            continue
        elif isinstance(old, dict) and isinstance(new, dict) and old and new:
            for operator, fields in difference(old, new, at).items():
                changes.setdefault(operator, {}).update(fields)
        else:
            changes.setdefault("$set", {})[at] = new
    return changes

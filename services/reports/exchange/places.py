"""How far each subscription has been told of each source, and what fails: a row for each.

A subscription is marked in its own row only, so what fails for one never marks another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo.read_concern import ReadConcern

from shared.storage.mongo import FAST, Db, Document


@dataclass(frozen=True)
class Turn:
    """What one turn of one source came to."""

    through: int
    failed: str = ""
    gone: bool = False


class Places:
    """The rows of one kind of subscriptions. `backoff`: before the next attempt; the last one
    again and again."""

    def __init__(self, database: Db, name: str, backoff: list[timedelta]) -> None:
        # A place written a moment ago must be seen: else what was taken is sent again.
        self._rows = database[name].with_options(
            write_concern=FAST, read_concern=ReadConcern("local")
        )
        self._backoff = backoff

    def state(self, id: str) -> Document:
        """How far a subscription has been told, and what fails."""
        return self.states([id])[id]

    def states(self, ids: Sequence[str]) -> dict[str, Document]:
        """By subscription."""
        found = {row["_id"]: row for row in self._rows.find({"_id": {"$in": list(ids)}})}
        return {id: {"through": {}, "failing": {}} | found.get(id, {}) for id in ids}

    def note(self, id: str, update: Document) -> None:
        """Anything else that is to be remembered of a subscription."""
        self._rows.update_one({"_id": id}, update, upsert=True)

    def settle(
        self, id: str, source: str, turn: Turn, failing: Document | None, now: datetime
    ) -> timedelta | None:
        """Remember what a turn came to; for how long it has failed, if it has."""
        update: Document = {"$max": {f"through.{source}": turn.through}}
        since = None
        if turn.failed or turn.gone:
            attempts = (failing or {}).get("attempts", 0) + 1
            since = (failing or {}).get("since", now)
            wait = self._backoff[min(attempts, len(self._backoff)) - 1]
            update["$set"] = {
                f"failing.{source}": {
                    "attempts": attempts,
                    "since": since,
                    "next_at": now + wait,
                    "error": turn.failed,
                }
            }
        else:
            update["$unset"] = {f"failing.{source}": ""}
        self.note(id, update)
        return now - since if since else None

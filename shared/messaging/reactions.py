"""Reactions: an event becomes a command on an own aggregate, keyed by the event (PROTOCOL 3)."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.errors import PyMongoError

from shared.contracts.base import Event
from shared.logs import request_id
from shared.messaging.dead_letters import DeadLetters
from shared.messaging.envelope import Envelope, Undecodable, from_attributes, unversioned
from shared.storage.aggregates import Origin
from shared.storage.ids import derived_id
from shared.storage.mongo import unreachable

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
TRIED_AT_ONCE = 50  # deferred events, before new ones are heard again


@dataclass(frozen=True)
class Heard:
    """The event's circumstances, and what makes the reaction's command happen once."""

    consumer: str
    envelope: Envelope

    def id(self, prefix: str) -> str:
        """Id of what this reaction makes: the same however often the event comes."""
        return derived_id(prefix, self.consumer, self.envelope.id)

    def origin(self, command: str) -> Origin:
        """The event's id is the command's key, so that an aggregate it changed knows it again."""
        return Origin(
            client=self.consumer,
            command=command,
            key=self.envelope.id,
            correlation=self.envelope.correlation,
            causation=self.envelope.id,
            traceparent=self.envelope.traceparent,
        )


Reaction = Callable[[Any, Any, Heard], None]
"""`reaction(app, event, heard)`, where `event` is of the type it stands under in the table."""
ReactionTable = Mapping[type[Event], Reaction]


class Reactions:
    """Handles events one by one. A reaction that fails is deferred and the next one goes on."""

    def __init__(self, app: Any, table: ReactionTable, dead_letters: DeadLetters) -> None:
        self._app = app
        self._table = {contract.type: reaction for contract, reaction in table.items()}
        self._names = {unversioned(type) for type in self._table}
        self._dead_letters = dead_letters
        self._next_tick = 0.0

    def handle(self, events: Sequence[Envelope]) -> bool:
        for envelope in events:
            self.react(envelope)
        return any(self.needs(each.type) for each in events)

    def needs(self, type: str) -> bool:
        """Whether events of this type, of any version, have an effect here or are set aside."""
        return unversioned(type) in self._names

    def react(self, envelope: Envelope) -> bool:
        """True where the event has had its effect or needs none; else it is kept aside."""
        reaction = self._table.get(envelope.type)
        if reaction is None and self.needs(envelope.type):
            self._dead_letters.park(envelope, f"{envelope.type}: a version not known here")
            return False
        if reaction is None:
            return True
        token = request_id.set(envelope.id)
        try:
            reaction(self._app, envelope.event(), Heard(self._dead_letters.consumer, envelope))
            return True
        except Undecodable as error:
            self._dead_letters.park(envelope, str(error))
        except Exception as error:
            if isinstance(error, PyMongoError) and unreachable(error):
                raise
            log.exception("reaction failed", extra={"type": envelope.type})
            self._dead_letters.defer(envelope, repr(error))
        finally:
            request_id.reset(token)
        return False

    def tick(self) -> None:
        """Try again what was deferred and is due."""
        if time.monotonic() < self._next_tick:
            return
        self._next_tick = time.monotonic() + TICK_SECONDS
        for _ in range(TRIED_AT_ONCE):
            row = self._dead_letters.claim()
            if row is None:
                return
            if self.react(from_attributes(row["envelope"])):
                self._dead_letters.done(row["_id"])

"""What a service is made of: the parts its `app.py` wires, and both processes run."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from shared.clock import Clock
from shared.messaging import dead_letters, event_log
from shared.messaging.event_log import EventLog
from shared.messaging.projections import Generations, Projection
from shared.messaging.reactions import ReactionTable
from shared.settings import Settings
from shared.storage import vault
from shared.storage.aggregates import Aggregates
from shared.storage.mongo import Db, Index, Migration, connect, prepare
from shared.storage.vault import Vault

A = TypeVar("A")
ClockTask = Callable[[Any], None]
"""What a service does when time passes: `task(app)`, called about each second, business time."""


@dataclass(frozen=True)
class OperatorCommand:
    """A command line that only one service has: `python -m services.<name>.app <command> …`."""

    meaning: str  # one line of its help
    run: Callable[[Any, argparse.Namespace], None]  # run(service, arguments)
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None  # adds its own


@dataclass(frozen=True)
class Kit:
    """What the parts of one process share."""

    settings: Settings
    database: Db
    clock: Clock
    log: EventLog
    generations: Generations

    @cached_property
    def vault(self) -> Vault:
        """What seals and opens personal data."""
        return Vault(self.database, self.settings.personal_keys_file, self.clock)

    @classmethod
    def open(cls, settings: Settings) -> "Kit":
        """Connect; in a server, after the fork."""
        database = connect(settings.mongo_url, settings.mongo_database, settings.service)
        log = EventLog(database, settings.service)
        return cls(settings, database, settings.clock, log, Generations(database))


@dataclass(frozen=True)
class Service(Generic[A]):
    """One service, wired. `A` is its own context: its stores and what its views need."""

    kit: Kit
    app: A
    aggregates: Sequence[Aggregates[Any]]
    reactions: ReactionTable = field(default_factory=dict)
    projections: Sequence[Projection] = ()
    clocks: Sequence[ClockTask] = ()
    indexes: Sequence[Index] = ()
    migrations: Sequence[Migration] = ()

    @property
    def name(self) -> str:
        return self.kit.settings.service

    def prepare(self) -> None:
        """Indexes and migrations; by whichever process starts first."""
        own = [index for each in self.aggregates for index in each.indexes(each.name)]
        kit = [*event_log.INDEXES, *dead_letters.INDEXES, *vault.INDEXES]
        prepare(self.kit.database, [*own, *kit, *self.indexes], self.migrations)

    @property
    def reaction_sources(self) -> list[str]:
        return sorted({contract.publisher for contract in self.reactions})

    @property
    def projection_sources(self) -> list[str]:
        return sorted({c.publisher for each in self.projections for c in each.hears})

"""Tells each subscriber what is new, from the services' feeds, in the order of each source.

A place behind which a subscriber knows everything is kept for each source, and moves only when
what was told has arrived: so nothing is left out, and what arrived without our seeing it comes
again under the same id. What fails holds up its own source of its own subscriber, and nobody else.
"""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from pymongo.errors import PyMongoError

from services.reports.exchange.places import Places, Turn
from shared.contracts.base import Event
from shared.messaging.feed_client import FeedClient, FeedUnreachable
from shared.settings import SERVICES
from shared.storage.aggregates import Aggregates, Loaded, Origin
from shared.storage.mongo import Document

log = logging.getLogger(__name__)

MOST = 1000  # subscriptions of a kind


class Told(Protocol):
    """A subscription, of whichever kind."""

    client: str
    types: list[str]
    sites: list[str]
    starts: dict[str, int]
    resumed_at: datetime | None

    def disable(self, reason: str) -> Sequence[Event]: ...


S = TypeVar("S", bound=Told)


class Teller(ABC, Generic[S]):
    """Of one worker; the clocks' lease makes it the only one."""

    def __init__(
        self,
        subscriptions: Aggregates[S],
        places: Places,
        feeds: FeedClient,
        heads: Callable[[], dict[str, int]],
        rights: Callable[[str, Sequence[str]], str],
        origin: Origin,
        at_once: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`rights`: why a client may not be told of these sites (any longer); empty where it may.
        `at_once`: subscribers."""
        self._subscriptions = subscriptions
        self._places = places
        self._feeds = feeds
        self._heads = heads
        self._rights = rights
        self._origin = origin
        self._now = now
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix=origin.client)
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def start_all(self) -> None:
        """Begin a turn of each active subscription that has none, and to whom there is something
        to tell; returns at once."""
        active = list(self._subscriptions.find({"status": "active"}, limit=MOST))
        if not active:
            return
        heads, states = self._heads(), self._places.states([each.id for each in active])
        for loaded in active:
            state = states[loaded.id]
            if not any(self.has_more(loaded.state, each, state, heads) for each in SERVICES):
                continue
            with self._lock:
                if loaded.id in self._busy:
                    continue
                self._busy.add(loaded.id)
            self._pool.submit(self._run, loaded)

    def _run(self, loaded: Loaded[S]) -> None:
        facts = {"kind": self._origin.client, "subscription": loaded.id}
        try:
            self.tell(loaded)
        except (FeedUnreachable, PyMongoError, OSError) as error:
            log.warning("subscriber waits", extra={**facts, "error": repr(error)})
        except Exception:  # it must not end the thread's work for the others
            log.exception("subscriber failed", extra=facts)
        finally:
            with self._lock:
                self._busy.discard(loaded.id)

    def tell(self, loaded: Loaded[S]) -> None:
        """One turn of each source."""
        if why := self._rights(loaded.state.client, loaded.state.sites):
            self.disable(loaded.id, why)
            return
        state, heads = self.state(loaded.id), self._heads()
        for source in SERVICES:
            if not self.has_more(loaded.state, source, state, heads):
                continue
            failing = state["failing"].get(source)
            resumed = loaded.state.resumed_at
            if failing and resumed and failing["since"] < resumed:
                failing = None
            if failing and self._now() < failing["next_at"]:
                continue
            turn = self.turn(loaded, source, state)
            self.settle(loaded, source, turn, failing)
            if turn.gone:
                return

    def has_more(
        self, subscription: S, source: str, state: Document, heads: dict[str, int]
    ) -> bool:
        """Whether it pays to ask the source's feed."""
        return heads.get(source, 0) > self.through(subscription, source, state)

    @staticmethod
    def through(subscription: Told, source: str, state: Document) -> int:
        """The place behind which it is to be told what comes."""
        return int(state["through"].get(source, subscription.starts.get(source, 0)))

    @abstractmethod
    def turn(self, loaded: Loaded[S], source: str, state: Document) -> Turn:
        """Tell some of what is new. Raises FeedUnreachable."""

    def settle(self, loaded: Loaded[S], source: str, turn: Turn, failing: Document | None) -> None:
        """Remember what a turn came to."""
        self._places.settle(loaded.id, source, turn, failing, self._now())

    def disable(self, id: str, why: str) -> None:
        """Its client resumes it."""
        self._subscriptions.change(id, self._origin, lambda s, _: s.disable(why))

    def state(self, id: str) -> Document:
        """How far a subscription has been told, and what fails."""
        return self._places.state(id)

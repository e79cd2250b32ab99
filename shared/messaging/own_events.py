"""A service hears itself straight from its log: the broker would only bring back what it gave.

Who holds the relay's lease logs the events, and so hears them too: at once, whatever the broker
does, and with no queue to fill.
"""

import threading
from collections.abc import Callable, Sequence

from shared.messaging.consumer import BATCH
from shared.messaging.cursors import Cursors, Marks
from shared.messaging.envelope import decode
from shared.messaging.event_log import EventLog, Logged
from shared.messaging.reactions import Reactions
from shared.storage.mongo import Db

POLL_SECONDS = 0.5  # the poll is the truth; the relay only wakes it sooner


class OwnEvents:
    """Hears one service's own log; `run` is the body of its thread."""

    def __init__(
        self,
        name: str,  # of the cursors
        handler: Reactions,
        database: Db,
        event_log: EventLog,
        leading: Callable[[], int],  # the relay's: the term of its lease, or 0
    ) -> None:
        self._log = event_log
        self._handler = handler
        self._marks = Marks(Cursors(database, name))
        self._leading = leading
        self._term = 0
        self._epoch = ""
        self._woken = threading.Event()

    def told(self, entries: Sequence[Logged]) -> None:
        """By the relay: these are in the log now."""
        if any(self._handler.needs(each.type) for each in entries):
            self._woken.set()

    def run(self, stop: threading.Event) -> None:
        """Until told to stop; what is logged later is for the next holder of the lease."""
        while not stop.is_set():
            self._woken.clear()
            if self.step() < BATCH:
                self._woken.wait(POLL_SECONDS)
        self._marks.save()

    def step(self) -> int:
        """Handle what the log holds behind the mark, in order; how many events. A worker that
        lost the lease meanwhile does twice what the next one does: a reaction knows its event."""
        self._handler.tick()
        term = self._leading()
        if not term:
            return 0
        if term != self._term:
            # Log and mark are of one database, so of one backup: the mark holds in every epoch.
            self._marks.load()
            self._epoch, self._term = self._log.epoch(), term
        entries = self._log.read(self._marks.of(self._log.source).through, BATCH)
        if entries:
            needed = [decode(each.body) for each in entries if self._handler.needs(each.type)]
            self._handler.handle(needed)
            self._marks.move(self._log.source, self._epoch, entries[-1].sequence, bool(needed))
        else:
            self._marks.save()
        return len(entries)

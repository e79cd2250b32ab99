"""Tells each subscriber what is new, from the services' feeds, in the order of each source.

A place behind which a subscriber knows everything is kept for each source, and moves only when the
subscriber has taken an event: so nothing is left out, and an event that was taken without our
seeing it comes again under the same `webhook-id`. What fails holds up its own source of its own
subscriber, and nobody else.
"""

import json
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from services.reports.model.subscription import Redelivery, Subscription, SubscriptionStatus
from services.reports.webhooks import signing
from services.reports.webhooks.sender import Sender
from shared.messaging.envelope import Envelope
from shared.messaging.feed_client import FeedClient, FeedUnreachable
from shared.settings import SERVICES
from shared.storage.aggregates import Aggregates, Loaded, Origin
from shared.storage.mongo import FAST, Db, Document

log = logging.getLogger(__name__)

BACKOFF = [timedelta(seconds=s) for s in (5, 30, 300, 1800, 7200, 18000, 36000)]
"""Before the next attempt; the last one again and again."""
FAILING_FOR = timedelta(days=3)  # then it is disabled, and goes on where it stands once resumed
AT_ONCE = 8  # subscribers
A_TURN = 50  # events of a source, then others have theirs

GONE = 410
ORIGIN = Origin(client="webhooks", command="webhooks.deliver")


@dataclass(frozen=True)
class Turn:
    """What one turn of one source came to."""

    through: int
    failed: str = ""
    gone: bool = False


class Deliveries:
    """Of one worker; the clocks' lease makes it the only one."""

    def __init__(
        self,
        database: Db,
        subscriptions: Aggregates[Subscription],
        feeds: FeedClient,
        sender: Sender,
        open_secret: Callable[[str, str], str],
        heads: Callable[[], dict[str, int]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        # A place written a moment ago must be seen: else what was taken is sent again.
        self._rows = database["webhook_deliveries"].with_options(
            write_concern=FAST, read_concern=ReadConcern("local")
        )
        self._subscriptions = subscriptions
        self._feeds = feeds
        self._sender = sender
        self._open = open_secret
        self._heads = heads
        self._now = now
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def start_all(self) -> None:
        """Begin a turn of each active subscription that has none; returns at once."""
        for loaded in self._subscriptions.find({"status": SubscriptionStatus.ACTIVE}, limit=1000):
            with self._lock:
                if loaded.id in self._busy:
                    continue
                self._busy.add(loaded.id)
            self._pool.submit(self._run, loaded)

    def _run(self, loaded: Loaded[Subscription]) -> None:
        try:
            self.deliver(loaded)
        except (FeedUnreachable, PyMongoError) as error:
            log.warning("webhook waits", extra={"subscription": loaded.id, "error": repr(error)})
        except Exception:  # it must not end the thread's work for the others
            log.exception("webhook failed", extra={"subscription": loaded.id})
        finally:
            with self._lock:
                self._busy.discard(loaded.id)

    def deliver(self, loaded: Loaded[Subscription]) -> None:
        """One turn of each source, and of each range that is to be sent again."""
        state, heads = self.state(loaded.id), self._heads()
        for source in SERVICES:
            if not self._has_more(loaded.state, source, state, heads):
                continue
            failing = state.get("failing", {}).get(source)
            resumed = loaded.state.resumed_at
            if failing and resumed and failing["since"] < resumed:
                failing = None
            if failing and self._now() < failing["next_at"]:
                continue
            turn = self._turn(loaded, source, state)
            self._settle(loaded, source, turn, failing)
            if turn.gone:
                return

    def _has_more(
        self, subscription: Subscription, source: str, state: Document, heads: dict[str, int]
    ) -> bool:
        """Whether it pays to ask the source's feed."""
        through = state["through"].get(source, subscription.starts.get(source, 0))
        again = any(each.source == source for each in subscription.redeliveries)
        return again or heads.get(source, 0) > through

    def state(self, id: str) -> Document:
        """How far a subscription has been told, and what fails."""
        return self._rows.find_one({"_id": id}) or {"_id": id, "through": {}, "failing": {}}

    def _turn(self, loaded: Loaded[Subscription], source: str, state: Document) -> Turn:
        subscription = loaded.state
        through = state["through"].get(source, subscription.starts.get(source, 0))
        for wanted in [each for each in subscription.redeliveries if each.source == source]:
            again = self._again(loaded.id, subscription, wanted, state)
            if again.failed or again.gone:
                return Turn(through, again.failed, again.gone)
        page = self._feeds.filtered(source, through, A_TURN, subscription.types, subscription.sites)
        sent = self._send(loaded.id, subscription, page.events, through)
        if sent.failed or sent.gone or len(page.events) == A_TURN:
            return sent
        return Turn(max(page.head, sent.through))  # the rest is not of its filter

    def _again(
        self, id: str, subscription: Subscription, wanted: Redelivery, state: Document
    ) -> Turn:
        after = state.get("again", {}).get(wanted.id, wanted.first - 1)
        page = self._feeds.filtered(
            wanted.source, after, A_TURN, subscription.types, subscription.sites
        )
        events = [each for each in page.events if each.sequence <= wanted.last]
        turn = self._send(id, subscription, events, after)
        if turn.failed or turn.gone or len(events) == A_TURN:
            self._rows.update_one({"_id": id}, {"$set": {f"again.{wanted.id}": turn.through}}, True)
        else:
            self._subscriptions.change(id, ORIGIN, lambda s, now: s.redelivered(wanted.id))
            self._rows.update_one({"_id": id}, {"$unset": {f"again.{wanted.id}": ""}})
        return turn

    def _send(
        self, id: str, subscription: Subscription, events: Sequence[Envelope], through: int
    ) -> Turn:
        """One by one, until one is not taken."""
        keys = [self._open(id, each) for each in subscription.signing(self._now())]
        for event in events:
            body = json.dumps(event.raw, ensure_ascii=False).encode()
            signed = signing.headers(event.id, int(self._now().timestamp()), body, keys)
            answer = self._sender.send(subscription.url, body, signed)
            if not answer.taken:
                return Turn(through, answer.error or "not taken", answer.status == GONE)
            through = event.sequence
        return Turn(through)

    def _settle(
        self, loaded: Loaded[Subscription], source: str, turn: Turn, failing: Document | None
    ) -> None:
        update: Document = {"$max": {f"through.{source}": turn.through}}
        now = self._now()
        if turn.failed or turn.gone:
            attempts = (failing or {}).get("attempts", 0) + 1
            since = (failing or {}).get("since", now)
            wait = BACKOFF[min(attempts, len(BACKOFF)) - 1]
            update["$set"] = {
                f"failing.{source}": {
                    "attempts": attempts,
                    "since": since,
                    "next_at": now + wait,
                    "error": turn.failed,
                }
            }
            if turn.gone or now - since >= FAILING_FOR:
                reason = "410 Gone" if turn.gone else f"failing for three days: {turn.failed}"
                self._subscriptions.change(loaded.id, ORIGIN, lambda s, _: s.disable(reason))
        else:
            update["$unset"] = {f"failing.{source}": ""}
        self._rows.update_one({"_id": loaded.id}, update, upsert=True)

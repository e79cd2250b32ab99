"""Webhooks: what is told is a signed request, one for each event, and taken with a 2xx."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from services.reports.exchange.places import Places, Turn
from services.reports.exchange.teller import Teller
from services.reports.model.subscription import Redelivery, Subscription
from services.reports.webhooks import signing
from services.reports.webhooks.sender import Sender
from shared.messaging.envelope import Envelope
from shared.messaging.feed_client import FeedClient
from shared.storage.aggregates import Aggregates, Loaded, Origin
from shared.storage.mongo import Db, Document

BACKOFF = [timedelta(seconds=s) for s in (5, 30, 300, 1800, 7200, 18000, 36000)]
FAILING_FOR = timedelta(days=3)  # then it is disabled, and goes on where it stands once resumed
AT_ONCE = 8  # subscribers
A_TURN = 50  # events of a source, then others have theirs

GONE = 410
ORIGIN = Origin(client="webhooks", command="webhooks.deliver")


class Deliveries(Teller[Subscription]):
    """To the addresses of subscribers."""

    def __init__(
        self,
        database: Db,
        subscriptions: Aggregates[Subscription],
        feeds: FeedClient,
        sender: Sender,
        open_secret: Callable[[str, str], str],
        heads: Callable[[], dict[str, int]],
        rights: Callable[[str, Sequence[str]], str],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        places = Places(database, "webhook_deliveries", BACKOFF)
        super().__init__(subscriptions, places, feeds, heads, rights, ORIGIN, AT_ONCE, now)
        self._sender = sender
        self._open = open_secret

    def has_more(
        self, subscription: Subscription, source: str, state: Document, heads: dict[str, int]
    ) -> bool:
        """Also where a range is to be sent again."""
        again = any(each.source == source for each in subscription.redeliveries)
        return again or super().has_more(subscription, source, state, heads)

    def turn(self, loaded: Loaded[Subscription], source: str, state: Document) -> Turn:
        """First the ranges that are to be sent again."""
        subscription = loaded.state
        through = self.through(subscription, source, state)
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
            self._places.note(id, {"$set": {f"again.{wanted.id}": turn.through}})
        else:
            self._subscriptions.change(id, ORIGIN, lambda s, now: s.redelivered(wanted.id))
            self._places.note(id, {"$unset": {f"again.{wanted.id}": ""}})
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

    def settle(
        self, loaded: Loaded[Subscription], source: str, turn: Turn, failing: Document | None
    ) -> None:
        """Who is gone, or has failed for days, is disabled."""
        failed_for = self._places.settle(loaded.id, source, turn, failing, self._now())
        if turn.gone:
            self.disable(loaded.id, "410 Gone")
        elif failed_for is not None and failed_for >= FAILING_FOR:
            self.disable(loaded.id, f"failing for three days: {turn.failed}")

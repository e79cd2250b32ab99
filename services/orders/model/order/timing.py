"""What time brings to an order: each thing at its own moment, however late somebody looks."""

from collections.abc import Sequence
from datetime import datetime

from services.orders.model import deadlines
from services.orders.model.acceptance import AcceptanceStatus
from services.orders.model.moves import ENDED, OrderStatus
from services.orders.model.order.routing import Routing
from services.orders.model.order.serving import AUTOMATIC_STARS, Serving
from shared.contracts import orders as told
from shared.contracts.base import Event
from shared.contracts.orders import ReleaseReason

MOST_STEPS = 1000
"""Of what had become due together; more would be an order that never rests."""


class Timing(Routing, Serving):
    """Moves by nobody."""

    def due_at(self) -> datetime | None:
        """When time moves it next."""
        return deadlines.due_at(self)

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """Do what is due by now, one after the other, each as of when it was due: so a clock that
        stood still for a while makes no difference to what follows."""
        events: list[Event] = []
        for _ in range(MOST_STEPS):
            due = self.due_at()
            if due is None or due > now:
                return events
            events += self._do(due)
        raise RuntimeError(f"{self.id}: time does not move it on")

    def _do(self, at: datetime) -> Sequence[Event]:
        return [
            *self._expire(at),
            *self._expire_offers(at),
            *self._warn(at),
            *self._rate_unrated(at),
            *self._lapse(at),
        ]

    def _expire(self, at: datetime) -> Sequence[Event]:
        """Release acceptances whose time was not reserved in time."""
        events: list[Event] = []
        for id, held in self.acceptances.items():
            if held.pending and held.accepted_at + deadlines.RESERVE_WITHIN <= at:
                events += self.release(id, ReleaseReason.EXPIRED, at, by_event=True)
        return events

    def _expire_offers(self, at: datetime) -> Sequence[Event]:
        """Who was asked and has not answered is asked no longer."""
        silent = [each for each, until in self.offers.items() if until <= at]
        if not silent:
            return []
        self._say_no([each for each in silent if each not in self.declined], at)
        return [self._tell(told.OrderOfferExpired, volunteer=each) for each in silent]

    def _warn(self, at: datetime) -> Sequence[Event]:
        """Tell of a stage that ends soon, of one that takes too long, and then further up."""
        present = deadlines.stage(self)
        if present is None:
            return []
        name = present.name
        facts = {"stage": name, "since": present.since, "due": present.due}
        if name not in self.warned and present.warned_at <= at:
            self.warned.append(name)
            return [self._tell(told.OrderDueSoon, **facts)]
        if name == "rate" or at < present.due:
            return []
        if name not in self.overdue:
            self.overdue.append(name)
            return [self._tell(told.OrderOverdue, **facts)]
        level = self.escalated.get(name, 0)
        if level < len(present.escalated_at) and present.escalated_at[level] <= at:
            self.escalated[name] = level + 1
            return [self._tell(told.OrderEscalated, level=level + 1, **facts)]
        return []

    def _rate_unrated(self, at: datetime) -> Sequence[Event]:
        """Nobody rated in time; so every order ends."""
        if self.status is not OrderStatus.COMPLETED:
            return []
        if at < deadlines.limit(self, "rate").after(self.stage_since):
            return []
        return self._rated(AUTOMATIC_STARS, None, True, at)

    def _lapse(self, at: datetime) -> Sequence[Event]:
        """Long after its time: cancelled where nobody came, completed where somebody served."""
        if at < self.ends_at + deadlines.LAPSES_AFTER:
            return []
        if self.status in ENDED or self.status is OrderStatus.COMPLETED:
            return []
        if self.status is not OrderStatus.STARTED:
            return self._cancelled("time", "nobody served it", at)
        events = [
            self._let_go(id, held, ReleaseReason.EXPIRED)  # no evidence of the minutes
            for id, held in self.acceptances.items()
            if held.status is AcceptanceStatus.CHECKED_IN
        ]
        return [*events, *self.complete(at)]

"""服务 办结 评单: check-in and -out, who never came, completion, rating, reopening."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.orders.model.acceptance import AcceptanceStatus
from services.orders.model.commands import CompleteOrder, RateOrder, ReopenOrder
from services.orders.model.moves import OrderStatus
from services.orders.model.order.accepting import Accepting
from services.orders.model.order.state import UNDER_WAY
from shared.contracts import orders as told
from shared.contracts.base import Event
from shared.contracts.orders import Outcome, ReleaseReason
from shared.errors import invalid

AUTOMATIC_STARS = 5
BAD_STARS = 2
"""A rating up to this reopens the order (DOMAIN.md, goal 3)."""
EARLY_CHECK_IN = timedelta(hours=1)
MISSED_AFTER = timedelta(minutes=15)
"""After the beginning, who has not checked in may be said not to have come."""
REOPENS_WITHIN = timedelta(days=30)
"""After it was closed."""


class Serving(Accepting):
    """What happens at the time of the order, and after."""

    def check_in(self, acceptance: str, now: datetime) -> Sequence[Event]:
        """The volunteer is there, at most an hour early."""
        self._require("check-in")
        held = self._acceptance(acceptance)
        if held.status is not AcceptanceStatus.ASSIGNED:
            raise self._refused(
                f"This acceptance is {held.status}.", f"该接单当前状态为 {held.status}。"
            )
        if now < self.starts_at - EARLY_CHECK_IN:
            raise self._refused(
                "Check-in opens an hour before the service.", "服务开始前一小时方可签到。"
            )
        held.status, held.checked_in_at = AcceptanceStatus.CHECKED_IN, now
        events: list[Event] = []
        if self.status is not OrderStatus.STARTED:
            self.offers = {}
            self._enter(OrderStatus.STARTED, now)
            events.append(self._tell(told.OrderStarted))
        events.append(
            self._tell(told.OrderCheckedIn, acceptance=acceptance, volunteer=held.volunteer)
        )
        return events

    def check_out(self, acceptance: str, now: datetime) -> Sequence[Event]:
        """The volunteer has ended: the evidence of the minutes."""
        self._require("check-out")
        held = self._acceptance(acceptance)
        if held.status is not AcceptanceStatus.CHECKED_IN or not held.checked_in_at:
            raise self._refused(
                f"This acceptance is {held.status}.", f"该接单当前状态为 {held.status}。"
            )
        held.status, held.checked_out_at = AcceptanceStatus.CHECKED_OUT, now
        return [
            self._tell(
                told.OrderCheckedOut,
                acceptance=acceptance,
                volunteer=held.volunteer,
                team=held.team,
                started_at=held.checked_in_at,
                ended_at=now,
                minutes=held.minutes,
            )
        ]

    def no_show(self, acceptance: str, now: datetime) -> Sequence[Event]:
        """The volunteer did not come; the hand is free."""
        self._require("no-show")
        held = self._acceptance(acceptance)
        if held.status not in UNDER_WAY:
            raise self._refused(
                f"This acceptance is {held.status}.", f"该接单当前状态为 {held.status}。"
            )
        if now < self.starts_at + MISSED_AFTER:
            raise self._refused(
                "A volunteer may come up to 15 minutes late.", "服务开始 15 分钟后方可登记爽约。"
            )
        self.missed.append(held.volunteer)
        missed = self._tell(told.OrderMissed, acceptance=acceptance, volunteer=held.volunteer)
        freed = self._let_go(acceptance, held, ReleaseReason.NO_SHOW)
        self._free_hand(now)
        return [missed, freed]

    def complete(self, now: datetime, command: CompleteOrder | None = None) -> Sequence[Event]:
        """办结: everyone who checked in has checked out; who never came is released. Without a
        command: all was done."""
        command = command or CompleteOrder()
        self._require("complete")
        if any(a.status is AcceptanceStatus.CHECKED_IN for a in self.acceptances.values()):
            raise self._refused("Somebody has not checked out.", "有志愿者尚未签退。")
        events = self._let_all_go(ReleaseReason.EXPIRED)
        served = [a for a in self.acceptances.values() if a.status is AcceptanceStatus.CHECKED_OUT]
        self.outcome, self.done, self.remaining = command.outcome, command.done, command.remaining
        given = command.outcome is not Outcome.NOBODY_THERE
        copies = (self.copies if command.copies is None else command.copies) if given else 0
        self._enter(OrderStatus.COMPLETED, now)
        events.append(
            self._tell(
                told.OrderCompleted,
                resident=self.resident,
                hands=len(served),
                minutes=sum(a.minutes for a in served),
                outcome=command.outcome,
                copies=copies,
                residents=1 + len(self.joined),
            )
        )
        return events

    # ---- 评单 ----

    def rate(self, command: RateOrder, now: datetime) -> Sequence[Event]:
        """评单, by one who ordered or joined: a good rating closes it, a bad one reopens it."""
        self._require("rate")
        if command.resident and command.resident not in (self.resident, *self.joined):
            raise invalid("resident", "has not ordered this", "该居民未下此单")
        behalf = command.on_behalf
        self.rated_asked_by = behalf.asked_by if behalf else None
        return self._rated(command.stars, behalf.channel if behalf else None, False, now)

    def _rated(
        self, stars: int, on_behalf: str | None, automatic: bool, now: datetime
    ) -> Sequence[Event]:
        self.stars, self.rated_on_behalf, self.rated_automatically = stars, on_behalf, automatic
        rated = self._tell(
            told.OrderRated, stars=stars, automatic=automatic, on_behalf=bool(on_behalf)
        )
        if stars > BAD_STARS:
            self._enter(OrderStatus.CLOSED, now)
            return [rated, self._tell(told.OrderClosed)]
        return [rated, self._reopened(now + timedelta(days=1), now, told.ReopenedBy.RATING)]

    def reopen(self, command: ReopenOrder, now: datetime) -> Sequence[Event]:
        """It was not well after all: to be served again."""
        self._require("reopen")
        if self.status is OrderStatus.CLOSED and now > self.stage_since + REOPENS_WITHIN:
            raise self._refused(
                f"It was closed more than {REOPENS_WITHIN.days} days ago; place another order.",
                f"办结超过 {REOPENS_WITHIN.days} 天,请重新点单。",
            )
        starts_at = command.starts_at or now + timedelta(days=1)
        if starts_at <= now:
            raise invalid("starts_at", "should be in the future", "应为将来的时间")
        self.reason = command.text
        return [self._reopened(starts_at, now, command.by)]

    def _reopened(self, starts_at: datetime, now: datetime, by: told.ReopenedBy) -> Event:
        """To be served again: what was served stays in the volunteers' hours."""
        length = self.ends_at - self.starts_at
        self.starts_at = starts_at
        self.ends_at = starts_at + length
        self.times_reopened += 1
        self._forget_offers()
        self.earlier |= self.acceptances
        self.acceptances, self.serving = {}, []
        self._enter(OrderStatus.OPEN, now)
        return self._tell(told.OrderReopened, stars=self.stars or 0, by=by)

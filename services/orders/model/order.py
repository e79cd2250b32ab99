"""An order (点单) from placing to closing: pure decisions, command in, events out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from services.orders.model import deadlines
from services.orders.model.acceptance import HOLDING, Acceptance, AcceptanceStatus
from services.orders.model.commands import (
    AcceptOrder,
    CancelOrder,
    DeclineOrder,
    DispatchOrder,
    PlaceOrder,
    RateOrder,
    RejectOrder,
)
from services.orders.model.menu_item import MenuItem
from services.orders.model.moves import MOVES, OrderStatus
from shared.contracts import orders as told
from shared.contracts.base import Event
from shared.contracts.orders import ReleaseReason
from shared.contracts.vocabulary import Mode, Theme
from shared.errors import Conflict, NotFound, Text, invalid

E = TypeVar("E", bound=told.OrderEvent)

AUTOMATIC_STARS = 5
BAD_STARS = 2
"""A rating up to this reopens the order (DOMAIN.md, goal 3)."""
LONGEST_AHEAD = timedelta(days=366)
EARLY_CHECK_IN = timedelta(hours=1)


@dataclass
class Order:
    """One order with all its acceptances. Times are UTC."""

    id: str
    status: OrderStatus
    site: str
    item: str
    item_title: str  # as it was when ordered
    theme: Theme
    modes: list[Mode]
    resident: str
    on_behalf: str | None  # channel of 代点单
    placed_by: str  # id of the client
    hands: int  # volunteers needed
    starts_at: datetime
    ends_at: datetime
    stage_since: datetime  # when the present stage began
    asked: list[str] = field(default_factory=list)  # volunteers asked by name
    declined: list[str] = field(default_factory=list)
    acceptances: dict[str, Acceptance] = field(default_factory=dict)
    earlier: dict[str, Acceptance] = field(default_factory=dict)  # of before it was reopened
    overdue: list[str] = field(default_factory=list)  # stages told as overdue
    stars: int | None = None
    rated_on_behalf: str | None = None
    rated_automatically: bool = False
    times_reopened: int = 0
    reason: str | None = None  # of rejection or cancellation

    # ---- 点单 审单 ----

    @classmethod
    def place(
        cls, id: str, command: PlaceOrder, item: MenuItem, client: str, now: datetime
    ) -> tuple["Order", list[Event]]:
        """点单. Refuses an item that is not offered at the site, and a time that is past."""
        if not item.offered_at(command.site):
            raise invalid(
                "item",
                f"this service is not offered at {command.site}; GET /v1/menu-items lists what is",
                f"站点 {command.site} 不提供该服务;可查询 GET /v1/menu-items",
            )
        if command.starts_at <= now:
            raise invalid("starts_at", "should be in the future", "应为将来的时间")
        if command.starts_at > now + LONGEST_AHEAD:
            raise invalid(
                "starts_at",
                f"should be within the next {LONGEST_AHEAD.days} days",
                f"应在今后 {LONGEST_AHEAD.days} 天之内",
            )
        order = cls(
            id=id,
            status=OrderStatus.PLACED,
            site=command.site,
            item=command.item,
            item_title=item.title,
            theme=item.theme,
            modes=list(item.modes),
            resident=command.resident,
            on_behalf=command.on_behalf.channel if command.on_behalf else None,
            placed_by=client,
            hands=command.hands or item.hands,
            starts_at=command.starts_at,
            ends_at=command.starts_at + timedelta(minutes=item.minutes),
            stage_since=now,
        )
        return order, [
            order._tell(
                told.OrderPlaced,
                resident=order.resident,
                on_behalf=order.on_behalf is not None,
                hands=order.hands,
                starts_at=order.starts_at,
                ends_at=order.ends_at,
            )
        ]

    def vet(self, now: datetime) -> Sequence[Event]:
        """审单: let it pass."""
        self._require("vet")
        self._enter(OrderStatus.OPEN, now)
        return [self._tell(told.OrderVetted)]

    def reject(self, command: RejectOrder, now: datetime) -> Sequence[Event]:
        """审单: refuse it."""
        self._require("reject")
        self._enter(OrderStatus.REJECTED, now)
        self.reason = command.reason
        return [self._tell(told.OrderRejected, reason=command.reason)]

    # ---- 派单 接单 抢单 ----

    def dispatch(self, command: DispatchOrder, now: datetime) -> Sequence[Event]:
        """派单: from now on only those asked may accept. Asking again adds to them."""
        self._require("dispatch")
        new = [each for each in command.volunteers if each not in self.asked]
        if not new:
            return []
        self.asked += new
        self.status = OrderStatus.DISPATCHED
        return [self._tell(told.OrderDispatched, volunteers=new)]

    def accept(self, acceptance: str, command: AcceptOrder, now: datetime) -> Sequence[Event]:
        """接单, or 抢单 where nobody was asked: holds a hand while the time is being reserved."""
        self._require("accept")
        if self.asked and command.volunteer not in self.asked:
            raise invalid(
                "volunteer",
                "this order was dispatched to others",
                "该订单已派给其他志愿者",
            )
        if any(
            each.volunteer == command.volunteer and each.status in HOLDING
            for each in self.acceptances.values()
        ):
            raise self._refused("This volunteer has accepted already.", "该志愿者已接单。")
        if self._hands_held() >= self.hands:
            raise self._refused("Every hand is taken.", "名额已满。")
        if self.starts_at <= now:
            raise self._refused("Its time has begun.", "服务时间已开始。")
        self.acceptances[acceptance] = Acceptance(
            volunteer=command.volunteer,
            team=command.team,
            status=AcceptanceStatus.PENDING,
            accepted_at=now,
        )
        return [
            self._tell(
                told.OrderAccepted,
                acceptance=acceptance,
                volunteer=command.volunteer,
                team=command.team,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
            )
        ]

    def decline(self, command: DeclineOrder, now: datetime) -> Sequence[Event]:
        """A volunteer who was asked says no; when all have, it is open again."""
        self._require("decline")
        if command.volunteer not in self.asked:
            raise invalid("volunteer", "was not asked", "该志愿者未被派单")
        if command.volunteer in self.declined:
            return []
        self.declined.append(command.volunteer)
        if set(self.asked) == set(self.declined):
            self.asked, self.declined = [], []
            self._enter(OrderStatus.OPEN, now)
        return [self._tell(told.OrderDeclined, volunteer=command.volunteer)]

    def reserved(self, acceptance: str, volunteer: str, now: datetime) -> Sequence[Event]:
        """The volunteer's time is reserved. Always answered: assigned, or released."""
        held = self.acceptances.get(acceptance)
        if held is None or held.status is AcceptanceStatus.RELEASED:
            # Not live (any more): the reservation must not stay.
            return [self._tell_released(acceptance, volunteer, ReleaseReason.UNKNOWN)]
        if held.status is not AcceptanceStatus.PENDING:
            return []
        held.status = AcceptanceStatus.ASSIGNED
        full = self._hands_assigned() >= self.hands
        if full and self.status in (OrderStatus.OPEN, OrderStatus.DISPATCHED):
            self._enter(OrderStatus.ASSIGNED, now)
        return [
            self._tell(
                told.OrderAssigned,
                acceptance=acceptance,
                volunteer=held.volunteer,
                team=held.team,
                full=full,
            )
        ]

    def release(
        self, acceptance: str, reason: ReleaseReason, now: datetime, *, by_event: bool = False
    ) -> Sequence[Event]:
        """The acceptance is over and its hand is free. `by_event`: a repeat changes nothing."""
        held = self.acceptances.get(acceptance)
        if by_event and (
            held is None or held.status not in (AcceptanceStatus.PENDING, AcceptanceStatus.ASSIGNED)
        ):
            return []
        held = self._acceptance(acceptance)
        if not by_event:
            self._require("release")
        if held.status not in (AcceptanceStatus.PENDING, AcceptanceStatus.ASSIGNED):
            raise self._refused(
                f"This acceptance is {held.status}.", f"该接单当前状态为 {held.status}。"
            )
        if self.status is OrderStatus.ASSIGNED:
            self._enter(OrderStatus.DISPATCHED if self.asked else OrderStatus.OPEN, now)
        return [self._let_go(acceptance, held, reason)]

    # ---- 服务 办结 ----

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

    def complete(self, now: datetime) -> Sequence[Event]:
        """办结: everyone who checked in has checked out; who never came is released."""
        self._require("complete")
        if any(a.status is AcceptanceStatus.CHECKED_IN for a in self.acceptances.values()):
            raise self._refused("Somebody has not checked out.", "有志愿者尚未签退。")
        events: list[Event] = []
        for id, held in self.acceptances.items():
            if held.status in (AcceptanceStatus.PENDING, AcceptanceStatus.ASSIGNED):
                events += self.release(id, ReleaseReason.EXPIRED, now, by_event=True)
        served = [a for a in self.acceptances.values() if a.status is AcceptanceStatus.CHECKED_OUT]
        self._enter(OrderStatus.COMPLETED, now)
        events.append(
            self._tell(
                told.OrderCompleted,
                resident=self.resident,
                hands=len(served),
                minutes=sum(a.minutes for a in served),
            )
        )
        return events

    # ---- 评单 ----

    def rate(self, command: RateOrder, now: datetime) -> Sequence[Event]:
        """评单: a good rating closes it, a bad one reopens it."""
        self._require("rate")
        on_behalf = command.on_behalf.channel if command.on_behalf else None
        return self._rated(command.stars, on_behalf, False, now)

    def _rated(
        self, stars: int, on_behalf: str | None, automatic: bool, now: datetime
    ) -> Sequence[Event]:
        self.stars, self.rated_on_behalf, self.rated_automatically = stars, on_behalf, automatic
        events: list[Event] = [
            self._tell(told.OrderRated, stars=stars, automatic=automatic, on_behalf=bool(on_behalf))
        ]
        if stars > BAD_STARS:
            self._enter(OrderStatus.CLOSED, now)
            return [*events, self._tell(told.OrderClosed)]
        self._reopen(now)
        return [*events, self._tell(told.OrderReopened, stars=stars)]

    def _reopen(self, now: datetime) -> None:
        """To be served again, as soon as can be: what was served stays in the volunteers' hours."""
        length = self.ends_at - self.starts_at
        self.starts_at = now + timedelta(days=1)
        self.ends_at = self.starts_at + length
        self.times_reopened += 1
        self.asked, self.declined = [], []
        self.earlier |= self.acceptances
        self.acceptances = {}
        self._enter(OrderStatus.OPEN, now)

    # ---- cancel, and what time brings ----

    def cancel(self, command: CancelOrder, now: datetime) -> Sequence[Event]:
        """Before it has begun; every live acceptance is released."""
        self._require("cancel")
        return self._cancelled(command.by, command.reason, now)

    def _cancelled(self, by: str, reason: str, now: datetime) -> Sequence[Event]:
        events: list[Event] = [
            self._let_go(id, held, ReleaseReason.CANCELLED)
            for id, held in self.acceptances.items()
            if held.status in HOLDING
        ]
        self._enter(OrderStatus.CANCELLED, now)
        self.reason = reason
        return [*events, self._tell(told.OrderCancelled, by=by, reason=reason)]

    def due_at(self) -> datetime | None:
        """When time moves it next."""
        return deadlines.due_at(self)

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """Do what is due by now; nothing where it is too soon."""
        return [
            *self._expire(now),
            *self._warn(now),
            *self._rate_unrated(now),
            *self._lapse(now),
        ]

    def _expire(self, now: datetime) -> Sequence[Event]:
        """Release acceptances whose time was not reserved in time."""
        events: list[Event] = []
        for id, held in self.acceptances.items():
            if held.pending and held.accepted_at + deadlines.RESERVE_WITHIN <= now:
                events += self.release(id, ReleaseReason.EXPIRED, now, by_event=True)
        return events

    def _warn(self, now: datetime) -> Sequence[Event]:
        """Tell once of each stage that takes too long."""
        stage, since = deadlines.stage(self)
        if stage is None or stage in self.overdue or now < since + deadlines.STAGE_WITHIN[stage]:
            return []
        self.overdue.append(stage)
        return [self._tell(told.OrderOverdue, stage=stage, since=since)]

    def _lapse(self, now: datetime) -> Sequence[Event]:
        """Long after its time: nobody will serve, or complete, it any more."""
        moves = MOVES[self.status]
        if now < self.ends_at + deadlines.LAPSES_AFTER:
            return []
        if "cancel" in moves:
            return self._cancelled("time", "nobody served it", now)
        if "complete" not in moves:
            return []
        events = [
            self._let_go(id, held, ReleaseReason.EXPIRED)  # no evidence of the minutes
            for id, held in self.acceptances.items()
            if held.status is AcceptanceStatus.CHECKED_IN
        ]
        return [*events, *self.complete(now)]

    def _rate_unrated(self, now: datetime) -> Sequence[Event]:
        """Nobody rated in time; so every order ends."""
        due = self.stage_since + deadlines.RATE_WITHIN
        if self.status is not OrderStatus.COMPLETED or now < due:
            return []
        return self._rated(AUTOMATIC_STARS, None, True, now)

    # ---- inside ----

    def _let_go(self, id: str, held: Acceptance, reason: ReleaseReason) -> Event:
        held.status, held.release_reason = AcceptanceStatus.RELEASED, reason
        return self._tell_released(id, held.volunteer, reason)

    def _tell_released(self, id: str, volunteer: str, reason: ReleaseReason) -> Event:
        return self._tell(told.OrderReleased, acceptance=id, volunteer=volunteer, reason=reason)

    def _hands_held(self) -> int:
        return sum(a.status in HOLDING for a in self.acceptances.values())

    def _hands_assigned(self) -> int:
        pending = AcceptanceStatus.PENDING
        return sum(a.status in HOLDING - {pending} for a in self.acceptances.values())

    def _enter(self, status: OrderStatus, now: datetime) -> None:
        before, _ = deadlines.stage(self)
        self.status, self.stage_since = status, now
        stage, _ = deadlines.stage(self)
        if stage != before:  # a stage that is entered again is watched again
            self.overdue = [each for each in self.overdue if each != stage]

    def _acceptance(self, id: str) -> Acceptance:
        held = self.acceptances.get(id)
        if held is None:
            raise NotFound(Text(f"This order has no acceptance {id}.", f"该订单没有接单 {id}。"))
        return held

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self._refused(
                f"An order that is {self.status} can't be moved by {move}.",
                f"订单状态为 {self.status},不能执行 {move}。",
            )

    def _refused(self, en: str, zh: str) -> Conflict:
        return Conflict(
            Text(en, zh), extra={"state": self.status, "allowed": list(MOVES[self.status])}
        )

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(
            order=self.id,
            site=self.site,
            item=self.item,
            theme=self.theme,
            modes=self.modes,
            **facts,
        )

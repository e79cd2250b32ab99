"""派单 接单 抢单: volunteers are asked, accept or grab, decline, and give back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.orders.model import deadlines
from services.orders.model.acceptance import HOLDING, Acceptance, AcceptanceStatus
from services.orders.model.commands import (
    AcceptOrder,
    DeclineOrder,
    DispatchOrder,
    RedispatchOrder,
)
from services.orders.model.moves import OrderStatus
from services.orders.model.order.state import UNDER_WAY, OrderState
from shared.contracts import orders as told
from shared.contracts.base import Event
from shared.contracts.orders import ReleaseReason
from shared.errors import invalid

MOST_ASKED = 500
"""Of those who were ever asked, the last ones are remembered."""


class Accepting(OrderState):
    """How the hands of an order are filled (PROTOCOL 4)."""

    def dispatch(self, command: DispatchOrder, now: datetime) -> Sequence[Event]:
        """派单: from now on only those asked may accept. Asking again adds to them."""
        self._require("dispatch")
        new = [each for each in dict.fromkeys(command.volunteers) if each not in self.asked]
        if not new:
            return []
        return [self._ask(new, now, again=False)]

    def redispatch(self, command: RedispatchOrder, now: datetime) -> Sequence[Event]:
        """Others are asked instead: whoever was asked before, and is not now, no longer holds."""
        self._require("redispatch")
        named = list(dict.fromkeys(command.volunteers))
        events = [
            self._let_go(id, held, ReleaseReason.REDISPATCHED)
            for id, held in self.acceptances.items()
            if held.status in UNDER_WAY and held.volunteer not in named
        ]
        self._forget_offers()
        events.append(self._ask(named, now, again=True))
        if self._hands_assigned() >= self.hands:
            self._enter(OrderStatus.ASSIGNED, now)
        return events

    def _ask(self, volunteers: list[str], now: datetime, *, again: bool) -> Event:
        until = deadlines.limit(self, "accept").after(now)
        self.asked += volunteers
        self.ever_asked = [*self.ever_asked, *volunteers][-MOST_ASKED:]
        self.offers |= {each: until for each in volunteers if each not in self.serving}
        if self.status is not OrderStatus.DISPATCHED:
            self._enter(OrderStatus.DISPATCHED, now)
        return self._tell(told.OrderDispatched, volunteers=volunteers, again=again, until=until)

    def still_to_ask(self, for_each_hand: int) -> int:
        """How many more are to be asked, so that there are so many for each hand still free."""
        if self.status not in (OrderStatus.OPEN, OrderStatus.DISPATCHED):
            return 0
        return max(0, (self.hands - self._hands_held()) * for_each_hand - len(self.offers))

    def accept(self, acceptance: str, command: AcceptOrder, now: datetime) -> Sequence[Event]:
        """接单, or 抢单 where nobody was asked: holds a hand while the time is being reserved."""
        self._require("accept")
        self._require_wanted(command.volunteer)
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
        self.serving.append(command.volunteer)
        self.offers.pop(command.volunteer, None)
        return [
            self._tell(
                told.OrderAccepted,
                acceptance=acceptance,
                volunteer=command.volunteer,
                team=command.team,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                qualifications=self.qualifications,
            )
        ]

    def _require_wanted(self, volunteer: str) -> None:
        if self.asked and volunteer not in self.asked:
            raise invalid(
                "volunteer", "this order was dispatched to others", "该订单已派给其他志愿者"
            )

    def decline(self, command: DeclineOrder, now: datetime) -> Sequence[Event]:
        """A volunteer who was asked says no; when nobody is left to answer, it is open again."""
        self._require("decline")
        if command.volunteer not in self.asked:
            raise invalid("volunteer", "was not asked", "该志愿者未被派单")
        if command.volunteer in self.declined:
            return []
        self._say_no([command.volunteer], now)
        return [self._tell(told.OrderDeclined, volunteer=command.volunteer)]

    def _say_no(self, volunteers: Iterable[str], now: datetime) -> None:
        for each in volunteers:
            self.declined.append(each)
            self.offers.pop(each, None)
        if set(self.asked) <= {*self.declined, *self.serving}:
            self._forget_offers()
            self._enter(OrderStatus.OPEN, now)

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
            self.offers = {}
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
        if by_event and (held is None or held.status not in UNDER_WAY):
            return []
        if not by_event:
            self._require("release")
        held = self._acceptance(acceptance)
        if held.status not in UNDER_WAY:
            raise self._refused(
                f"This acceptance is {held.status}.", f"该接单当前状态为 {held.status}。"
            )
        freed = self._let_go(acceptance, held, reason)
        self._free_hand(now)
        return [freed]

    def _free_hand(self, now: datetime) -> None:
        """Of an order that was full: those asked are asked again, or anybody may grab it."""
        if self.status is not OrderStatus.ASSIGNED:
            return
        self._enter(OrderStatus.DISPATCHED if self.asked else OrderStatus.OPEN, now)
        until = deadlines.limit(self, "accept").after(now)
        self.offers = {
            each: until
            for each in self.asked
            if each not in self.declined and each not in self.serving
        }

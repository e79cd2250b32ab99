"""A standing order: makes an order for each of its times, exactly once, also after a standstill.

Each time has one order, whose id follows from the standing order and that time; so whoever was
stopped between placing it and noting so places the same one again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from services.orders.model import states
from services.orders.model.commands.order import PlaceOrder
from services.orders.model.commands.standing_order import SetStandingOrder
from services.orders.model.schedule import FestivalDays, Schedule
from shared.contracts.base import Event
from shared.contracts.orders import standing_order as told
from shared.contracts.orders.standing_order import StandingEnd
from shared.contracts.vocabulary import Mode, Theme
from shared.errors import Text, invalid

E = TypeVar("E", bound=told.StandingOrderEvent)
STANDING = Text("standing order", "长期订单")
TRIED_AGAIN_AFTER = timedelta(hours=6)
"""An order that is refused (its item is not offered now) is tried again so much later."""
KEPT_TIMES = 100
"""Of those that came to nothing, the last so many are kept; all are in the events."""


class StandingStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


S = StandingStatus
MOVES: states.Moves[StandingStatus] = {
    S.ACTIVE: {"pause": (S.PAUSED,), "skip": (S.ACTIVE, S.ENDED), "end": (S.ENDED,)},
    S.PAUSED: {"resume": (S.ACTIVE, S.ENDED), "end": (S.ENDED,)},
    S.ENDED: {},
}
BY_THEMSELVES = (
    (S.ACTIVE, S.ENDED, "it has no further time, or the recipient is closed"),
    (S.PAUSED, S.ENDED, "the recipient is closed"),
)


@dataclass
class StandingOrder:
    """One standing order. Times are UTC; `next_at` is when the next service is to begin."""

    id: str
    status: StandingStatus
    site: str
    item: str
    theme: Theme
    modes: list[Mode]
    resident: str  # whom the orders are for
    recipient: str | None
    pairing: str | None
    schedule: Schedule
    hands: int | None
    ahead_days: int
    set_by: str  # id of the client
    next_at: datetime | None
    placed: int = 0  # orders made
    last_order: str | None = None
    came_to_nothing: list[datetime] | None = None  # missed, refused, skipped; the last ones
    reason: StandingEnd | None = None
    put_off_until: datetime | None = None  # the order of the next time was refused

    @classmethod
    def set(
        cls,
        id: str,
        command: SetStandingOrder,
        resident: str,
        kind: tuple[Theme, Sequence[Mode]],
        client: str,
        now: datetime,
        festivals: FestivalDays,
    ) -> tuple["StandingOrder", list[Event]]:
        """Refuses a schedule that has no time ahead. `resident`: the one named, or the
        recipient's; `kind`: theme and modes of the item."""
        schedule = Schedule.of(command.schedule)
        next_at = schedule.next_after(now, festivals)
        if next_at is None:
            raise invalid("schedule", "has no time ahead", "今后没有符合的日期")
        standing = cls(
            id=id,
            status=StandingStatus.ACTIVE,
            site=command.site,
            item=command.item,
            theme=kind[0],
            modes=list(kind[1]),
            resident=resident,
            recipient=command.recipient,
            pairing=command.pairing,
            schedule=schedule,
            hands=command.hands,
            ahead_days=command.ahead_days,
            set_by=client,
            next_at=next_at,
        )
        return standing, [standing._tell(told.StandingOrderSet, next_at=next_at)]

    def pause(self) -> Sequence[Event]:
        """What has been ordered stays ordered."""
        self._require("pause")
        self.status = StandingStatus.PAUSED
        return [self._tell(told.StandingOrderPaused)]

    def resume(self, now: datetime, festivals: FestivalDays) -> Sequence[Event]:
        """From now on; the times in between are left out."""
        self._require("resume")
        if self.next_at is None or self.next_at <= now:
            self.next_at = self.schedule.next_after(now, festivals)
        if self.next_at is None:
            return self.ended(StandingEnd.OVER)
        self.status = StandingStatus.ACTIVE
        return [self._tell(told.StandingOrderResumed, next_at=self.next_at)]

    def skip(self, festivals: FestivalDays) -> Sequence[Event]:
        """Leave the next time out."""
        self._require("skip")
        return self._pass_over(told.StandingOrderSkipped, festivals)

    def end(self) -> Sequence[Event]:
        """No more orders; those that were made stay."""
        self._require("end")
        return self.ended(StandingEnd.ASKED)

    def ended(self, reason: StandingEnd) -> Sequence[Event]:
        """The same by itself: twice is once."""
        if self.status is StandingStatus.ENDED:
            return []
        self.status, self.reason, self.next_at = StandingStatus.ENDED, reason, None
        return [self._tell(told.StandingOrderEnded, reason=reason)]

    # ---- by the clock ----

    def due_at(self) -> datetime | None:
        """When the next order is to be placed."""
        if self.status is not StandingStatus.ACTIVE or self.next_at is None:
            return None
        due = self.next_at - timedelta(days=self.ahead_days)
        return max(due, self.put_off_until) if self.put_off_until else due

    def placing(self) -> PlaceOrder:
        """What places the order of the next time."""
        return PlaceOrder(
            item=self.item,
            site=self.site,
            resident=self.resident,
            starts_at=self.next_at,
            hands=self.hands,
            private=self.recipient is not None,
        )

    def ordered(self, order: str, festivals: FestivalDays) -> Sequence[Event]:
        """The order of the next time is placed; on to the one after it."""
        told_of = self._tell(told.StandingOrderPlaced, order=order, starts_at=self.next_at)
        self.placed += 1
        self.last_order = order
        return [told_of, *self._advance(festivals)]

    def missed(self, festivals: FestivalDays) -> Sequence[Event]:
        """The next time is past: nobody was there to place its order."""
        return self._pass_over(told.StandingOrderMissed, festivals)

    def refused(self, now: datetime, festivals: FestivalDays) -> Sequence[Event]:
        """The order of the next time can't be placed: tried again while there is time."""
        assert self.next_at
        if now + TRIED_AGAIN_AFTER < self.next_at:
            self.put_off_until = now + TRIED_AGAIN_AFTER
            return []
        return self._pass_over(told.StandingOrderRefused, festivals)

    # ---- inside ----

    def _pass_over(self, event: type[E], festivals: FestivalDays) -> Sequence[Event]:
        assert self.next_at
        told_of = self._tell(event, starts_at=self.next_at)
        self.came_to_nothing = [*(self.came_to_nothing or []), self.next_at][-KEPT_TIMES:]
        return [told_of, *self._advance(festivals)]

    def _advance(self, festivals: FestivalDays) -> Sequence[Event]:
        assert self.next_at
        self.next_at = self.schedule.next_after(self.next_at, festivals)
        self.put_off_until = None
        return [] if self.next_at else self.ended(StandingEnd.OVER)

    def _require(self, move: str) -> None:
        states.require(MOVES, self.status, move, STANDING)

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(
            standing_order=self.id,
            site=self.site,
            item=self.item,
            theme=self.theme,
            modes=self.modes,
            recipient=self.recipient,
            **facts,
        )

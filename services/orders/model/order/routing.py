"""转单 退单 催单: an order goes elsewhere, comes back, is urged, rescheduled, cancelled."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.orders.model.acceptance import HOLDING
from services.orders.model.commands import (
    CancelOrder,
    RescheduleOrder,
    ReturnOrder,
    TransferOrder,
)
from services.orders.model.deadlines import Limit, waits_for
from services.orders.model.moves import OrderStatus
from services.orders.model.order.accepting import Accepting
from services.orders.model.order.placing import require_time
from shared.contracts import orders as told
from shared.contracts.base import Event
from shared.contracts.orders import ReleaseReason
from shared.errors import invalid

MOST_TRANSFERS = 10
"""An order that was sent on so often is decided by people, not by another site."""


class Routing(Accepting):
    """Moves of those who run the service."""

    def transfer(
        self, command: TransferOrder, limits: Mapping[str, Limit], now: datetime
    ) -> Sequence[Event]:
        """转单: to another site or department, where it is vetted anew. `limits`: of that site."""
        self._require("transfer")
        site = command.site or self.site
        department = command.department or self.department
        if (site, department) == (self.site, self.department):
            raise invalid("site", "is where it is already", "订单已在该站点或部门")
        if self.sites and site not in self.sites:
            raise invalid(
                "site", f"this service is not offered at {site}", f"站点 {site} 不提供该服务"
            )
        if self.transfers >= MOST_TRANSFERS:
            raise self._refused("It was transferred too often.", "转单次数过多。")
        events = self._let_all_go(ReleaseReason.TRANSFERRED)
        self._forget_offers()
        left = self._tell(
            told.OrderTransferred,
            to_site=site,
            from_department=self.department,
            to_department=department,
        )
        came_from, self.site, self.department = self.site, site, department
        self.limits, self.reason = dict(limits), command.text
        self.transfers += 1
        self._enter(OrderStatus.PLACED, now)
        self._watch_again("vet")
        if came_from == site:
            return [*events, left]
        return [*events, left, self._tell(told.OrderReceived, from_site=came_from)]

    def send_back(self, command: ReturnOrder, now: datetime) -> Sequence[Event]:
        """退单: who was to serve it can't, and says why; it is vetted again, or sent elsewhere."""
        self._require("return")
        events = self._let_all_go(ReleaseReason.RETURNED)
        self._forget_offers()
        self.reason = command.text
        self.times_returned += 1
        self._enter(OrderStatus.RETURNED, now)
        return [*events, self._tell(told.OrderReturned, times=self.times_returned)]

    def urge(self, now: datetime) -> Sequence[Event]:
        """催单: counted, and told to those it waits for."""
        self._require("urge")
        self.urged += 1
        self.urged_at = now
        stage, _ = waits_for(self)
        return [
            self._tell(
                told.OrderUrged, stage=stage, times=self.urged, volunteers=list(self.serving)
            )
        ]

    def reschedule(self, command: RescheduleOrder, now: datetime) -> Sequence[Event]:
        """Another time. Whoever had accepted is released: time is reserved anew (PROTOCOL 4)."""
        self._require("reschedule")
        require_time(command.starts_at, now)
        if command.starts_at == self.starts_at:
            return []
        events = self._let_all_go(ReleaseReason.RESCHEDULED)
        length = self.ends_at - self.starts_at
        before, self.starts_at = self.starts_at, command.starts_at
        self.ends_at = self.starts_at + length
        self._free_hand(now)
        return [
            *events,
            self._tell(
                told.OrderRescheduled,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                before=before,
                by=command.by,
            ),
        ]

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
        self._forget_offers()
        self._enter(OrderStatus.CANCELLED, now)
        self.reason, self.cancelled_by = reason, by
        return [*events, self._tell(told.OrderCancelled, by=by, reason=reason)]

"""What becomes of an order when it turns out, or ends, that a recipient is helped by it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from services.orders.model.moves import OrderStatus
from services.orders.model.order.helped import Helped, Protected
from services.orders.model.order.routing import Routing
from services.orders.model.order.state import UNDER_WAY
from shared.contracts.base import Event
from shared.contracts.orders import ReleaseReason


class Helping(Routing, Protected):
    """After it was vetted."""

    def cancel_for(self, recipient: str, now: datetime) -> Sequence[Event]:
        """Whom it is for is no longer helped; what has begun goes on."""
        if self.recipient != recipient or "cancel" not in self.moves():
            return []
        return self._cancelled("office", "不再帮扶", now)

    def protect(self, helped: Helped, adults: Collection[str], now: datetime) -> Sequence[Event]:
        """It was vetted before anybody knew whom it is for. Who is not known to be of age does
        not go to a child."""
        if self.status not in (OrderStatus.OPEN, OrderStatus.DISPATCHED, OrderStatus.ASSIGNED):
            return []
        self._protect(helped)
        if not helped.child:
            return []
        events = [
            self._let_go(id, held, ReleaseReason.REFUSED)
            for id, held in self.acceptances.items()
            if held.status in UNDER_WAY and held.volunteer not in adults
        ]
        if self._hands_assigned() < self.hands:
            self._free_hand(now)
        return events

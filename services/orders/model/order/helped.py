"""What an order has to know of a recipient (重点服务对象) whom it is for."""

from dataclasses import dataclass

from services.orders.model.needs import ADULT
from services.orders.model.order.state import OrderState
from shared.errors import invalid

ADULTS_WITH_A_CHILD = 2
"""DOMAIN: nobody is alone with a child."""


@dataclass(frozen=True, kw_only=True)
class Helped:
    """By id; nothing of it is told."""

    recipient: str
    child: bool
    guardian_consents: bool  # to a child's being helped, and that holds


class Protected(OrderState):
    """How the rules of helping bind an order."""

    def _protect(self, helped: Helped) -> None:
        """DOMAIN: visits to children with a guardian's consent, and by two adults."""
        self.recipient = helped.recipient
        if not helped.child:
            return
        if not helped.guardian_consents:
            raise invalid(
                "resident",
                "is a child, and no guardian's consent holds; see the recipient",
                "为未成年人,没有有效的监护人同意;请查看服务对象登记",
            )
        if self.hands:
            self.hands = max(self.hands, ADULTS_WITH_A_CHILD)
            self.qualifications = sorted({*self.qualifications, ADULT})

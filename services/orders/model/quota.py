"""How often an item was ordered at one site in one period: a book of its own, so that of many who
order the last one at once only one gets it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services.orders.model.commands import Quota, QuotaPeriod
from services.orders.model.menu_item import day_of
from shared.contracts.base import Event
from shared.errors import invalid


@dataclass
class QuotaBook:
    """The orders that count. An order that is rejected, withdrawn or cancelled counts no longer."""

    item: str
    site: str
    period: str  # `2026-10-09`, `2026-W41` or `2026-10`, in Shanghai
    orders: list[str] = field(default_factory=list)
    status: str = "open"

    def take(self, order: str, quota: Quota) -> Sequence[Event]:
        """Enter an order, once. Raises Unprocessable where the book is full."""
        if order in self.orders:
            return []
        if len(self.orders) >= quota.orders:
            raise invalid(
                "starts_at",
                f"at most {quota.orders} orders a {quota.per} at a site; {self.period} is full",
                f"每站点每周期最多 {quota.orders} 单,{self.period} 已满",
            )
        self.orders.append(order)
        return []

    def free(self, order: str) -> Sequence[Event]:
        """It counts no longer."""
        self.orders = [each for each in self.orders if each != order]
        return []


def period_of(per: QuotaPeriod, starts_at: datetime) -> str:
    """The period that a time falls in."""
    day = day_of(starts_at)
    match per:
        case QuotaPeriod.DAY:
            return day
        case QuotaPeriod.WEEK:
            year, week, _ = date.fromisoformat(day).isocalendar()
            return f"{year}-W{week:02}"
        case QuotaPeriod.MONTH:
            return day[:7]

"""点单 审单: an order is placed, joined by others, vetted or rejected, and withdrawn."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Self

from services.orders.model.commands import (
    AttachFile,
    JoinOrder,
    OnBehalf,
    PlaceOrder,
    RejectOrder,
    WithdrawOrder,
)
from services.orders.model.deadlines import Limit
from services.orders.model.menu_item import MenuItem
from services.orders.model.moves import OrderStatus
from services.orders.model.order.helped import Helped, Protected
from services.orders.model.order.state import Attachment, Joined
from shared.contracts import orders as told
from shared.contracts.base import Event
from shared.contracts.orders import ReleaseReason
from shared.errors import invalid

LONGEST_AHEAD = timedelta(days=366)
MOST_ATTACHMENTS = 50


class Placing(Protected):
    """What the one who orders does, and the one who lets it pass."""

    @classmethod
    def place(
        cls,
        id: str,
        command: PlaceOrder,
        item: MenuItem,
        client: str,
        now: datetime,
        limits: Mapping[str, Limit] | None = None,
    ) -> tuple[Self, list[Event]]:
        """点单. Refuses what the item does not offer, and a time that is past or too far."""
        item.require_offered(command, now)
        require_time(command.starts_at, now)
        behalf = command.on_behalf
        order = cls(
            id=id,
            status=OrderStatus.PLACED,
            site=command.site,
            item=command.item,
            item_title=item.title,
            theme=item.theme,
            modes=list(item.modes),
            resident=command.resident,
            on_behalf=behalf.channel if behalf else None,
            asked_by=behalf.asked_by if behalf else None,
            placed_by=client,
            hands=item.hands if command.hands is None else command.hands,
            starts_at=command.starts_at,
            ends_at=command.starts_at + timedelta(minutes=item.minutes),
            stage_since=now,
            kind=item.kind,
            edition=item.edition,
            skills=list(item.skills),
            qualifications=list(item.qualifications),
            sites=list(item.sites),
            seats=item.seats,
            private=command.private,
            grid=command.grid,
            department=item.provider,
            answers=dict(command.answers),
            note=command.note,
            attachments=[Attachment(file, now, client) for file in command.attachments],
            copies=item.copies_for(command),
            wish=command.wish,
            continues=command.continues,
            limits=dict(limits or {}),
        )
        return order, [order._placed()]

    def _placed(self) -> Event:
        return self._tell(
            told.OrderPlaced,
            resident=self.resident,
            on_behalf=self.on_behalf is not None,
            hands=self.hands,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            kind=self.kind,
            grid=self.grid,
            private=self.private,
            copies=self.copies,
            continues=self.continues,
        )

    def join(self, command: JoinOrder, now: datetime) -> Sequence[Event]:
        """拼单: one more resident wants it, while there is a seat. Twice is once."""
        self._require("join")
        if command.resident == self.resident or command.resident in self.joined:
            return []
        if self.private:
            raise self._refused("This order is private.", "该订单为私密订单。")
        if 1 + len(self.joined) >= self.seats:
            raise self._refused("Every seat is taken.", "名额已满,不能拼单。")
        behalf = command.on_behalf
        self.joined[command.resident] = Joined(now, *_channel(behalf))
        return [
            self._tell(
                told.OrderJoined,
                resident=command.resident,
                on_behalf=behalf is not None,
                residents=1 + len(self.joined),
            )
        ]

    def withdraw(self, command: WithdrawOrder, now: datetime) -> Sequence[Event]:
        """A resident no longer wants it; when the last one has withdrawn, it is over."""
        self._require("withdraw")
        if command.resident in self.joined:
            del self.joined[command.resident]
        elif command.resident != self.resident:
            raise invalid("resident", "has not ordered this", "该居民未下此单")
        elif self.joined:  # who joined first has it now
            self.resident, first = next(iter(self.joined.items()))
            self.on_behalf, self.asked_by = first.on_behalf, first.asked_by
            del self.joined[self.resident]
        else:
            return self._withdrawn(command.resident, now)
        return [
            self._tell(told.OrderLeft, resident=command.resident, residents=1 + len(self.joined))
        ]

    def _withdrawn(self, resident: str, now: datetime) -> Sequence[Event]:
        events = self._let_all_go(ReleaseReason.CANCELLED)
        self._forget_offers()
        self._enter(OrderStatus.WITHDRAWN, now)
        return [*events, self._tell(told.OrderWithdrawn, resident=resident)]

    def vet(self, now: datetime, helped: Helped | None = None) -> Sequence[Event]:
        """审单: let it pass. `helped`: what is known of whom it is for, if that is a recipient.
        Raises Unprocessable for a child without a guardian's consent."""
        self._require("vet")
        if helped:
            self._protect(helped)
        self._enter(OrderStatus.OPEN, now)
        return [self._tell(told.OrderVetted)]

    def reject(self, command: RejectOrder, now: datetime) -> Sequence[Event]:
        """审单: refuse it."""
        self._require("reject")
        self._enter(OrderStatus.REJECTED, now)
        self.reason = command.text
        return [self._tell(told.OrderRejected, reason=command.text)]

    def attach(self, command: AttachFile, client: str, now: datetime) -> Sequence[Event]:
        """A file that belongs to it; the same one twice is once. The file is claimed before."""
        self._require("attach")
        if any(each.file == command.file for each in self.attachments):
            return []
        if len(self.attachments) >= MOST_ATTACHMENTS:
            raise invalid(
                "file",
                f"an order has at most {MOST_ATTACHMENTS}",
                f"最多 {MOST_ATTACHMENTS} 个附件",
            )
        self.attachments.append(Attachment(command.file, now, client))
        return [self._tell(told.OrderAttached, file=command.file)]


def _channel(behalf: OnBehalf | None) -> tuple[str | None, str | None]:
    return (behalf.channel, behalf.asked_by) if behalf else (None, None)


def require_time(starts_at: datetime, now: datetime) -> None:
    """Raises Unprocessable for a time that is past, or too far ahead."""
    if starts_at <= now:
        raise invalid("starts_at", "should be in the future", "应为将来的时间")
    if starts_at > now + LONGEST_AHEAD:
        raise invalid(
            "starts_at",
            f"should be within the next {LONGEST_AHEAD.days} days",
            f"应在今后 {LONGEST_AHEAD.days} 天之内",
        )

"""What an order is, and what all of its moves use."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from services.orders.model import deadlines
from services.orders.model.acceptance import HOLDING, Acceptance, AcceptanceStatus
from services.orders.model.moves import MOVES, OrderStatus
from shared.contracts import orders as told
from shared.contracts.base import Event
from shared.contracts.orders import ItemKind, Outcome, ReleaseReason
from shared.contracts.vocabulary import Department, Mode, Theme
from shared.errors import Conflict, NotFound, Text

E = TypeVar("E", bound=told.OrderEvent)

UNDER_WAY = (AcceptanceStatus.PENDING, AcceptanceStatus.ASSIGNED)
"""Of an acceptance that has not begun to serve."""


@dataclass
class Joined:
    """拼单: one more resident who wants what was ordered."""

    at: datetime
    on_behalf: str | None  # channel
    asked_by: str | None


@dataclass
class Attachment:
    """A file that belongs to the order."""

    file: str
    at: datetime
    by: str  # id of the client


@dataclass
class OrderState:
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
    hands: int  # volunteers needed; 0: a department serves it
    starts_at: datetime
    ends_at: datetime
    stage_since: datetime  # when the present stage began
    asked: list[str] = field(default_factory=list)  # volunteers asked by name
    declined: list[str] = field(default_factory=list)
    acceptances: dict[str, Acceptance] = field(default_factory=dict)
    earlier: dict[str, Acceptance] = field(default_factory=dict)  # of before it was reopened
    overdue: list[str] = field(default_factory=list)  # stages told as overdue
    stars: int | None = None
    rated_on_behalf: str | None = None  # channel of 代评单
    rated_automatically: bool = False
    times_reopened: int = 0
    reason: str | None = None  # of rejection, return, cancellation
    # as the menu item was then
    kind: ItemKind = ItemKind.HELP
    edition: int = 1
    skills: list[str] = field(default_factory=list)
    qualifications: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)  # where it is offered; empty: everywhere
    seats: int = 1  # residents it can serve at once
    # as it was ordered
    asked_by: str | None = None  # who asked for it, where it was placed on behalf
    joined: dict[str, Joined] = field(default_factory=dict)  # 拼单, by resident
    private: bool = False
    grid: str | None = None  # 网格
    department: Department | None = None  # that handles it
    answers: dict[str, Any] = field(default_factory=dict)  # to the item's extra questions
    note: str | None = None
    attachments: list[Attachment] = field(default_factory=list)
    copies: int = 0  # of a material
    quota: str | None = None  # the book that it is entered in
    wish: str | None = None  # the volunteer or team that the resident would like
    continues: str | None = None  # the order whose rest this one does
    # on its way
    limits: dict[str, deadlines.Limit] = field(default_factory=dict)  # other than the usual
    warned: list[str] = field(default_factory=list)  # stages told to end soon
    escalated: dict[str, int] = field(default_factory=dict)  # times, by stage
    ever_asked: list[str] = field(default_factory=list)  # also those asked no longer
    offers: dict[str, datetime] = field(default_factory=dict)  # until when who was asked may answer
    serving: list[str] = field(default_factory=list)  # volunteers who hold a hand
    urged: int = 0  # 催单, times
    urged_at: datetime | None = None
    times_returned: int = 0
    transfers: int = 0
    missed: list[str] = field(default_factory=list)  # volunteers who did not come
    outcome: Outcome | None = None
    done: str | None = None  # of it, in words
    remaining: str | None = None
    rated_asked_by: str | None = None
    cancelled_by: str | None = None
    recipient: str | None = None  # 重点服务对象 whom it is for, as found when it was vetted

    # ---- inside ----

    def _let_go(self, id: str, held: Acceptance, reason: ReleaseReason) -> Event:
        held.status, held.release_reason = AcceptanceStatus.RELEASED, reason
        self.serving = [each for each in self.serving if each != held.volunteer]
        return self._tell_released(id, held.volunteer, reason)

    def _let_all_go(self, reason: ReleaseReason) -> list[Event]:
        """Whoever has not begun to serve."""
        return [
            self._let_go(id, held, reason)
            for id, held in self.acceptances.items()
            if held.status in UNDER_WAY
        ]

    def _forget_offers(self) -> None:
        self.asked, self.declined, self.offers = [], [], {}

    def _tell_released(self, id: str, volunteer: str, reason: ReleaseReason) -> Event:
        return self._tell(told.OrderReleased, acceptance=id, volunteer=volunteer, reason=reason)

    def _hands_held(self) -> int:
        return sum(a.status in HOLDING for a in self.acceptances.values())

    def _hands_assigned(self) -> int:
        pending = AcceptanceStatus.PENDING
        return sum(a.status in HOLDING - {pending} for a in self.acceptances.values())

    def _enter(self, status: OrderStatus, now: datetime) -> None:
        before, _ = deadlines.waits_for(self)
        self.status, self.stage_since = status, now
        stage, _ = deadlines.waits_for(self)
        if stage and stage != before:  # a stage that is entered again is watched again
            self._watch_again(stage)

    def _watch_again(self, stage: str) -> None:
        self.overdue = _without(self.overdue, stage)
        self.warned = _without(self.warned, stage)
        self.escalated.pop(stage, None)

    def _acceptance(self, id: str) -> Acceptance:
        held = self.acceptances.get(id)
        if held is None:
            raise NotFound(Text(f"This order has no acceptance {id}.", f"该订单没有接单 {id}。"))
        return held

    def moves(self) -> list[str]:
        """Those that are allowed now."""
        moves = list(MOVES[self.status])
        if self.status is OrderStatus.OPEN and self.hands:
            moves.remove("complete")  # only what a department serves without volunteers
        return moves

    def _require(self, move: str) -> None:
        if move not in self.moves():
            raise self._refused(
                f"An order that is {self.status} can't be moved by {move}.",
                f"订单状态为 {self.status},不能执行 {move}。",
            )

    def _refused(self, en: str, zh: str) -> Conflict:
        return Conflict(Text(en, zh), extra={"state": self.status, "allowed": self.moves()})

    def _tell(self, event: type[E], **facts: Any) -> E:
        place = {
            "order": self.id,
            "site": self.site,
            "item": self.item,
            "theme": self.theme,
            "modes": self.modes,
            "department": self.department,
        }
        return event(**place | facts)


def _without(stages: Iterable[str], stage: str) -> list[str]:
    return [each for each in stages if each != stage]

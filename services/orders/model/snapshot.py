"""A resident's snapshot (随手拍): becomes an order, or is refused with a reason.

An accepted snapshot names the order before it exists; a clock places that order under that very
id, so that it is placed once whatever happens between the two writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from services.orders.model import states
from services.orders.model.commands.order import PlaceOrder
from services.orders.model.commands.snapshot import AcceptSnapshot, RefuseSnapshot, TakeSnapshot
from shared.contracts.base import Event
from shared.contracts.orders import snapshot as told
from shared.contracts.orders.snapshot import SnapshotKind, SnapshotRefusal
from shared.contracts.vocabulary import Mode, Theme
from shared.errors import Text

E = TypeVar("E", bound=told.SnapshotEvent)
MOST_NOTE = 2000  # letters of an order's note
SNAPSHOT = Text("snapshot", "随手拍")

KINDS: dict[SnapshotKind, tuple[Text, Theme]] = {
    SnapshotKind.PILES: (Text("Things piled up", "乱堆乱放"), Theme.CIVILITY),
    SnapshotKind.STRUCTURES: (Text("Illegal structures", "乱搭乱建"), Theme.CIVILITY),
    SnapshotKind.WASTE_SORTING: (Text("Waste not sorted", "垃圾分类"), Theme.CIVILITY),
    SnapshotKind.TRAFFIC: (Text("Uncivil traffic or parking", "不文明出行"), Theme.CIVILITY),
    SnapshotKind.DINING: (Text("Waste at the table", "不文明餐桌"), Theme.CIVILITY),
    SnapshotKind.TOURISM: (Text("Uncivil tourism", "不文明旅游"), Theme.CIVILITY),
    SnapshotKind.SUPERSTITION: (
        Text("Superstition and excess", "封建迷信、大操大办"),
        Theme.CIVILITY,
    ),
    SnapshotKind.PUBLICATIONS: (Text("Illegal publications", "扫黄打非"), Theme.CULTURE),
    SnapshotKind.ADVERTISEMENTS: (Text("Pasted advertisements", "小广告"), Theme.CIVILITY),
    SnapshotKind.FACILITIES: (Text("Damaged public facilities", "公共设施损坏"), Theme.CIVILITY),
    SnapshotKind.NOISE: (Text("Noise", "噪音扰民"), Theme.CIVILITY),
    SnapshotKind.OTHER: (Text("Something else to be mended", "其他"), Theme.CIVILITY),
}
"""What people see, and the theme each kind is counted under."""


class SnapshotStatus(StrEnum):
    TAKEN = "taken"
    ACCEPTED = "accepted"  # its order is about to be placed
    ORDERED = "ordered"
    MENDED = "mended"  # its order is closed
    REFUSED = "refused"


S = SnapshotStatus
MOVES: states.Moves[SnapshotStatus] = {
    S.TAKEN: {"accept": (S.ACCEPTED,), "refuse": (S.REFUSED,)},
    S.ACCEPTED: {},
    S.ORDERED: {},
    S.MENDED: {},
    S.REFUSED: {},
}
BY_THEMSELVES = (
    (S.ACCEPTED, S.ORDERED, "its order is placed"),
    (S.ACCEPTED, S.TAKEN, "its order can't be placed any more"),
    (S.ORDERED, S.MENDED, "its order is closed"),
    (S.ORDERED, S.TAKEN, "its order is rejected or cancelled"),
)


@dataclass
class Snapshot:
    """One snapshot. Times are UTC, positions WGS 84."""

    id: str
    status: SnapshotStatus
    site: str
    resident: str
    kind: SnapshotKind
    text: str | None
    place: str | None
    latitude: float | None
    longitude: float | None
    grid: str | None
    taken_by: str  # id of the client
    status_since: datetime
    photographs: list[str] = field(default_factory=list)
    order: str | None = None  # placed, or to be placed
    order_client: str | None = None  # id of the client that decided
    order_item: str | None = None
    order_starts_at: datetime | None = None
    order_hands: int | None = None
    refusal: SnapshotRefusal | None = None
    note: str | None = None

    @classmethod
    def take(
        cls, id: str, command: TakeSnapshot, client: str, now: datetime
    ) -> tuple["Snapshot", list[Event]]:
        """It waits to be decided."""
        position = command.position
        snapshot = cls(
            **command.model_dump(exclude={"position"}),
            id=id,
            status=SnapshotStatus.TAKEN,
            latitude=position.latitude if position else None,
            longitude=position.longitude if position else None,
            taken_by=client,
            status_since=now,
        )
        return snapshot, [
            snapshot._tell(
                told.SnapshotTaken,
                resident=snapshot.resident,
                photographs=len(snapshot.photographs),
            )
        ]

    def accept(
        self, command: AcceptSnapshot, order: str, client: str, now: datetime
    ) -> Sequence[Event]:
        """It becomes the order under this id."""
        states.require(MOVES, self.status, "accept", SNAPSHOT)
        self.status, self.status_since = SnapshotStatus.ACCEPTED, now
        self.order, self.order_client = order, client
        self.order_item, self.order_starts_at = command.item, command.starts_at
        self.order_hands = command.hands
        return [
            self._tell(
                told.SnapshotAccepted, order=order, item=command.item, starts_at=command.starts_at
            )
        ]

    def refuse(self, command: RefuseSnapshot, now: datetime) -> Sequence[Event]:
        """Nothing will be done, and why."""
        states.require(MOVES, self.status, "refuse", SNAPSHOT)
        self.status, self.status_since = SnapshotStatus.REFUSED, now
        self.refusal, self.note = command.reason, command.note
        return [self._tell(told.SnapshotRefused, reason=command.reason)]

    def placing(self) -> PlaceOrder:
        """What places its order."""
        return PlaceOrder(
            item=self.order_item,
            site=self.site,
            resident=self.resident,
            starts_at=self.order_starts_at,
            hands=self.order_hands,
            grid=self.grid,
            note=self.text[:MOST_NOTE] if self.text else None,
        )

    def ordered(self, now: datetime) -> Sequence[Event]:
        """Its order is placed."""
        if self.status is not SnapshotStatus.ACCEPTED:
            return []
        self.status, self.status_since = SnapshotStatus.ORDERED, now
        return [self._tell(told.SnapshotOrdered, order=self.order)]

    def mended(self, order: str, now: datetime) -> Sequence[Event]:
        """Its order is closed. Nothing where it has another one by now."""
        if order != self.order or self.status is SnapshotStatus.MENDED:
            return []
        self.status, self.status_since = SnapshotStatus.MENDED, now
        return [self._tell(told.SnapshotMended, order=order)]

    def returned(self, order: str, why: str | None, now: datetime) -> Sequence[Event]:
        """Its order can't be placed (the item was withdrawn meanwhile), or came to nothing: to be
        decided again. Nothing where it has another one by now."""
        if order != self.order or self.status is SnapshotStatus.MENDED:
            return []
        self.order, self.note = None, why
        self.status, self.status_since = SnapshotStatus.TAKEN, now
        return [self._tell(told.SnapshotReturned, order=order)]

    def due_at(self) -> datetime | None:
        """At once, while its order is to be placed."""
        return self.status_since if self.status is SnapshotStatus.ACCEPTED else None

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(
            snapshot=self.id,
            site=self.site,
            kind=self.kind,
            theme=KINDS[self.kind][1],
            modes=[Mode.LINK],
            **facts,
        )

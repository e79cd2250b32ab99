"""What can be asked about a snapshot (随手拍)."""

from typing import Annotated

from pydantic import Field

from services.orders.model.commands.order import GridCode
from services.orders.model.commands.texts import FileRef, PlainReport
from shared.contracts.base import Command, Id, Moment, PersonRef, SiteCode
from shared.contracts.orders.snapshot import SnapshotKind, SnapshotRefusal
from shared.contracts.texts import PlainLine, PlainNote


class Position(Command):
    """WGS 84, decimal degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class TakeSnapshot(Command):
    """What should be mended, and where: a place in words, or a position."""

    site: SiteCode
    resident: PersonRef
    kind: SnapshotKind
    text: PlainReport | None = None
    place: PlainLine | None = None
    position: Position | None = None
    grid: GridCode | None = None
    photographs: Annotated[list[FileRef], Field(max_length=9)] = []


class AcceptSnapshot(Command):
    """It becomes an order of this menu item."""

    item: Id
    starts_at: Moment
    hands: Annotated[int | None, Field(ge=1, le=50, description="Default: the item's")] = None


class RefuseSnapshot(Command):
    """Nothing will be done, and why."""

    reason: SnapshotRefusal
    note: PlainNote | None = None

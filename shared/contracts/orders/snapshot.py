"""What is told of a resident's snapshot (随手拍) of what should be mended."""

from enum import StrEnum

from shared.contracts.base import Id, Moment, PersonRef, SiteEvent
from shared.contracts.vocabulary import Mode, Theme


class SnapshotKind(StrEnum):
    """What the snapshot shows (plan, 三.4 and 三.5)."""

    PILES = "piles"
    STRUCTURES = "structures"
    WASTE_SORTING = "waste-sorting"
    TRAFFIC = "traffic"
    DINING = "dining"
    TOURISM = "tourism"
    SUPERSTITION = "superstition"
    PUBLICATIONS = "publications"
    ADVERTISEMENTS = "advertisements"
    FACILITIES = "facilities"
    NOISE = "noise"
    OTHER = "other"


class SnapshotRefusal(StrEnum):
    """Why a snapshot is refused; words of one's own stay in the service."""

    DUPLICATE = "duplicate"
    NOT_FOUND = "not-found"  # nothing there any more
    UNCLEAR = "unclear"
    NOT_OURS = "not-ours"  # outside of the sub-district, or of another authority
    PRIVATE = "private"  # shows people or private rooms


class SnapshotEvent(SiteEvent):
    """What every event of a snapshot carries."""

    snapshot: Id
    kind: SnapshotKind
    theme: Theme
    modes: list[Mode]


class SnapshotTaken(SnapshotEvent, name="orders.snapshot.taken", version=1):
    """A resident shows what should be mended."""

    resident: PersonRef
    photographs: int


class SnapshotAccepted(SnapshotEvent, name="orders.snapshot.accepted", version=1):
    """It becomes an order, under the id that is named."""

    order: Id
    item: Id
    starts_at: Moment


class SnapshotOrdered(SnapshotEvent, name="orders.snapshot.ordered", version=1):
    """The order is placed."""

    order: Id


class SnapshotReturned(SnapshotEvent, name="orders.snapshot.returned", version=1):
    """The order could not be placed after all, or came to nothing: it is to be decided again."""

    order: Id


class SnapshotMended(SnapshotEvent, name="orders.snapshot.mended", version=1):
    """Its order is closed."""

    order: Id


class SnapshotRefused(SnapshotEvent, name="orders.snapshot.refused", version=1):
    """Nothing will be done."""

    reason: SnapshotRefusal

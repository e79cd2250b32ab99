"""What is told of pairings (结对; plan, 三.5: 结对帮扶、结对共建、邻里守望)."""

from datetime import date
from enum import StrEnum

from shared.contracts.base import Id, SiteEvent
from shared.contracts.vocabulary import Department


class PairingKind(StrEnum):
    """Who stands by whom."""

    HOUSEHOLD = "household"  # 结对帮扶: a cadre or party member, and a household
    COMMUNITY = "community"  # 结对共建: a unit or department, and a community
    NEIGHBOURS = "neighbours"  # 邻里守望


class PairingEnd(StrEnum):
    """Why a pairing is over."""

    TIME = "time"
    HELPER_LEFT = "helper-left"
    RECIPIENT_CLOSED = "recipient-closed"
    AGREED = "agreed"


class PairingEvent(SiteEvent):
    """What every event of a pairing carries."""

    pairing: Id
    kind: PairingKind
    recipient: Id | None
    volunteer: Id | None
    unit: str | None
    department: Department | None


class PairingMade(PairingEvent, name="orders.pairing.made", version=1):
    """From a day on."""

    since: date
    until: date | None


class PairingEnded(PairingEvent, name="orders.pairing.ended", version=1):
    """It is over."""

    reason: PairingEnd

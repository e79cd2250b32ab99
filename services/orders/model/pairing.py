"""A pairing (结对): a helper who stands by a recipient, or a unit by a community (plan, 三.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from services.orders.model import states
from services.orders.model.commands.pairing import EndPairing, MakePairing
from shared.contracts.base import Event
from shared.contracts.orders import pairing as told
from shared.contracts.orders.pairing import PairingEnd, PairingKind
from shared.contracts.vocabulary import Department
from shared.errors import Text, invalid

E = TypeVar("E", bound=told.PairingEvent)
SHANGHAI = ZoneInfo("Asia/Shanghai")
PAIRING = Text("pairing", "结对")


class PairingStatus(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"


S = PairingStatus
MOVES: states.Moves[PairingStatus] = {S.ACTIVE: {"end": (S.ENDED,)}, S.ENDED: {}}
BY_THEMSELVES = ((S.ACTIVE, S.ENDED, "its last day is over, or the recipient is closed"),)


@dataclass
class Pairing:
    """One pairing. `since` and `until` are days in Shanghai, stored as their first moment (UTC)."""

    id: str
    status: PairingStatus
    site: str
    kind: PairingKind
    volunteer: str | None
    unit: str | None
    department: Department | None
    recipient: str | None
    since: datetime
    until: datetime | None  # the first moment after its last day
    reason: PairingEnd | None = None

    @classmethod
    def make(cls, id: str, command: MakePairing, now: datetime) -> tuple["Pairing", list[Event]]:
        """Refuses one without a recipient, or whose days are the wrong way round. Whether the
        recipient is helped at this site is asked by who calls."""
        _require_sides(command)
        until = _first_moment(command.until + timedelta(days=1)) if command.until else None
        if until and until <= max(now, _first_moment(command.since)):
            raise invalid(
                "until", "should be after since, and not past", "应晚于 since,且不应为过去的日期"
            )
        pairing = cls(
            id=id,
            status=PairingStatus.ACTIVE,
            site=command.site,
            kind=command.kind,
            **command.helper.model_dump(),
            recipient=command.recipient,
            since=_first_moment(command.since),
            until=until,
        )
        return pairing, [pairing._tell(told.PairingMade, since=command.since, until=command.until)]

    def end(self, command: EndPairing) -> Sequence[Event]:
        """It is over."""
        states.require(MOVES, self.status, "end", PAIRING)
        return self.ended(command.reason)

    def ended(self, reason: PairingEnd) -> Sequence[Event]:
        """The same by itself: twice is once."""
        if self.status is PairingStatus.ENDED:
            return []
        self.status, self.reason = PairingStatus.ENDED, reason
        return [self._tell(told.PairingEnded, reason=reason)]

    def due_at(self) -> datetime | None:
        return self.until if self.status is PairingStatus.ACTIVE else None

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """Its last day is over."""
        due = self.due_at()
        return self.ended(PairingEnd.TIME) if due and due <= now else []

    def _tell(self, event: type[E], **facts: Any) -> E:
        names = ("site", "kind", "recipient", "volunteer", "unit", "department")
        return event(pairing=self.id, **{name: getattr(self, name) for name in names}, **facts)


def _require_sides(command: MakePairing) -> None:
    with_community = command.kind is PairingKind.COMMUNITY
    if with_community is (command.recipient is not None):
        raise invalid(
            "recipient",
            "is named for household and neighbours, and not for community",
            "household 和 neighbours 须填写 recipient,community 不填",
        )
    if with_community and command.helper.volunteer:
        raise invalid(
            "helper",
            "a unit or a department stands by a community",
            "结对共建的一方应为单位或部门",
        )


def _first_moment(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)

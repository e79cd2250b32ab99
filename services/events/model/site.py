"""A site: institute, station or point (所, 站, 点). Its code is its own, not a division code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.events.model.commands import (
    AddRoom,
    AppointLeadingGroup,
    ChangeRoom,
    ChangeSite,
    CloseSite,
    LayDownWorkPlan,
    MoveSite,
    NameResponsible,
    OpenSite,
    SiteFacts,
)
from services.events.model.leadership import Leadership
from shared.contracts.base import Event
from shared.contracts.events import (
    OpeningHours,
    Position,
    RoomClosed,
    RoomOpened,
    SiteChanged,
    SiteClosed,
    SiteFactsEvent,
    SiteOpened,
)
from shared.contracts.vocabulary import SiteLevel
from shared.errors import Conflict, NotFound, Text, invalid

MOST_ROOMS = 100
MOST_NAMED = 20  # ids of each sort, in a refusal
MOST_PLACES = 50  # that a site has been at
TOLD = set(SiteFactsEvent.model_fields) - {"site"}
"""Facts that others hear of."""


class SiteStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class RoomStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass
class Room:
    """Where things are held; `capacity` in people."""

    status: RoomStatus
    title: str
    capacity: int
    equipment: list[str]
    shared_with: str | None = None


@dataclass
class Place:
    """Where a site was, until a day."""

    address: str | None
    position: Position | None
    until: str  # a day, ISO 8601
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class StillToCome:
    """What is not over at a site: ids."""

    activities: Sequence[str] = ()
    programmes: Sequence[str] = ()
    bookings: Sequence[str] = ()  # of rooms, by others (阵地共用)

    def described(self) -> dict[str, object]:
        """How many of each sort there are, and the first of them; empty where there are none."""
        return {
            name: {"count": len(ids), "ids": list(ids[:MOST_NAMED])}
            for name, ids in vars(self).items()
            if ids
        }


@dataclass
class Site:
    """Its facts as they are now; every change is in the event log."""

    code: str
    status: SiteStatus
    level: SiteLevel
    title: str
    title_en: str
    communities: list[str]
    demonstration: bool
    position: Position | None
    drawn_at: Position | None = None  # by a map, while the position is unknown
    address: str | None = None
    hours: list[OpeningHours] = field(default_factory=list)
    rooms: dict[str, Room] = field(default_factory=dict)
    leadership: Leadership = field(default_factory=Leadership)
    places: list[Place] = field(default_factory=list)  # it was at before, oldest first
    reason: str | None = None  # of its closing
    successor: str | None = None

    @classmethod
    def open(cls, command: OpenSite) -> tuple["Site", list[Event]]:
        """It exists from now on."""
        site = cls(status=SiteStatus.OPEN, **_facts(command))
        return site, [SiteOpened(site=site.code, **site._told())]

    def change(self, command: ChangeSite, now: datetime) -> Sequence[Event]:
        """New facts for old."""
        self._require_open()
        for name, value in _facts(command).items():
            setattr(self, name, value)
        return self._tell()

    def move(self, command: MoveSite, now: datetime) -> Sequence[Event]:
        """It is at another place; where it was is kept."""
        self._require_open()
        since = command.since.isoformat()
        if self.places and since < self.places[-1].until:
            last = self.places[-1].until
            raise invalid("since", f"should not be before {last}", f"不应早于 {last}")
        before = Place(self.address, self.position, since, command.reason)
        self.places = [*self.places, before][-MOST_PLACES:]
        at = _facts(command)
        self.address, self.position, self.drawn_at = at["address"], at["position"], at["drawn_at"]
        return self._tell()

    def close(
        self,
        now: datetime,
        command: CloseSite | None = None,
        to_come: StillToCome | None = None,
    ) -> Sequence[Event]:
        """Nothing new may be held or ordered here. What is to come is to be cancelled first, or is
        called off with it: each by itself, once the closing is told."""
        self._require_open()
        left = to_come.described() if to_come else {}
        if left and not (command and command.call_off):
            raise Conflict(
                Text(
                    f"{', '.join(left)} are still to come here: cancel them, or send call_off.",
                    "仍有未结束的活动、课程或场所预订(见 to_come),请先取消,或使用 call_off。",
                ),
                extra={"allowed": ["close"], "to_come": left},
            )
        self.status = SiteStatus.CLOSED
        if command:
            self.reason, self.successor = command.reason, command.successor
        return [SiteClosed(site=self.code, successor=self.successor)]

    # ---- rooms ----

    def add_room(self, command: AddRoom, now: datetime) -> Sequence[Event]:
        """A room can be used."""
        self._require_open()
        if command.code in self.rooms:
            raise Conflict(
                Text(f"There is a room {command.code}.", f"已有场所 {command.code}。"),
                extra={"existing": command.code, "allowed": ["change-room", "close-room"]},
            )
        if len(self.rooms) >= MOST_ROOMS:
            raise invalid(
                "code",
                f"a site has at most {MOST_ROOMS} rooms",
                f"每个站点最多 {MOST_ROOMS} 个场所",
            )
        facts = dict(command)
        return self._put_room(facts.pop("code"), Room(status=RoomStatus.OPEN, **facts))

    def change_room(self, code: str, command: ChangeRoom, now: datetime) -> Sequence[Event]:
        """New facts for old; what is booked stays booked."""
        self._require_open()
        self.open_room(code)
        return self._put_room(code, Room(status=RoomStatus.OPEN, **dict(command)))

    def close_room(self, code: str, now: datetime) -> Sequence[Event]:
        """Nothing new may be held in it."""
        self.open_room(code).status = RoomStatus.CLOSED
        return [RoomClosed(site=self.code, room=code)]

    def open_room(self, code: str) -> Room:
        """Raises NotFound, or Conflict for one that is closed, alone or with the site."""
        self._require_open()
        room = self.rooms.get(code)
        if room is None:
            raise NotFound(
                Text(f"{self.code} has no room {code}.", f"{self.code} 没有场所 {code}。")
            )
        if room.status is RoomStatus.CLOSED:
            raise Conflict(Text("The room is closed.", "该场所已停用。"), extra={"allowed": []})
        return room

    # ---- who leads it ----

    def appoint(self, command: AppointLeadingGroup, now: datetime) -> Sequence[Event]:
        """A new leading group (领导小组)."""
        self._require_open()
        return self.leadership.appoint(self.code, command)

    def name_responsible(self, command: NameResponsible, now: datetime) -> Sequence[Event]:
        """A new responsible person (责任人)."""
        self._require_open()
        return self.leadership.name(self.code, command)

    def lay_down_plan(self, command: LayDownWorkPlan, now: datetime) -> Sequence[Event]:
        """A year's work plan (工作方案), or its next revision."""
        self._require_open()
        return self.leadership.plan(self.code, command, now)

    # ---- inside ----

    def _put_room(self, code: str, room: Room) -> Sequence[Event]:
        self.rooms[code] = room
        facts = {"title": room.title, "capacity": room.capacity, "equipment": room.equipment}
        return [RoomOpened(site=self.code, room=code, **facts)]

    def _tell(self) -> Sequence[Event]:
        return [SiteChanged(site=self.code, **self._told())]

    def _told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in TOLD}

    def _require_open(self) -> None:
        if self.status is not SiteStatus.OPEN:
            raise Conflict(Text("The site is closed.", "该站点已关闭。"), extra={"allowed": []})


def _facts(command: SiteFacts | MoveSite) -> dict[str, Any]:
    """What a command says, with every place in WGS 84."""
    places = {
        name: at.in_wgs84
        for name, at in (("position", command.position), ("drawn_at", command.drawn_at))
        if at is not None
    }
    return dict(command) | places

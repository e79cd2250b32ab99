"""When a room is whose: one document for each room, so that no time is given twice.

An activity asks by what it tells, and hears the answer (`room.reserved`, `room.refused`); somebody
else's use (阵地共用) is booked here at once. A release that is heard before its asking leaves a
mark, so that the asking then books nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.events.model.commands import BookRoom
from shared.contracts.base import Event
from shared.contracts.events import RoomRefused, RoomReleased, RoomReserved
from shared.errors import Conflict, NotFound, Text, invalid

KEPT = timedelta(days=31)  # what is over leaves the document; the event log has it for ever
CLOSED = "closed"
MOST_AHEAD = 2000  # bookings of one room
LONGEST_AHEAD = timedelta(days=2 * 366)


@dataclass
class Booking:
    """Somebody has the room. Times are UTC."""

    starts_at: datetime
    ends_at: datetime
    activity: str | None = None
    session: str | None = None
    purpose: str | None = None  # where it is no activity of ours


@dataclass(frozen=True)
class Asked:
    """What an activity asks for one session."""

    booking: str
    activity: str
    session: str
    starts_at: datetime
    ends_at: datetime
    people: int


@dataclass
class RoomCalendar:
    """The bookings of one room."""

    site: str
    room: str
    status: str = "open"
    bookings: dict[str, Booking] = field(default_factory=dict)
    released: dict[str, datetime] = field(default_factory=dict)  # before they were asked for

    def arrange(
        self,
        wanted: Sequence[Asked],
        released: Sequence[str],
        now: datetime,
        capacity: int | None,
    ) -> Sequence[Event]:
        """Give back, then book what is asked, each by itself. `capacity` of the room; None: it
        can't be used any more."""
        self._forget(now)
        events = [event for id in released for event in self._release(id, now)]
        for asked in wanted:
            if asked.booking in self.bookings or asked.booking in self.released:
                continue
            events.append(self._answer(asked, capacity))
        return events

    def book(self, id: str, command: BookRoom, now: datetime) -> Sequence[Event]:
        """For somebody else. Raises Conflict naming what is there."""
        self._forget(now)
        if self.status == CLOSED:
            raise Conflict(Text("The site is closed.", "该站点已关闭。"), extra={"allowed": []})
        if command.starts_at <= now or command.ends_at > now + LONGEST_AHEAD:
            raise invalid(
                "starts_at", "should be within the next two years", "应为今后两年之内的时间"
            )
        taken = self._taken(command.starts_at, command.ends_at)
        if taken or len(self.bookings) >= MOST_AHEAD:
            raise Conflict(
                Text("The room is taken at this time.", "该时段场所已被占用。"),
                extra={"existing": taken, "allowed": []},
            )
        self.bookings[id] = Booking(command.starts_at, command.ends_at, purpose=command.purpose)
        return [self._reserved(id)]

    def cancel(self, id: str, now: datetime) -> Sequence[Event]:
        """Of somebody else's booking; an activity gives its rooms back itself."""
        booking = self.bookings.get(id)
        if booking is None:
            raise NotFound(Text(f"There is no booking {id}.", f"没有预订 {id}。"))
        if booking.activity:
            raise Conflict(
                Text("Change or cancel the activity instead.", "请通过变更或取消活动释放场所。"),
                extra={"existing": booking.activity, "allowed": []},
            )
        return self._release(id, now)

    def others_to_come(self, now: datetime) -> list[str]:
        """Bookings of others that are not over."""
        rows = self.bookings.items()
        return [id for id, each in rows if not each.activity and each.ends_at > now]

    def close(self, now: datetime) -> Sequence[Event]:
        """With its site, for good. What others have booked is given back; activities give theirs
        back as they are called off."""
        self.status = CLOSED
        return [event for id in self.others_to_come(now) for event in self._release(id, now)]

    # ---- inside ----

    def _answer(self, asked: Asked, capacity: int | None) -> Event:
        reason = self._why_not(asked, capacity)
        if reason:
            return RoomRefused(
                site=self.site,
                room=self.room,
                booking=asked.booking,
                activity=asked.activity,
                session=asked.session,
                starts_at=asked.starts_at,
                ends_at=asked.ends_at,
                reason=reason,
            )
        self.bookings[asked.booking] = Booking(
            asked.starts_at, asked.ends_at, asked.activity, asked.session
        )
        return self._reserved(asked.booking)

    def _why_not(self, asked: Asked, capacity: int | None) -> str:
        if capacity is None or self.status == CLOSED:
            return "closed"
        if asked.people > capacity:
            return "too-small"
        if self._taken(asked.starts_at, asked.ends_at):
            return "taken"
        return "too-many-bookings" if len(self.bookings) >= MOST_AHEAD else ""

    def _taken(self, starts_at: datetime, ends_at: datetime) -> str:
        """Id of a booking in this time; one may begin when another ends."""
        overlapping = (
            id
            for id, each in self.bookings.items()
            if each.starts_at < ends_at and starts_at < each.ends_at
        )
        return next(overlapping, "")

    def _release(self, id: str, now: datetime) -> list[Event]:
        booking = self.bookings.pop(id, None)
        if booking is None:
            self.released[id] = now
            return []
        return [
            RoomReleased(
                site=self.site,
                room=self.room,
                booking=id,
                activity=booking.activity,
                session=booking.session,
            )
        ]

    def _reserved(self, id: str) -> Event:
        booking = self.bookings[id]
        return RoomReserved(
            site=self.site,
            room=self.room,
            booking=id,
            activity=booking.activity,
            session=booking.session,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
        )

    def _forget(self, now: datetime) -> None:
        over = now - KEPT
        self.bookings = {id: each for id, each in self.bookings.items() if each.ends_at > over}
        self.released = {id: at for id, at in self.released.items() if at > over}

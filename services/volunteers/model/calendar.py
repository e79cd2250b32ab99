"""A volunteer's calendar: ONE document, so that no path can book a person twice (PROTOCOL 4).

Orders, standing duty and activities all reserve here, administrators too. It holds what lies
ahead; what is over leaves it: the hours ledger and the event log remember it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.orders import OrderAccepted
from shared.contracts.volunteers import RefusalReason, ShiftPurpose, ShiftSignedUp

PAST_KEPT = timedelta(days=2)
TOMBSTONE_KEPT = timedelta(days=90)
"""Longer than any event waits among the dead letters for a person."""
CHECK_IN_OPENS = timedelta(hours=1)
"""What begins within this time may have been checked in to, so nothing is put in its place."""


class BookingKind(StrEnum):
    """What a time is reserved for."""

    ORDER = "order"
    DUTY = "duty"
    ACTIVITY = "activity"


@dataclass(frozen=True)
class Gaps:
    """Minutes that must lie between two bookings of one person; 0: back to back is allowed."""

    at_one_site: int = 0
    between_sites: int = 0


@dataclass
class Booking:
    """A reserved time."""

    order: str | None  # where it is an acceptance of an order
    team: str
    starts_at: datetime
    ends_at: datetime
    kind: BookingKind = BookingKind.ORDER
    shift: str | None = None  # where it is a sign-up for a shift
    site: str | None = None
    replaces: str | None = None  # the booking that it is swapped for: both stand for a moment

    def collides(self, other: "Booking", gaps: Gaps) -> bool:
        """Whether one person can't serve both."""
        same = None in (self.site, other.site) or self.site == other.site
        gap = timedelta(minutes=gaps.at_one_site if same else gaps.between_sites)
        return self.starts_at < other.ends_at + gap and other.starts_at < self.ends_at + gap


@dataclass
class Calendar:
    """All reserved times of one volunteer, by acceptance of an order or sign-up for a shift."""

    volunteer: str
    status: str = "open"
    bookings: dict[str, Booking] = field(default_factory=dict)
    released: dict[str, datetime] = field(default_factory=dict)  # tombstones

    def reserve(
        self,
        wanted: OrderAccepted | ShiftSignedUp,
        refusal: RefusalReason | None,
        now: datetime,
        gaps: Gaps = Gaps(),
    ) -> Sequence[Event]:
        """Reserve the time of an acceptance or a sign-up, or refuse it; both are told.

        An override releases what is in the way, and tells whose it was; not what begins within
        the hour: somebody may be there already.
        """
        self._forget(now)
        id, booking, override = _asked(wanted)
        if id in self.bookings:
            return []
        displaced: list[str] = []
        if id in self.released:
            refusal = RefusalReason.RELEASED  # its release came first
        elif refusal is None and (displaced := self.in_the_way(booking, gaps)):
            soonest = min(self.bookings[each].starts_at for each in displaced)
            if not override or soonest <= now + CHECK_IN_OPENS:
                refusal = RefusalReason.OVERLAP
        if refusal:
            return [self._refused(id, booking, refusal)]
        events = [event for each in displaced for event in self._displace(each, now)]
        self.bookings[id] = booking
        return [*events, self._reserved(id, booking)]

    def release(self, id: str, now: datetime) -> Sequence[Event]:
        """Free the time. A tombstone stays, in case the reservation is yet to come."""
        self._forget(now)
        if id in self.released:
            return []
        self.released[id] = now
        booking = self.bookings.pop(id, None)
        return [self._free_again(id, booking)] if booking else []

    def finish(self, id: str, ended_at: datetime, now: datetime) -> Sequence[Event]:
        """Served, perhaps sooner than planned: the rest of the time is free again."""
        self._forget(now)
        booking = self.bookings.get(id)
        if booking and ended_at <= booking.starts_at:
            del self.bookings[id]
        elif booking:
            booking.ends_at = min(booking.ends_at, ended_at)
        return []

    def in_the_way(self, wanted: Booking, gaps: Gaps = Gaps()) -> list[str]:
        """The bookings that the person can't serve beside this one."""
        return [
            id
            for id, each in self.bookings.items()
            if id != wanted.replaces and each.collides(wanted, gaps)
        ]

    def _displace(self, id: str, now: datetime) -> Sequence[Event]:
        """By an administrator's decision. The refusal makes its order or shift let go of it."""
        booking = self.bookings.pop(id)
        self.released[id] = now
        refused = self._refused(id, booking, RefusalReason.OVERRIDDEN)
        return [self._free_again(id, booking), refused]

    def _reserved(self, id: str, booking: Booking) -> Event:
        times = {"starts_at": booking.starts_at, "ends_at": booking.ends_at}
        if booking.shift:
            return told.ShiftBookingReserved(
                shift=booking.shift, sign_up=id, volunteer=self.volunteer, **times
            )
        return told.BookingReserved(
            acceptance=id, order=booking.order or "", volunteer=self.volunteer, **times
        )

    def _refused(self, id: str, booking: Booking, reason: RefusalReason) -> Event:
        if booking.shift:
            return told.ShiftBookingRefused(
                shift=booking.shift, sign_up=id, volunteer=self.volunteer, reason=reason
            )
        return told.BookingRefused(
            acceptance=id, order=booking.order or "", volunteer=self.volunteer, reason=reason
        )

    def _free_again(self, id: str, booking: Booking) -> Event:
        if booking.shift:
            return told.ShiftBookingReleased(
                shift=booking.shift, sign_up=id, volunteer=self.volunteer
            )
        return told.BookingReleased(acceptance=id, volunteer=self.volunteer)

    def _forget(self, now: datetime) -> None:
        self.bookings = {
            id: each for id, each in self.bookings.items() if each.ends_at > now - PAST_KEPT
        }
        self.released = {id: at for id, at in self.released.items() if at > now - TOMBSTONE_KEPT}


def _asked(wanted: OrderAccepted | ShiftSignedUp) -> tuple[str, Booking, bool]:
    """Id and time that are asked for, and whether by an override."""
    if isinstance(wanted, OrderAccepted):
        booking = Booking(
            order=wanted.order,
            team=wanted.team,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            site=wanted.site,
        )
        return wanted.acceptance, booking, False
    activity = wanted.purpose is ShiftPurpose.ACTIVITY
    booking = Booking(
        order=None,
        team=wanted.team,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        kind=BookingKind.ACTIVITY if activity else BookingKind.DUTY,
        shift=wanted.shift,
        site=wanted.site,
        replaces=wanted.replaces,
    )
    return wanted.sign_up, booking, wanted.override

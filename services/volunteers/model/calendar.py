"""A volunteer's calendar: ONE document, so that no path can book a person twice (PROTOCOL 4).

It holds what lies ahead. What is over leaves it: the hours ledger and the event log remember it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.orders import OrderAccepted
from shared.contracts.volunteers import RefusalReason

PAST_KEPT = timedelta(days=2)
TOMBSTONE_KEPT = timedelta(days=90)
"""Longer than any event waits among the dead letters for a person."""


@dataclass
class Booking:
    """A reserved time."""

    order: str
    team: str
    starts_at: datetime
    ends_at: datetime

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Back to back is allowed."""
        return self.starts_at < ends_at and starts_at < self.ends_at


@dataclass
class Calendar:
    """All reserved times of one volunteer, by acceptance."""

    volunteer: str
    status: str = "open"
    bookings: dict[str, Booking] = field(default_factory=dict)
    released: dict[str, datetime] = field(default_factory=dict)  # tombstones

    def reserve(
        self, wanted: OrderAccepted, refusal: RefusalReason | None, now: datetime
    ) -> Sequence[Event]:
        """Reserve the time of an acceptance, or refuse it; both are told."""
        self._forget(now)
        if wanted.acceptance in self.bookings:
            return []
        if wanted.acceptance in self.released:
            refusal = RefusalReason.RELEASED  # its release came first
        elif refusal is None and self._busy(wanted.starts_at, wanted.ends_at):
            refusal = RefusalReason.OVERLAP
        if refusal:
            return [
                told.BookingRefused(
                    acceptance=wanted.acceptance,
                    order=wanted.order,
                    volunteer=self.volunteer,
                    reason=refusal,
                )
            ]
        self.bookings[wanted.acceptance] = Booking(
            wanted.order, wanted.team, wanted.starts_at, wanted.ends_at
        )
        return [
            told.BookingReserved(
                acceptance=wanted.acceptance,
                order=wanted.order,
                volunteer=self.volunteer,
                starts_at=wanted.starts_at,
                ends_at=wanted.ends_at,
            )
        ]

    def release(self, acceptance: str, now: datetime) -> Sequence[Event]:
        """Free the time. A tombstone stays, in case the reservation is yet to come."""
        self._forget(now)
        if acceptance in self.released:
            return []
        self.released[acceptance] = now
        if self.bookings.pop(acceptance, None) is None:
            return []
        return [told.BookingReleased(acceptance=acceptance, volunteer=self.volunteer)]

    def finish(self, acceptance: str, ended_at: datetime, now: datetime) -> Sequence[Event]:
        """Served, perhaps sooner than planned: the rest of the time is free again."""
        self._forget(now)
        booking = self.bookings.get(acceptance)
        if booking and ended_at <= booking.starts_at:
            del self.bookings[acceptance]
        elif booking:
            booking.ends_at = min(booking.ends_at, ended_at)
        return []

    def _busy(self, starts_at: datetime, ends_at: datetime) -> bool:
        return any(each.overlaps(starts_at, ends_at) for each in self.bookings.values())

    def _forget(self, now: datetime) -> None:
        self.bookings = {
            id: each for id, each in self.bookings.items() if each.ends_at > now - PAST_KEPT
        }
        self.released = {id: at for id, at in self.released.items() if at > now - TOMBSTONE_KEPT}

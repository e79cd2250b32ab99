"""An activity (活动): announced, registered for, held and attended. One session each.

Its registrations are in its own document, so that no seat is given twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from services.events.model.commands import AnnounceActivity, CancelActivity
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.contracts.vocabulary import Mode, Theme
from shared.errors import Conflict, NotFound, Text, invalid

E = TypeVar("E", bound=told.ActivityEvent)

LONGEST_AHEAD = timedelta(days=2 * 366)
EARLY_ATTENDANCE = timedelta(hours=1)


class ActivityStatus(StrEnum):
    ANNOUNCED = "announced"
    HELD = "held"
    CANCELLED = "cancelled"


class RegistrationStatus(StrEnum):
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    ATTENDED = "attended"


SEATED = frozenset({RegistrationStatus.CONFIRMED, RegistrationStatus.ATTENDED})
LIVE = SEATED | {RegistrationStatus.WAITLISTED}

MOVES: dict[ActivityStatus, tuple[str, ...]] = {
    ActivityStatus.ANNOUNCED: ("register", "cancel-registration", "attend", "hold", "cancel"),
    ActivityStatus.HELD: (),
    ActivityStatus.CANCELLED: (),
}


@dataclass
class Registration:
    """One resident's seat, or place in the waiting list (by `at`)."""

    resident: str
    status: RegistrationStatus
    at: datetime


@dataclass
class Activity:
    """One gathering with its seats. Times are UTC."""

    id: str
    status: ActivityStatus
    site: str
    title: str
    theme: Theme
    modes: list[Mode]
    starts_at: datetime
    ends_at: datetime
    capacity: int
    series: str | None
    registrations: dict[str, Registration] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)  # first in, first served
    attendances: int | None = None  # once it was held
    reason: str | None = None  # of a cancellation

    @classmethod
    def announce(
        cls, id: str, command: AnnounceActivity, now: datetime
    ) -> tuple["Activity", list[Event]]:
        """It may be registered for."""
        if command.starts_at <= now:
            raise invalid("starts_at", "should be in the future", "应为将来的时间")
        if command.ends_at > now + LONGEST_AHEAD:
            raise invalid(
                "ends_at",
                f"should be within the next {LONGEST_AHEAD.days} days",
                f"应在今后 {LONGEST_AHEAD.days} 天之内",
            )
        activity = cls(id=id, status=ActivityStatus.ANNOUNCED, **dict(command))
        return activity, [
            activity._tell(
                told.ActivityAnnounced,
                title=activity.title,
                starts_at=activity.starts_at,
                ends_at=activity.ends_at,
                capacity=activity.capacity,
            )
        ]

    def register(self, registration: str, resident: str, now: datetime) -> Sequence[Event]:
        """A seat, or a place in the waiting list; one for each resident."""
        self._require("register")
        if now >= self.ends_at:
            raise self._refused("It is over.", "活动已结束。")
        if any(r.resident == resident and r.status in LIVE for r in self.registrations.values()):
            raise self._refused("This resident is registered already.", "该居民已报名。")
        seat = self._seats_taken() < self.capacity
        status = RegistrationStatus.CONFIRMED if seat else RegistrationStatus.WAITLISTED
        self.registrations[registration] = Registration(resident, status, now)
        if seat:
            return [self._tell_of(told.RegistrationConfirmed, registration)]
        self.waiting.append(registration)
        return [self._tell_of(told.RegistrationWaitlisted, registration)]

    def cancel_registration(self, registration: str, now: datetime) -> Sequence[Event]:
        """A free seat goes to the first in the list."""
        self._require("cancel-registration")
        held = self._registration(registration)
        if held.status not in (RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED):
            raise self._refused(
                f"This registration is {held.status}.", f"该报名当前状态为 {held.status}。"
            )
        if registration in self.waiting:
            self.waiting.remove(registration)
        held.status = RegistrationStatus.CANCELLED
        return [self._tell_of(told.RegistrationCancelled, registration), *self._promote()]

    def attend(self, registration: str, now: datetime) -> Sequence[Event]:
        """签到, at most an hour early: one attendance (人次)."""
        self._require("attend")
        held = self._registration(registration)
        if held.status is RegistrationStatus.ATTENDED:
            return []
        if held.status is not RegistrationStatus.CONFIRMED:
            raise self._refused(
                f"This registration is {held.status}.", f"该报名当前状态为 {held.status}。"
            )
        if now < self.starts_at - EARLY_ATTENDANCE:
            raise self._refused(
                "Check-in opens an hour before the activity.", "活动开始前一小时方可签到。"
            )
        held.status = RegistrationStatus.ATTENDED
        return [self._tell_of(told.RegistrationAttended, registration, starts_at=self.starts_at)]

    def hold(self, now: datetime) -> Sequence[Event]:
        """It was held: one session (场次)."""
        self._require("hold")
        if now < self.starts_at:
            raise self._refused("It has not begun.", "活动尚未开始。")
        attended = RegistrationStatus.ATTENDED
        self.attendances = sum(r.status is attended for r in self.registrations.values())
        self.status = ActivityStatus.HELD
        return [
            self._tell(told.ActivityHeld, starts_at=self.starts_at, attendances=self.attendances)
        ]

    def cancel(self, command: CancelActivity, now: datetime) -> Sequence[Event]:
        """Every registration is cancelled with it."""
        self._require("cancel")
        if any(r.status is RegistrationStatus.ATTENDED for r in self.registrations.values()):
            raise self._refused("Residents have come already.", "已有居民签到,不能取消。")
        events: list[Event] = []
        for id, held in self.registrations.items():
            if held.status in LIVE:
                held.status = RegistrationStatus.CANCELLED
                events.append(self._tell_of(told.RegistrationCancelled, id))
        self.waiting = []
        self.status, self.reason = ActivityStatus.CANCELLED, command.reason
        return [*events, self._tell(told.ActivityCancelled, reason=command.reason)]

    # ---- inside ----

    def _promote(self) -> Sequence[Event]:
        events: list[Event] = []
        while self.waiting and self._seats_taken() < self.capacity:
            first = self.waiting.pop(0)
            self.registrations[first].status = RegistrationStatus.CONFIRMED
            events.append(self._tell_of(told.RegistrationPromoted, first))
        return events

    def _seats_taken(self) -> int:
        return sum(r.status in SEATED for r in self.registrations.values())

    def _registration(self, id: str) -> Registration:
        held = self.registrations.get(id)
        if held is None:
            raise NotFound(
                Text(f"This activity has no registration {id}.", f"该活动没有报名 {id}。")
            )
        return held

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self._refused(
                f"An activity that is {self.status} can't be moved by {move}.",
                f"活动状态为 {self.status},不能执行 {move}。",
            )

    def _refused(self, en: str, zh: str) -> Conflict:
        return Conflict(
            Text(en, zh), extra={"state": self.status, "allowed": list(MOVES[self.status])}
        )

    def _tell_of(self, event: type[E], registration: str, **facts: Any) -> E:
        resident = self.registrations[registration].resident
        return self._tell(event, registration=registration, resident=resident, **facts)

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(
            activity=self.id,
            site=self.site,
            theme=self.theme,
            modes=self.modes,
            series=self.series,
            **facts,
        )

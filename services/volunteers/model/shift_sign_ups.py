"""Who is in a shift: sign up, approve, assign, withdraw, substitute; and the answer of calendars.

As with acceptances of orders (PROTOCOL 4): a sign-up holds a hand at once and is pending until
the volunteer's calendar has reserved the time; every reservation is answered; a release is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.volunteers.model.commands import (
    AssignToShift,
    SignUpForShift,
    Substitute,
    WantSubstitute,
)
from services.volunteers.model.shift_state import ShiftState
from services.volunteers.model.sign_up import LEAVING, LISTED, SignUp, SignUpStatus
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.volunteers import RefusalReason, SignUpMode, SignUpOver
from shared.errors import invalid

RESERVE_WITHIN = timedelta(minutes=10)
"""A sign-up whose time is not reserved by then is released: the calendar did not answer."""
MOST_SIGN_UPS = 1000


@dataclass
class SignUps(ShiftState):
    """The part of a shift that is about who serves it."""

    def sign_up(self, id: str, command: SignUpForShift, now: datetime) -> Sequence[Event]:
        """报名: in at once, or asked for, as the shift's mode says."""
        self._require("sign-up")
        if self.sign_up_mode is SignUpMode.LEADER:
            raise self._refused(
                "Only the leader puts volunteers into this shift.", "该班次由负责人安排人员。"
            )
        self._require_new(command.volunteer, command.team)
        if self.starts_at <= now:
            raise self._refused("It has begun.", "班次已开始。")
        if self.sign_up_mode is SignUpMode.REQUEST:
            self._add(id, command.volunteer, command.team, SignUpStatus.REQUESTED, now)
            return [self._tell_of(told.ShiftRequested, id, team=command.team)]
        self._require_free()
        self._add(id, command.volunteer, command.team, SignUpStatus.PENDING, now)
        return [self._ask_for_time(id)]

    def assign(self, id: str, command: AssignToShift, now: datetime) -> Sequence[Event]:
        """By the leader, in every mode, until it ends. A request of the same volunteer is met."""
        self._require("assign")
        if self.ends_at <= now:
            raise self._refused("It is over.", "班次已结束。")
        self._require_free()
        events = [
            self._let_go(each, SignUpOver.REMOVED)
            for each, held in self.sign_ups.items()
            if held.volunteer == command.volunteer and held.status is SignUpStatus.REQUESTED
        ]
        self._require_new(command.volunteer, command.team)
        held = self._add(id, command.volunteer, command.team, SignUpStatus.PENDING, now)
        held.by_leader = True
        held.override = command.override.reason if command.override else None
        return [*events, self._ask_for_time(id)]

    def approve(self, id: str, now: datetime) -> Sequence[Event]:
        """By the leader: the time is to be reserved."""
        self._require("approve")
        self._require_status(self._sign_up(id), SignUpStatus.REQUESTED)
        self._require_free()
        self._enter(id, SignUpStatus.PENDING).since = now
        return [self._ask_for_time(id)]

    def decline(self, id: str, now: datetime) -> Sequence[Event]:
        """By the leader."""
        self._require("decline")
        self._require_status(self._sign_up(id), SignUpStatus.REQUESTED)
        return [self._let_go(id, SignUpOver.DECLINED)]

    def withdraw(self, id: str, now: datetime) -> Sequence[Event]:
        """By the volunteer. After the cut-off only a substitute or the leader helps."""
        self._require("withdraw")
        held = self._sign_up(id)
        self._require_status(held, *LEAVING)
        bound = held.status is SignUpStatus.CONFIRMED and not held.moved
        if bound and now > self.starts_at - timedelta(minutes=self.cut_off_minutes):
            raise self._refused(
                f"It may be withdrawn until {self.cut_off_minutes} minutes before it begins;"
                " ask for a substitute, or the leader.",
                f"须在开始前 {self.cut_off_minutes} 分钟退出;请找人顶班或联系负责人。",
            )
        return [self._let_go(id, SignUpOver.WITHDRAWN)]

    def remove(self, id: str, now: datetime) -> Sequence[Event]:
        """By the leader, until the volunteer has come."""
        self._require("remove")
        self._require_status(self._sign_up(id), *LEAVING)
        return [self._let_go(id, SignUpOver.REMOVED)]

    # ---- 顶班 ----

    def want_substitute(self, id: str, command: WantSubstitute, now: datetime) -> Sequence[Event]:
        """Who is in asks for somebody to take the place, and stays in until somebody has."""
        self._require("want-substitute")
        held = self._sign_up(id)
        self._require_status(held, SignUpStatus.CONFIRMED)
        held.wants_substitute, held.asked = True, command.asked
        return [
            self._tell_of(
                told.ShiftSubstituteWanted, id, starts_at=self.starts_at, asked=command.asked
            )
        ]

    def substitute(
        self, id: str, place_of: str, command: Substitute, now: datetime
    ) -> Sequence[Event]:
        """Take the place of who asked, once one's own time is reserved."""
        self._require("substitute")
        held = self._sign_up(place_of)
        self._require_status(held, SignUpStatus.CONFIRMED)
        if not held.wants_substitute or held.asked not in (None, command.volunteer):
            raise self._refused("This volunteer is not asked.", "该报名未请此人顶班。")
        if self.ends_at <= now:
            raise self._refused("It is over.", "班次已结束。")
        if any(
            each.in_place_of == place_of and each.status is SignUpStatus.PENDING
            for each in self.sign_ups.values()
        ):
            raise self._refused("Somebody is taking it already.", "已有人正在顶班。")
        self._require_new(command.volunteer, command.team)
        new = self._add(id, command.volunteer, command.team, SignUpStatus.PENDING, now)
        new.in_place_of = place_of
        self._count()
        return [self._ask_for_time(id)]

    # ---- what the calendar answers ----

    def reserved(self, id: str, volunteer: str, now: datetime) -> Sequence[Event]:
        """The volunteer's time is reserved. Always answered: confirmed, or released."""
        held = self.sign_ups.get(id)
        if held is None or held.status is SignUpStatus.RELEASED:
            # Not live (any more): the reservation must not stay.
            return [self._tell_released(id, volunteer, SignUpOver.UNKNOWN)]
        if held.status is not SignUpStatus.PENDING:
            return []
        events: list[Event] = []
        old = self.sign_ups.get(held.in_place_of or "")
        if old and old.status is SignUpStatus.CONFIRMED:
            events.append(
                self._let_go(
                    held.in_place_of or "",
                    SignUpOver.SWAPPED if held.swap else SignUpOver.SUBSTITUTED,
                )
            )
        elif self._shares_a_hand(held):  # who asked has come after all
            return [self._let_go(id, SignUpOver.FULL)]
        self._enter(id, SignUpStatus.CONFIRMED)
        events.append(
            self._tell_of(
                told.ShiftConfirmed,
                id,
                team=held.team,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
            )
        )
        if not self.free and not any(
            each.status is SignUpStatus.PENDING for each in self.sign_ups.values()
        ):
            events.append(self._tell(told.ShiftFilled, hands=self.hands))
        return events

    def refused(self, id: str, reason: RefusalReason, now: datetime) -> Sequence[Event]:
        """The time could not be had, or was given to something else. Who has come stays in."""
        held = self.sign_ups.get(id)
        if held is None or held.status not in (SignUpStatus.PENDING, SignUpStatus.CONFIRMED):
            return []
        overridden = reason is RefusalReason.OVERRIDDEN
        return [self._let_go(id, SignUpOver.OVERRIDDEN if overridden else SignUpOver.REFUSED)]

    # ---- inside ----

    def _require_new(self, volunteer: str, team: str) -> None:
        if self.team and team != self.team:
            raise invalid("team", f"this shift is of {self.team}", f"该班次属于 {self.team}")
        if any(
            each.volunteer == volunteer and each.status in LISTED for each in self.sign_ups.values()
        ):
            raise self._refused("This volunteer has signed up already.", "该志愿者已报名。")
        if len(self.sign_ups) >= MOST_SIGN_UPS:
            raise self._refused("Too many have come and gone.", "报名次数过多。")

    def _require_free(self) -> None:
        if self._hands_held() >= self.hands:
            raise self._refused("Every hand is taken.", "名额已满。")

    def _add(
        self, id: str, volunteer: str, team: str, status: SignUpStatus, now: datetime
    ) -> SignUp:
        self.sign_ups[id] = SignUp(volunteer, team, status, at=now, since=now)
        return self._enter(id, status)

    def _ask_for_time(self, id: str) -> Event:
        held = self.sign_ups[id]
        return self._tell_of(
            told.ShiftSignedUp,
            id,
            team=held.team,
            purpose=self.purpose,
            qualifications=self.qualifications,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            by_leader=held.by_leader,
            override=held.override is not None,
            replaces=held.replaces,
        )

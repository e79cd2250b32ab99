"""A shift (班次) from planning to its end: pure decisions, command in, events out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.volunteers.model.commands import CancelShift, ChangeShift, PlanShift
from services.volunteers.model.occasion import PostAsked
from services.volunteers.model.roster_rules import RosterRules
from services.volunteers.model.shift_duty import OnDuty
from services.volunteers.model.shift_sign_ups import RESERVE_WITHIN
from services.volunteers.model.shift_state import MOVES, ShiftStatus
from services.volunteers.model.sign_up import HOLDING, LEAVING, SignUpStatus
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.events import ActivityFactsEvent
from shared.contracts.volunteers import CancelledBecause, ShiftPurpose, SignedUp, SignUpOver
from shared.errors import invalid

__all__ = ["MOVES", "OVER_AFTER", "Renamed", "Shift", "ShiftStatus"]

LONGEST = timedelta(hours=24)
LONGEST_AHEAD = timedelta(days=400)
OVER_AFTER = timedelta(minutes=30)
"""So long after its end a shift is over, and who is confirmed has missed it."""

Renamed = Callable[[str, datetime, datetime], str]
"""From a sign-up that another time of its shift releases, and that time: id of the one that
reserves anew."""


@dataclass
class Shift(OnDuty):
    """One shift with all who signed up for it."""

    @classmethod
    def planned(
        cls,
        id: str,
        command: PlanShift,
        rules: RosterRules,
        now: datetime,
        *,
        plan: str | None = None,
        follows: datetime | None = None,
    ) -> tuple["Shift", list[Event]]:
        """排班. `plan`: the batch that it belongs to; `follows`: when what it is for begins."""
        _require_times(command.starts_at, command.ends_at, now)
        shift = cls._of(id, command, rules, plan)
        shift.follows = follows
        return shift, [shift._facts(told.ShiftPlanned)]

    @classmethod
    def never(cls, id: str, command: PlanShift, rules: RosterRules, plan: str) -> "Shift":
        """In the place of one that is taken back before it was made, so that it never is."""
        shift = cls._of(id, command, rules, plan)
        shift.status = ShiftStatus.CANCELLED
        return shift

    @classmethod
    def of_post(
        cls,
        id: str,
        activity: ActivityFactsEvent,
        asked: PostAsked,
        rules: RosterRules,
        now: datetime,
    ) -> tuple["Shift", list[Event]]:
        """An activity wants helpers. Raises Unprocessable once their time has come."""
        if asked.starts_at <= now:
            raise invalid("starts_at", "should be in the future", "应为将来的时间")
        command = PlanShift(
            site=activity.site,
            post=asked.title,
            theme=activity.theme,
            modes=activity.modes,
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
            hands=asked.hands,
            activity=activity.activity,
            session=asked.session,
        )
        shift = cls._of(id, command, rules, plan=None)
        shift.asked = asked
        return shift, [shift._facts(told.ShiftPlanned)]

    @classmethod
    def _of(cls, id: str, command: PlanShift, rules: RosterRules, plan: str | None) -> "Shift":
        purpose = ShiftPurpose.DUTY
        if command.order or command.activity:
            purpose = ShiftPurpose.ORDER if command.order else ShiftPurpose.ACTIVITY
        facts = dict(command)
        if command.cut_off_minutes is None:
            facts["cut_off_minutes"] = rules.cut_off_minutes
        if command.remind_minutes_before is None:
            facts["remind_minutes_before"] = list(rules.remind_minutes_before)
        return cls(
            id=id,
            status=ShiftStatus.PLANNED,
            purpose=purpose,
            plan=plan,
            free=command.hands,
            **facts,
        )

    def change(self, command: ChangeShift, renamed: Renamed, now: datetime) -> Sequence[Event]:
        """Other facts. Another time releases whoever is in, and reserves it anew."""
        self._require("change")
        if command.hands is not None and command.hands < self._hands_held():
            raise invalid(
                "hands",
                f"{self._hands_held()} are held already",
                f"已有 {self._hands_held()} 人占用名额",
            )
        for name in ("post", "hands", "sign_up_mode", "qualifications", "cut_off_minutes"):
            if (value := getattr(command, name)) is not None:
                setattr(self, name, value)
        self._count()
        starts_at = command.starts_at or self.starts_at
        ends_at = command.ends_at or self.ends_at
        if (starts_at, ends_at) == (self.starts_at, self.ends_at):
            return [self._facts(told.ShiftChanged)]
        _require_times(starts_at, ends_at, now)
        return self.move(starts_at, ends_at, renamed, now)

    def move(
        self, starts_at: datetime, ends_at: datetime, renamed: Renamed, now: datetime
    ) -> Sequence[Event]:
        """Another time: rescheduling reserves anew (PROTOCOL 4)."""
        if any(each.status is SignUpStatus.CHECKED_IN for each in self.sign_ups.values()):
            raise self._refused("Somebody has come already.", "已有人签到。")
        moving = [
            id
            for id, each in self.sign_ups.items()
            if each.status in (SignUpStatus.PENDING, SignUpStatus.CONFIRMED)
        ]
        anew = [id for id in moving if not self._shares_a_hand(self.sign_ups[id])]
        events: list[Event] = [self._let_go(id, SignUpOver.MOVED) for id in moving]
        self.starts_at, self.ends_at, self.reminded = starts_at, ends_at, []
        events.append(self._facts(told.ShiftChanged))
        for id in anew:
            old = self.sign_ups[id]
            named = renamed(id, starts_at, ends_at)
            new = self._add(named, old.volunteer, old.team, SignUpStatus.PENDING, now)
            new.by_leader, new.moved = old.by_leader, True
            events.append(self._ask_for_time(named))
        return events

    def follow(
        self, begins: datetime | None, why: CancelledBecause, renamed: Renamed, now: datetime
    ) -> Sequence[Event]:
        """What it is for begins then (None: is not held): it goes with it, or is cancelled."""
        if begins is None:
            return self.give_up(why, now)
        came = any(each.status in HOLDING - LEAVING for each in self.sign_ups.values())
        by = begins - (self.follows or begins)
        if not by or came or self.status is not ShiftStatus.PLANNED:
            return []
        self.follows = begins
        return self.move(self.starts_at + by, self.ends_at + by, renamed, now)

    def follow_post(
        self, wanted: PostAsked | None, why: CancelledBecause, renamed: Renamed, now: datetime
    ) -> Sequence[Event]:
        """Its activity wants it otherwise (None: not at all). What was changed here by hand stays,
        but for the facts that the activity has changed since; nobody is put out for want of hands.
        """
        if wanted is None:
            return self.give_up(why, now)
        was, came = self.asked, any(e.status in HOLDING - LEAVING for e in self.sign_ups.values())
        if was is None or wanted == was or came or self.status is not ShiftStatus.PLANNED:
            return []
        self.asked = wanted
        if wanted.title != was.title:
            self.post = wanted.title
        if wanted.hands != was.hands:
            self.hands = max(wanted.hands, self._hands_held())
        self._count()
        times = (wanted.starts_at, wanted.ends_at)
        if times in ((was.starts_at, was.ends_at), (self.starts_at, self.ends_at)):
            return [self._facts(told.ShiftChanged)]
        return self.move(*times, renamed, now)

    def cancel(self, command: CancelShift, now: datetime) -> Sequence[Event]:
        """Whoever is in is released and told."""
        return self.cancel_because(CancelledBecause.BY_HAND, now, command.reason)

    def cancel_because(
        self, why: CancelledBecause, now: datetime, reason: str | None = None
    ) -> Sequence[Event]:
        """Raises Conflict where somebody has come already."""
        self._require("cancel")
        if any(each.status in HOLDING - LEAVING for each in self.sign_ups.values()):
            raise self._refused("Somebody has come already.", "已有人签到。")
        events: list[Event] = [
            self._let_go(id, SignUpOver.CANCELLED)
            for id, each in self.sign_ups.items()
            if each.status in LEAVING
        ]
        self.status, self.reason = ShiftStatus.CANCELLED, reason
        return [
            *events,
            self._tell(told.ShiftCancelled, reason=why, starts_at=self.starts_at),
        ]

    def give_up(self, why: CancelledBecause, now: datetime) -> Sequence[Event]:
        """What it is for is cancelled. One that is served or over stays as it was."""
        came = any(each.status in HOLDING - LEAVING for each in self.sign_ups.values())
        if self.status is not ShiftStatus.PLANNED or came:
            return []
        return self.cancel_because(why, now)

    def undo(self, signed_up: SignedUp, now: datetime) -> Sequence[Event]:
        """Its plan is undone: what somebody is in is kept or cancelled, as was asked.

        Whether somebody is in is decided here, in the document that sign-ups are written to.
        """
        if self.status is not ShiftStatus.PLANNED or self.starts_at <= now:
            return []
        taken = any(each.status in LEAVING | HOLDING for each in self.sign_ups.values())
        if taken and signed_up is SignedUp.KEEP:
            return []
        return self.give_up(CancelledBecause.PLAN_UNDONE, now)

    # ---- what time brings ----

    def due_at(self) -> datetime | None:
        """When time moves it next."""
        if self.status is not ShiftStatus.PLANNED:
            return None
        pending = [
            each.since + RESERVE_WITHIN
            for each in self.sign_ups.values()
            if each.status is SignUpStatus.PENDING and not each.ready
        ]
        reminders = [self._reminder_at(each) for each in self._reminders_left()]
        return min([*pending, *reminders, self.ends_at + OVER_AFTER])

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """Do what is due by now; nothing where it is too soon."""
        if self.status is not ShiftStatus.PLANNED:
            return []
        return [*self._expire(now), *self._remind(now), *self._end(now)]

    def _expire(self, now: datetime) -> Sequence[Event]:
        return [
            self._let_go(id, SignUpOver.EXPIRED)
            for id, each in self.sign_ups.items()
            if each.status is SignUpStatus.PENDING
            and not each.ready
            and each.since + RESERVE_WITHIN <= now
        ]

    def _remind(self, now: datetime) -> Sequence[Event]:
        """Tell the latest reminder that is due, once; what time has overtaken is not told."""
        due = [each for each in self._reminders_left() if self._reminder_at(each) <= now]
        if not due:
            return []
        self.reminded += due
        if now >= self.starts_at:
            return []
        return [
            self._tell_of(told.ShiftReminder, id, starts_at=self.starts_at, minutes_before=min(due))
            for id, each in self.sign_ups.items()
            if each.status is SignUpStatus.CONFIRMED
        ]

    def _end(self, now: datetime) -> Sequence[Event]:
        """Who is confirmed and has not come has missed it."""
        if now < self.ends_at + OVER_AFTER:
            return []
        events: list[Event] = []
        for id, each in self.sign_ups.items():
            if each.status is SignUpStatus.CONFIRMED:
                self._enter(id, SignUpStatus.MISSED)
                events.append(
                    self._tell_of(told.ShiftMissed, id, team=each.team, starts_at=self.starts_at)
                )
            elif each.status in LEAVING:
                events.append(self._let_go(id, SignUpOver.EXPIRED))
        self.status = ShiftStatus.OVER
        return events

    def _reminders_left(self) -> list[int]:
        return [each for each in self.remind_minutes_before if each not in self.reminded]

    def _reminder_at(self, minutes_before: int) -> datetime:
        return self.starts_at - timedelta(minutes=minutes_before)

    def _facts(self, event: type[told.ShiftFacts]) -> Event:
        return self._tell(
            event,
            purpose=self.purpose,
            order=self.order,
            activity=self.activity,
            plan=self.plan,
            team=self.team,
            hands=self.hands,
            sign_up_mode=self.sign_up_mode,
            qualifications=self.qualifications,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )


def _require_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if starts_at <= now:
        raise invalid("starts_at", "should be in the future", "应为将来的时间")
    if starts_at > now + LONGEST_AHEAD:
        raise invalid(
            "starts_at",
            f"should be within the next {LONGEST_AHEAD.days} days",
            f"应在今后 {LONGEST_AHEAD.days} 天之内",
        )
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise invalid(
            "ends_at", "should be behind starts_at, within a day", "应晚于开始时间,且不超过一天"
        )

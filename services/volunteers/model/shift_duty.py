"""A shift while it is served: check in and out, and what is said of those who did not come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.volunteers.model.calendar import CHECK_IN_OPENS
from services.volunteers.model.commands import CheckOutOfShift, ExcuseSignUp
from services.volunteers.model.shift_swaps import Swaps
from services.volunteers.model.sign_up import SignUpStatus
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.errors import invalid

LATE_CHECK_OUT = timedelta(hours=4)
"""Later than this a check-out by the machine would not be the time really served (办法)."""


@dataclass
class OnDuty(Swaps):
    """The part of a shift that is about who came."""

    def check_in(self, id: str, now: datetime) -> Sequence[Event]:
        """签到, from an hour before it begins until it ends."""
        self._require("check-in")
        held = self._sign_up(id)
        self._require_status(held, SignUpStatus.CONFIRMED)
        if now < self.starts_at - CHECK_IN_OPENS:
            raise self._refused(
                "Check-in opens an hour before the shift.", "班次开始前一小时方可签到。"
            )
        if now >= self.ends_at:
            raise self._refused("It is over.", "班次已结束。")
        self._enter(id, SignUpStatus.CHECKED_IN).checked_in_at = now
        return [self._tell_of(told.ShiftCheckedIn, id, team=held.team, started_at=now)]

    def check_out(self, id: str, command: CheckOutOfShift, now: datetime) -> Sequence[Event]:
        """签退: the evidence of the minutes. Long after the end a person states when it was."""
        self._require("check-out")
        held = self._sign_up(id)
        self._require_status(held, SignUpStatus.CHECKED_IN)
        started_at = held.checked_in_at or now
        ended_at = command.ended_at or now
        if not started_at <= ended_at <= now:
            raise invalid(
                "ended_at", "should lie between check-in and now", "应在签到时间与现在之间"
            )
        if ended_at > self.ends_at + LATE_CHECK_OUT:
            raise invalid(
                "ended_at",
                "it is long over: say when serving ended, within four hours of the shift's end",
                "班次早已结束:请填写实际结束时间,不晚于班次结束后四小时",
            )
        self._enter(id, SignUpStatus.CHECKED_OUT).checked_out_at = ended_at
        return [
            self._tell_of(
                told.ShiftCheckedOut,
                id,
                team=held.team,
                started_at=started_at,
                ended_at=ended_at,
                minutes=held.minutes,
                stated=command.ended_at is not None,
            )
        ]

    def excuse(self, id: str, command: ExcuseSignUp, now: datetime) -> Sequence[Event]:
        """By the leader: a missed shift does not count."""
        self._require("excuse")
        self._require_status(self._sign_up(id), SignUpStatus.MISSED)
        self._enter(id, SignUpStatus.EXCUSED).reason = command.reason
        return [self._tell_of(told.ShiftExcused, id)]

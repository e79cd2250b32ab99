"""A swap (换班): two volunteers take each other's place in two shifts, both or neither.

Each comes into the other's shift as pending, and the calendar keeps both times of a person for that
moment; only when both are reserved is the swap done, and the old sign-ups are released.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.volunteers.model.calendar import CHECK_IN_OPENS
from services.volunteers.model.shift_sign_ups import RESERVE_WITHIN
from services.volunteers.model.shift_state import ShiftState
from services.volunteers.model.sign_up import SignUpStatus
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.errors import Conflict, Text, invalid


class SwapStatus(StrEnum):
    PROPOSED = "proposed"
    AGREED = "agreed"
    DONE = "done"
    FAILED = "failed"


MOVES: dict[SwapStatus, tuple[str, ...]] = {
    SwapStatus.PROPOSED: ("agree", "decline"),
    SwapStatus.AGREED: (),
    SwapStatus.DONE: (),
    SwapStatus.FAILED: (),
}


@dataclass
class Side:
    """One of the two, and under which id they come into the other's place."""

    shift: str
    sign_up: str
    volunteer: str
    team: str
    takes: str
    ready: bool = False  # the time in the other's shift is reserved


@dataclass
class Swap:
    """Who asks comes first."""

    id: str
    status: SwapStatus
    site: str
    until: datetime  # then it has failed
    sides: list[Side] = field(default_factory=list)

    @classmethod
    def propose(
        cls,
        id: str,
        places: Sequence[tuple[ShiftState, str, str]],
        now: datetime,
    ) -> tuple["Swap", list[Event]]:
        """`places`: shift, sign-up, and the id under which its volunteer takes the other place."""
        sides, begins = [], []
        for shift, sign_up, takes in places:
            held = shift.sign_ups.get(sign_up)
            if held is None or held.status is not SignUpStatus.CONFIRMED:
                raise invalid("sign_up", "is not confirmed", "该报名未确认")
            sides.append(Side(shift.id, sign_up, held.volunteer, held.team, takes))
            begins.append(shift.starts_at)
        if len({side.shift for side in sides}) < 2 or len({each.volunteer for each in sides}) < 2:
            raise invalid("for_shift", "needs two shifts and two volunteers", "须为两人的两个班次")
        until = min(begins) - CHECK_IN_OPENS - RESERVE_WITHIN
        if until <= now:
            raise invalid("shift", "begins too soon", "班次即将开始,不能换班")
        swap = cls(id, SwapStatus.PROPOSED, places[0][0].site, until, sides)
        return swap, [swap._tell(told.SwapProposed)]

    def agree(self, now: datetime) -> Sequence[Event]:
        """By the second."""
        self._require("agree")
        if now >= self.until:
            raise self._refused("It is too late.", "已超过换班期限。")
        self.status, self.until = SwapStatus.AGREED, now + RESERVE_WITHIN
        return [self._tell(told.SwapAgreed)]

    def decline(self, now: datetime) -> Sequence[Event]:
        """By either."""
        self._require("decline")
        self.status = SwapStatus.FAILED
        return [self._tell(told.SwapFailed)]

    def reserved(self, takes: str, now: datetime) -> Sequence[Event]:
        """One time is reserved. Always answered: what comes after the end is let go again."""
        if self.status is SwapStatus.FAILED:
            return [self._tell(told.SwapFailed)]
        if self.status is not SwapStatus.AGREED:
            return []
        for side in self.sides:
            side.ready = side.ready or side.takes == takes
        if not all(side.ready for side in self.sides):
            return []
        self.status = SwapStatus.DONE
        return [self._tell(told.SwapDone)]

    def fail(self, now: datetime) -> Sequence[Event]:
        """One time could not be had, or a place is gone. What is done stays done."""
        if self.status is not SwapStatus.AGREED:
            return []
        self.status = SwapStatus.FAILED
        return [self._tell(told.SwapFailed)]

    def due_at(self) -> datetime | None:
        """When it has failed for want of an answer."""
        open_ = (SwapStatus.PROPOSED, SwapStatus.AGREED)
        return self.until if self.status in open_ else None

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """Nobody agreed in time, or a calendar did not answer."""
        if self.due_at() is None or now < self.until:
            return []
        self.status = SwapStatus.FAILED
        return [self._tell(told.SwapFailed)]

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self._refused(
                f"A swap that is {self.status} can't be moved by {move}.",
                f"换班状态为 {self.status},不能执行 {move}。",
            )

    def _refused(self, en: str, zh: str) -> Conflict:
        return Conflict(
            Text(en, zh), extra={"state": self.status, "allowed": list(MOVES[self.status])}
        )

    def _tell(self, event: type[told.SwapEvent]) -> Event:
        sides = [
            told.SwapSide(
                shift=each.shift,
                sign_up=each.sign_up,
                volunteer=each.volunteer,
                team=each.team,
                takes=each.takes,
            )
            for each in self.sides
        ]
        return event(site=self.site, swap=self.id, sides=sides)

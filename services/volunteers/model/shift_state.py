"""What a shift (班次) is, whatever is done with it: its facts, its moves, how it tells."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from services.volunteers.model.occasion import PostAsked
from services.volunteers.model.sign_up import HOLDING, LISTED, SignUp, SignUpStatus
from shared.contracts import volunteers as told
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import ShiftPurpose, SignUpMode, SignUpOver
from shared.errors import Conflict, NotFound, Text

E = TypeVar("E", bound=told.ShiftEvent)


class ShiftStatus(StrEnum):
    PLANNED = "planned"
    OVER = "over"
    CANCELLED = "cancelled"


BEFORE = ("sign-up", "assign", "approve", "decline", "withdraw", "remove")
SWITCHING = ("want-substitute", "substitute")
MOVES: dict[ShiftStatus, dict[str, ShiftStatus]] = {
    ShiftStatus.PLANNED: {
        **dict.fromkeys(("change", *BEFORE, *SWITCHING), ShiftStatus.PLANNED),
        **dict.fromkeys(("check-in", "check-out"), ShiftStatus.PLANNED),
        "cancel": ShiftStatus.CANCELLED,
    },
    ShiftStatus.OVER: dict.fromkeys(("check-out", "excuse"), ShiftStatus.OVER),
    ShiftStatus.CANCELLED: {},
}
"""In each status the moves that are allowed, and where each leads; time leads to `over`."""


@dataclass
class ShiftState:
    """One shift with all who signed up for it. Times are UTC."""

    id: str
    status: ShiftStatus
    site: str
    post: str
    theme: Theme
    modes: list[Mode]
    purpose: ShiftPurpose
    starts_at: datetime
    ends_at: datetime
    hands: int
    sign_up_mode: SignUpMode
    qualifications: list[str]
    cut_off_minutes: int
    remind_minutes_before: list[int]
    team: str | None = None
    order: str | None = None
    activity: str | None = None
    session: str | None = None  # of the activity; none: the whole of it
    follows: datetime | None = None  # when that begins, as far as this shift has heard
    plan: str | None = None  # the batch that made it
    asked: PostAsked | None = None  # where its activity plans it: what it wanted last
    sign_ups: dict[str, SignUp] = field(default_factory=dict)
    reminded: list[int] = field(default_factory=list)  # minutes before
    reason: str | None = None  # of a cancellation
    # Kept with each change, so that lists can be asked for by them:
    free: int = 0  # hands that nobody holds
    volunteers: list[str] = field(default_factory=list)  # whoever is in, or was and came or missed

    # ---- inside ----

    def _enter(self, id: str, status: SignUpStatus) -> SignUp:
        """Every change of a sign-up's status goes through here."""
        held = self.sign_ups[id]
        held.status = status
        self._count()
        return held

    def _count(self) -> None:
        self.free = max(0, self.hands - self._hands_held())
        self.volunteers = sorted(
            {each.volunteer for each in self.sign_ups.values() if each.status in LISTED}
        )

    def _hands_held(self) -> int:
        """Who takes another's place holds that one's hand, as long as it is held."""
        return sum(
            each.status in HOLDING and not self._shares_a_hand(each)
            for each in self.sign_ups.values()
        )

    def _shares_a_hand(self, held: SignUp) -> bool:
        if held.status is not SignUpStatus.PENDING or held.in_place_of is None:
            return False
        return self.sign_ups[held.in_place_of].status in HOLDING

    def _sign_up(self, id: str) -> SignUp:
        held = self.sign_ups.get(id)
        if held is None:
            raise NotFound(Text(f"This shift has no sign-up {id}.", f"该班次没有报名 {id}。"))
        return held

    def _let_go(self, id: str, over: SignUpOver) -> told.ShiftReleased:
        held = self._enter(id, SignUpStatus.RELEASED)
        held.over = over
        return self._tell_released(id, held.volunteer, over, held.swap)

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self._refused(
                f"A shift that is {self.status} can't be moved by {move}.",
                f"班次状态为 {self.status},不能执行 {move}。",
            )

    def _require_status(self, held: SignUp, *statuses: SignUpStatus) -> None:
        if held.status not in statuses:
            raise self._refused(
                f"This sign-up is {held.status}.", f"该报名当前状态为 {held.status}。"
            )

    def _refused(self, en: str, zh: str) -> Conflict:
        return Conflict(
            Text(en, zh), extra={"state": self.status, "allowed": sorted(MOVES[self.status])}
        )

    def _tell_released(
        self, id: str, volunteer: str, over: SignUpOver, swap: str | None = None
    ) -> told.ShiftReleased:
        return self._tell(
            told.ShiftReleased,
            sign_up=id,
            volunteer=volunteer,
            reason=over,
            swap=swap,
            starts_at=self.starts_at,
        )

    def _tell_of(self, event: type[E], id: str, **facts: Any) -> E:
        return self._tell(event, sign_up=id, volunteer=self.sign_ups[id].volunteer, **facts)

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(shift=self.id, site=self.site, theme=self.theme, modes=self.modes, **facts)

"""The part that a shift has in a swap (换班): it keeps the place, until the swap is decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.volunteers.model.shift_sign_ups import SignUps
from services.volunteers.model.sign_up import SignUpStatus
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.volunteers import SignUpOver, SwapSide


@dataclass
class Swaps(SignUps):
    """What a swap asks of a shift. Only the swap lets a place that is ready expire."""

    def swap_in(self, swap: str, comes: SwapSide, goes: SwapSide, now: datetime) -> Sequence[Event]:
        """One comes in the place of the other, once both times are reserved. Raises Conflict."""
        self._require("substitute")
        if comes.takes in self.sign_ups:
            return []
        self._require_status(self._sign_up(goes.sign_up), SignUpStatus.CONFIRMED)
        self._require_new(comes.volunteer, comes.team)
        new = self._add(comes.takes, comes.volunteer, comes.team, SignUpStatus.PENDING, now)
        new.in_place_of, new.swap, new.replaces = goes.sign_up, swap, comes.sign_up
        self._count()
        return [self._ask_for_time(comes.takes)]

    def reserved(self, id: str, volunteer: str, now: datetime) -> Sequence[Event]:
        """A place of a swap is ready; it is confirmed when the swap is done."""
        held = self.sign_ups.get(id)
        if held is None or held.swap is None or held.status is not SignUpStatus.PENDING:
            return super().reserved(id, volunteer, now)
        held.ready = True
        return [self._tell_of(told.ShiftSwapReady, id, swap=held.swap)]

    def swap_done(self, id: str, now: datetime) -> Sequence[Event]:
        """Both are ready: who comes is confirmed, who goes is released."""
        held = self.sign_ups.get(id)
        if held is None or held.status is not SignUpStatus.PENDING:
            return []
        return super().reserved(id, held.volunteer, now)

    def swap_off(self, id: str, now: datetime) -> Sequence[Event]:
        """It has failed: who would have come is released, and the other stays in."""
        held = self.sign_ups.get(id)
        if held is None or held.status is not SignUpStatus.PENDING:
            return []
        return [self._let_go(id, SignUpOver.REFUSED)]

"""Shifts that a volunteer missed, and what follows by the rules: for a time no sign-up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.volunteers.model.roster_rules import RosterRules
from shared.contracts.base import Event
from shared.contracts.volunteers import VolunteerBarred, VolunteerUnbarred

KEPT = timedelta(days=366)
CLEAR, BARRED = "clear", "barred"


@dataclass
class NoShows:
    """Of one volunteer. What is older than a year is forgotten."""

    volunteer: str
    status: str = CLEAR
    missed: dict[str, datetime] = field(default_factory=dict)  # sign-up: when the shift began
    barred_until: datetime | None = None

    def miss(
        self, sign_up: str, starts_at: datetime, rules: RosterRules, now: datetime
    ) -> Sequence[Event]:
        """Count one; enough of them within the time of the rules bar the volunteer."""
        if sign_up in self.missed:
            return []
        self.missed = {id: at for id, at in self.missed.items() if at > now - KEPT}
        self.missed[sign_up] = starts_at
        count = self._counted(rules, now)
        if not rules.bar_days or count < rules.misses or self.status == BARRED:
            return []
        self.status, self.barred_until = BARRED, now + rules.barred_for
        return [VolunteerBarred(volunteer=self.volunteer, missed=count, until=self.barred_until)]

    def excuse(self, sign_up: str, rules: RosterRules, now: datetime) -> Sequence[Event]:
        """It does not count any more; what followed from it is taken back."""
        if self.missed.pop(sign_up, None) is None:
            return []
        if self.status == BARRED and self._counted(rules, now) < rules.misses:
            return self._unbar()
        return []

    def due_at(self) -> datetime | None:
        """When the bar ends."""
        return self.barred_until

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """The bar is over; what led to it has been paid for, and does not bar again."""
        if not self.barred_until or now < self.barred_until:
            return []
        self.missed = {}
        return self._unbar()

    def is_barred(self, now: datetime) -> bool:
        return self.barred_until is not None and now < self.barred_until

    def _counted(self, rules: RosterRules, now: datetime) -> int:
        return sum(at > now - rules.within for at in self.missed.values())

    def _unbar(self) -> Sequence[Event]:
        self.status, self.barred_until = CLEAR, None
        return [VolunteerUnbarred(volunteer=self.volunteer)]

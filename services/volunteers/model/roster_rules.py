"""The rules of rosters: data that the sub-district sets, with what holds until it does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.volunteers.model.calendar import Gaps
from services.volunteers.model.commands import SetRosterRules
from shared.contracts.base import Event


@dataclass
class RosterRules:
    """One set for all sites. Shifts take over the cut-off and the reminders when planned."""

    status: str = "in-force"
    gap_minutes: int = 0  # between two bookings of a person at one site
    travel_minutes: int = 0  # between two bookings of a person at two sites
    cut_off_minutes: int = 24 * 60  # before a shift; later only the leader releases
    remind_minutes_before: list[int] = field(default_factory=lambda: [24 * 60, 60])
    misses: int = 3  # so many shifts missed ...
    misses_within_days: int = 90  # ... within so long ...
    bar_days: int = 30  # ... and no sign-up for so long; 0: they are counted and told only

    def set(self, command: SetRosterRules, now: datetime) -> Sequence[Event]:
        """Shifts that are planned already keep theirs."""
        for name, value in dict(command).items():
            setattr(self, name, value)
        return []

    @property
    def gaps(self) -> Gaps:
        return Gaps(self.gap_minutes, self.travel_minutes)

    @property
    def within(self) -> timedelta:
        return timedelta(days=self.misses_within_days)

    @property
    def barred_for(self) -> timedelta:
        return timedelta(days=self.bar_days)

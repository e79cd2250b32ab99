"""Service that was rendered: who, for which team, when, how long, and how it is known.

Source: 志愿服务记录与证明出具办法 (in force since 2021-02-01): true, accurate, complete, in time.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.contracts.vocabulary import Department, Mode, Theme
from shared.contracts.volunteers import HoursSource

LONGEST = timedelta(hours=24)  # of one entry, a day of standing duty


@dataclass(frozen=True, kw_only=True)
class Service:
    """One entry's facts. Each minute belongs to exactly one team."""

    entry: str  # its id; a correction of it names the same
    volunteer: str
    team: str
    site: str
    theme: Theme
    modes: list[Mode]
    started_at: datetime
    ended_at: datetime
    minutes: int  # really served: the time between, less what was paused
    source: HoursSource
    evidence: list[str]  # id of the check-out's event; files of the scanned sheet
    order: str = ""  # and acceptance, where it is of an order
    acceptance: str = ""
    department: Department | None = None  # that handled the order
    shift: str = ""
    sheet: str = ""  # and row, where people entered it
    row: str = ""
    entered_by: str = ""  # empty: by machine
    checked_by: str = ""
    announced_until: datetime | None = None  # empty: credited without an announcement, by rule


@dataclass(frozen=True)
class Span:
    """Time in which minutes were served."""

    entry: str
    number: int  # of the link that says so last
    started_at: datetime
    ended_at: datetime
    minutes: int

    def clashes(self, service: Service) -> bool:
        """Whether a minute would count twice. What holds no minutes is in nobody's way."""
        return (
            self.entry != service.entry
            and self.minutes > 0
            and service.minutes > 0
            and self.started_at < service.ended_at
            and service.started_at < self.ended_at
        )


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """What two people say an entry should have been. No minutes: it was not served at all."""

    entry: str
    started_at: datetime
    ended_at: datetime
    minutes: int
    reason: str
    evidence: list[str] = field(default_factory=list)
    correction: str = ""  # id of the correction
    entered_by: str = ""
    checked_by: str = ""

    def applied_to(self, service: Service) -> Service:
        """The facts as they are from now on."""
        return replace(
            service,
            started_at=self.started_at,
            ended_at=self.ended_at,
            minutes=self.minutes,
            evidence=self.evidence,
            entered_by=self.entered_by,
            checked_by=self.checked_by,
        )

"""An entry of the hours ledger: minutes really served, each with its evidence and one team.

Source: 志愿服务记录与证明出具办法 (in force since 2021-02-01): true, accurate, complete, in time.
"""

from dataclasses import dataclass
from datetime import date

from shared.contracts.base import Event
from shared.contracts.orders import OrderCheckedOut
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import HoursCredited


@dataclass
class HoursEntry:
    """One acceptance's minutes. Never changed."""

    volunteer: str
    team: str
    site: str
    theme: Theme
    modes: list[Mode]
    minutes: int
    service_date: str  # in Asia/Shanghai, ISO
    order: str
    acceptance: str
    evidence: str  # id of the event that tells of the check-out
    status: str = "credited"

    @classmethod
    def credit(
        cls, id: str, served: OrderCheckedOut, service_date: date, evidence: str
    ) -> tuple["HoursEntry", list[Event]]:
        """入账: check-in and check-out by machine are the evidence."""
        entry = cls(
            volunteer=served.volunteer,
            team=served.team,
            site=served.site,
            theme=served.theme,
            modes=list(served.modes),
            minutes=served.minutes,
            service_date=service_date.isoformat(),
            order=served.order,
            acceptance=served.acceptance,
            evidence=evidence,
        )
        return entry, [
            HoursCredited(
                entry=id,
                volunteer=entry.volunteer,
                team=entry.team,
                site=entry.site,
                theme=entry.theme,
                modes=entry.modes,
                minutes=entry.minutes,
                service_date=service_date,
                order=entry.order,
                acceptance=entry.acceptance,
                evidence=evidence,
            )
        ]

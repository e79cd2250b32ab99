"""What is told of hours of service."""

from datetime import date

from shared.contracts.base import Id, SiteEvent
from shared.contracts.vocabulary import Mode, Theme


class HoursCredited(SiteEvent, name="volunteers.hours.credited", version=1):
    """入账: minutes really served, with their evidence; each belongs to one team."""

    entry: Id
    volunteer: Id
    team: Id
    theme: Theme
    modes: list[Mode]
    minutes: int
    service_date: date
    order: Id
    acceptance: Id
    evidence: str

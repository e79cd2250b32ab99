"""A brand or series (品牌活动, 系列活动), e.g. 我们的节日·春节."""

from dataclasses import dataclass, field

from services.events.model.commands import PlanSeries
from shared.contracts.base import Event
from shared.contracts.events import SeriesPlanned
from shared.contracts.vocabulary import ActivityKind, Festival, Mode, Theme


@dataclass
class Series:
    """Activities name it by its code."""

    code: str
    title: str
    title_en: str
    theme: Theme
    status: str = "planned"
    modes: list[Mode] = field(default_factory=lambda: [Mode.HOST])
    kind: ActivityKind = ActivityKind.OTHER
    festival: Festival | None = None
    months: list[int] = field(default_factory=list)  # where it is held for no festival

    @classmethod
    def plan(cls, id: str, command: PlanSeries) -> tuple["Series", list[Event]]:
        """Activities may name it from now on."""
        return cls(**dict(command)), [SeriesPlanned(series=id, **dict(command))]

"""A brand or series (品牌活动, 系列活动), e.g. 我们的节日·春节."""

from dataclasses import dataclass

from services.events.model.commands import PlanSeries
from shared.contracts.base import Event
from shared.contracts.events import SeriesPlanned
from shared.contracts.vocabulary import Theme


@dataclass
class Series:
    """Activities name it by its code."""

    code: str
    title: str
    title_en: str
    theme: Theme
    status: str = "planned"

    @classmethod
    def plan(cls, id: str, command: PlanSeries) -> tuple["Series", list[Event]]:
        """Activities may name it from now on."""
        return cls(**dict(command)), [SeriesPlanned(series=id, **dict(command))]

"""What is told of a year's plan (全年活动计划) of a site."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.contracts.base import Event, Id, SiteCode, SiteEvent
from shared.contracts.vocabulary import ActivityKind, Festival, Mode, Theme


class EntryTold(BaseModel):
    """What a draft proposes for a day: of a festival, a series, or both."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    entry: str
    title: str
    day: date
    theme: Theme
    modes: list[Mode]
    kind: ActivityKind
    series: str | None = None
    festival: Festival | None = None


class PlansAsked(Event, name="events.plan.asked", version=1):
    """A draft of the year's plan is wanted for each of these sites."""

    drafting: Id
    year: int
    sites: list[SiteCode]
    entries: list[EntryTold]


class PlanEvent(SiteEvent):
    """What every event of a site's plan carries."""

    plan: Id
    year: int


class PlanDrafted(PlanEvent, name="events.plan.drafted", version=1):
    """A site has a draft, to adjust and to confirm."""

    entries: int


class PlanConfirmed(PlanEvent, name="events.plan.confirmed", version=1):
    """The site stands by it; confirmed anew after each adjustment."""

    entries: int
    revision: int

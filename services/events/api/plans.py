"""The year's plans over HTTP."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from services.events.model import commands as asked
from services.events.model.plan import (
    Drafting,
    Plan,
    PlanStatus,
    Progress,
    clashes,
    progress,
    proposals,
)
from services.events.model.site import SiteStatus
from services.events.store import Store
from shared.clock import date_of
from shared.contracts.base import Event, SiteCode
from shared.contracts.vocabulary import Festival
from shared.festivals import festivals_of
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()

MOST_PLANS = 2000  # of a year, looked at for clashes


class PlansQuery(PageQuery):
    """Filters of the list of plans."""

    site: SiteCode | None = None
    year: asked.Year | None = None
    status: PlanStatus | None = None


class YearQuery(BaseModel):
    """A year of the Gregorian calendar."""

    model_config = ConfigDict(extra="forbid")

    year: asked.Year


class FestivalOn(BaseModel):
    festival: Festival
    day: date


class Festivals(BaseModel):
    items: list[FestivalOn]


class EntryProgress(BaseModel):
    entry: str
    title: str
    day: str
    progress: Progress
    activities: list[str]
    held: int


class PlanAgainstFact(BaseModel):
    """Each entry with what has become of it, and how many are how far."""

    entries: list[EntryProgress]
    totals: dict[Progress, int]


class ClashOf(BaseModel):
    """`entries`: site and entry of both."""

    day: str
    what: str
    of: str = Field(description="Site and room, or the person")
    entries: list[tuple[str, str]]


class Clashes(BaseModel):
    items: list[ClashOf]


@api.query("/v1/festivals", scope="plans:read")
def list_festivals(call: Call[Store], query: YearQuery) -> Festivals:
    """我们的节日 and fixed days of a year."""
    days = [FestivalOn(festival=each.festival, day=each.day) for each in festivals_of(query.year)]
    return Festivals(items=days)


@api.command("/v1/plans/drafts", scope="plans:draft", made="id")
def draft(call: Call[Store], body: asked.DraftPlans) -> Receipt:
    """One command: a draft for each site, of the year's festivals and the series."""
    id = call.new_id("drf")

    def build(now: datetime) -> tuple[Drafting, list[Event]]:
        store = call.app
        for code in body.sites:
            store.require_open(code)
        open_sites = store.sites.find({"status": SiteStatus.OPEN}, limit=asked.MOST_SITES)
        sites = body.sites or [each.state.code for each in open_sites]
        for code in sites:
            call.client.require_site(code)
        days = [(each.festival, each.day) for each in festivals_of(body.year)]
        series = [each.state for each in store.series.find({}, limit=asked.MOST_ENTRIES)]
        return Drafting.ask(id, body.year, sites, proposals(body.year, days, series))

    return call.app.draftings.make(id, call.origin, build)


@api.query("/v1/plans/drafts/{id}", scope="plans:read")
def read_drafting(call: Call[Store], id: str) -> Loaded[Drafting]:
    """One asking for drafts."""
    return call.app.draftings.load(id)


@api.query("/v1/plans/clashes", scope="plans:read")
def list_clashes(call: Call[Store], query: YearQuery) -> Clashes:
    """Where entries of a year, of whichever sites, want one room or one person at one time."""
    found = call.app.plans.find({"year": query.year}, limit=MOST_PLANS)
    mine = clashes([each.state for each in found])
    shown = [each for each in mine if any(call.client.acts_for(s) for s, _ in each.entries)]
    return Clashes(items=[ClashOf(**vars(each)) for each in shown])


@api.query("/v1/plans/{id}", scope="plans:read")
def read_plan(call: Call[Store], id: str) -> Loaded[Plan]:
    """A site's plan of a year."""
    return call.read(call.app.plans, id)


@api.query("/v1/plans", scope="plans:read")
def list_plans(call: Call[Store], query: PlansQuery) -> Page[Plan]:
    """Plans of the sites this client may act for."""
    criteria = query.model_dump(include={"site", "year", "status"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.plans, criteria, query)


@api.query("/v1/plans/{id}/progress", scope="plans:read")
def read_progress(call: Call[Store], id: str) -> PlanAgainstFact:
    """Plan against fact."""
    today = date_of(call.clock.now())
    rows = [
        EntryProgress(
            entry=code,
            title=entry.title,
            day=entry.day,
            progress=progress(entry, today),
            activities=entry.activities,
            held=entry.held,
        )
        for code, entry in call.read(call.app.plans, id).state.entries.items()
    ]
    totals = {step: sum(each.progress is step for each in rows) for step in Progress}
    return PlanAgainstFact(entries=sorted(rows, key=lambda each: each.day), totals=totals)


@api.command("/v1/plans/{id}/adjust", scope="plans:write")
def adjust(call: Call[Store], id: str, body: asked.AdjustPlan) -> Receipt:
    """Entries put in, changed and dropped; it is to be confirmed then."""
    return call.change(call.app.plans, id, lambda plan, now: plan.adjust(body, now))


@api.command("/v1/plans/{id}/confirm", scope="plans:write")
def confirm(call: Call[Store], id: str, body: asked.ConfirmPlan) -> Receipt:
    """The site stands by it."""
    return call.change(call.app.plans, id, lambda plan, now: plan.confirm(now))

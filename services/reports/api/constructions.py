"""The construction of sites (建设) over HTTP: plans, milestones, evidence."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from services.reports.construction import (
    OF_CONSTRUCTION,
    OWN,
    ConstructionPlan,
    construction_id,
    plans,
    with_plan,
)
from services.reports.model.commands import construction as asked
from services.reports.model.construction import Construction, ConstructionStatus
from services.reports.store import Store
from shared.contracts.base import Event, SiteCode
from shared.errors import invalid
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.media import PICTURES
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()
ONE = "/v1/constructions/{id}"
MILESTONE = ONE + "/milestones/{milestone}"


class ConstructionsQuery(PageQuery):
    """Filters of the list of constructions."""

    site: SiteCode | None = None
    status: ConstructionStatus | None = None


class ConstructionPlans(BaseModel):
    """All that are known."""

    items: list[ConstructionPlan]


@api.query("/v1/construction-plans", scope="construction:read")
def list_plans(call: Call[Store]) -> ConstructionPlans:
    """建设方案 by which sites can be laid out."""
    return ConstructionPlans(items=list(plans().values()))


@api.command("/v1/constructions", scope="construction:plan", made="id")
def lay_out(call: Call[Store], body: asked.PlanConstruction) -> Receipt:
    """A site's milestones: those that a plan wants of it, or one's own. One for each plan."""
    call.client.require_site(body.site)
    id = construction_id(body.site, body.plan or OWN)

    def build(now: datetime) -> tuple[Construction, Sequence[Event]]:
        call.app.sites.require_open(body.site)
        command = with_plan(body, call.app.sites.facts(body.site))
        return Construction.lay_out(id, body.plan or OWN, command, now)

    return call.app.constructions.make(id, call.origin, build)


@api.query(ONE, scope="construction:read")
def read_construction(call: Call[Store], id: str) -> Loaded[Construction]:
    """One site's milestones with their evidence, and its acceptances."""
    return call.read(call.app.constructions, id)


@api.query("/v1/constructions", scope="construction:read")
def list_constructions(call: Call[Store], query: ConstructionsQuery) -> Page[Construction]:
    """Constructions of the sites this client may act for."""
    criteria: Document = query.model_dump(include={"site", "status"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.constructions, criteria, query)


@api.command(ONE + "/milestones", scope="construction:plan")
def add_milestone(call: Call[Store], id: str, body: asked.AddMilestone) -> Receipt:
    """One more of this site's own."""
    return call.change(call.app.constructions, id, lambda it, now: it.add(body, now))


@api.command(MILESTONE + "/move", scope="construction:plan")
def move_milestone(
    call: Call[Store], id: str, milestone: str, body: asked.MoveMilestone
) -> Receipt:
    """Another day, with a reason."""
    return call.change(call.app.constructions, id, lambda it, now: it.move(milestone, body, now))


@api.command(MILESTONE + "/drop", scope="construction:plan")
def drop_milestone(
    call: Call[Store], id: str, milestone: str, body: asked.DropMilestone
) -> Receipt:
    """It is not wanted of this site."""
    return call.change(call.app.constructions, id, lambda it, now: it.drop(milestone, body, now))


@api.command(MILESTONE + "/evidence", scope="construction:report")
def attach_evidence(
    call: Call[Store], id: str, milestone: str, body: asked.AttachEvidence
) -> Receipt:
    """佐证材料; the file is uploaded before, for `construction`."""

    def decide(construction: Construction, now: datetime) -> Sequence[Event]:
        events = construction.attach(milestone, body, call.person, now)
        file = call.app.files.claim(body.file, construction.site, OF_CONSTRUCTION, "file")
        if file.media in PICTURES and not body.consent:
            raise invalid("consent", "is needed for a photograph", "照片须经被拍摄人同意")
        return events

    return call.change(call.app.constructions, id, decide)


@api.command(MILESTONE + "/evidence/{file}/remove", scope="construction:report")
def remove_evidence(
    call: Call[Store], id: str, milestone: str, file: str, body: asked.RemoveEvidence
) -> Receipt:
    """It does not belong there, or consent was taken back."""
    return call.change(
        call.app.constructions, id, lambda it, now: it.remove(milestone, file, body, now)
    )


@api.command(MILESTONE + "/reach", scope="construction:report")
def reach_milestone(
    call: Call[Store], id: str, milestone: str, body: asked.ReachMilestone
) -> Receipt:
    """完成: its evidence is there."""
    return call.change(call.app.constructions, id, lambda it, now: it.reach(milestone, body, now))


@api.command(MILESTONE + "/reopen", scope="construction:plan")
def reopen_milestone(
    call: Call[Store], id: str, milestone: str, body: asked.ReopenMilestone
) -> Receipt:
    """It was not reached after all."""
    return call.change(call.app.constructions, id, lambda it, now: it.reopen(milestone, body, now))

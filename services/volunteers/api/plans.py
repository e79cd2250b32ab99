"""Templates, bulk plans and the rules of rosters over HTTP."""

from datetime import datetime

from services.volunteers.model import commands as asked
from services.volunteers.model.plan import Plan, Template
from services.volunteers.model.roster_rules import RosterRules
from services.volunteers.rosters import RULES
from services.volunteers.store import Store
from shared.contracts.base import Event, SiteCode
from shared.errors import NotFound, invalid
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class OfSite(PageQuery):
    """Of one site, or of all that the client may act for."""

    site: SiteCode | None = None


@api.command("/v1/shift-templates", scope="shifts:plan", made="id")
def make_template(call: Call[Store], body: asked.MakeTemplate) -> Receipt:
    """A weekly pattern of shifts (排班模板)."""
    call.client.require_site(body.site)
    id = call.new_id("tmpl")

    def build(now: datetime) -> tuple[Template, list[Event]]:
        call.app.sites.require_open(body.site)
        if body.team:
            call.app.team(body.team)
        return Template.make(body)

    return call.app.rosters.templates.make(id, call.origin, build)


@api.query("/v1/shift-templates/{id}", scope="shifts:read")
def read_template(call: Call[Store], id: str) -> Loaded[Template]:
    """One template."""
    return call.read(call.app.rosters.templates, id)


@api.query("/v1/shift-templates", scope="shifts:read")
def list_templates(call: Call[Store], query: OfSite) -> Page[Template]:
    """Templates of the sites this client may act for."""
    criteria: Document = query.model_dump(include={"site"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.rosters.templates, criteria, query)


@api.command("/v1/shift-templates/{id}/retire", scope="shifts:plan")
def retire_template(call: Call[Store], id: str, body: asked.RetireTemplate) -> Receipt:
    """Nothing new is planned from it."""
    return call.change(call.app.rosters.templates, id, lambda template, now: template.retire(now))


@api.command("/v1/plans", scope="shifts:plan", made="id")
def make_plan(call: Call[Store], body: asked.MakePlan) -> Receipt:
    """批量排班: lay out a template's weeks; the shifts are there a moment later."""
    id = call.new_id("plan")

    def build(now: datetime) -> tuple[Plan, list[Event]]:
        try:
            template = call.app.rosters.templates.load(body.template).state
        except NotFound:
            raise invalid(
                "template",
                f"there is no template {body.template}; GET /v1/shift-templates lists them",
                f"没有模板 {body.template};可查询 GET /v1/shift-templates",
            ) from None
        call.client.require_site(template.site)
        call.app.sites.require_open(template.site)
        return Plan.make(id, body, template, now)

    return call.app.rosters.plans.make(id, call.origin, build)


@api.query("/v1/plans/{id}", scope="shifts:read")
def read_plan(call: Call[Store], id: str) -> Loaded[Plan]:
    """One bulk plan; its shifts as they are now: GET /v1/shifts?plan=…"""
    return call.read(call.app.rosters.plans, id)


@api.query("/v1/plans", scope="shifts:read")
def list_plans(call: Call[Store], query: OfSite) -> Page[Plan]:
    """Bulk plans of the sites this client may act for."""
    criteria: Document = query.model_dump(include={"site"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.rosters.plans, criteria, query)


@api.command("/v1/plans/{id}/undo", scope="shifts:plan")
def undo_plan(call: Call[Store], id: str, body: asked.UndoPlan) -> Receipt:
    """Take a batch back, as far as it has not begun; what somebody is in is kept or cancelled."""
    return call.change(call.app.rosters.plans, id, lambda plan, now: plan.undo(id, body, now))


@api.query("/v1/roster-rules", scope="shifts:read")
def read_rules(call: Call[Store]) -> Loaded[RosterRules]:
    """Gaps, cut-off, reminders, and what follows from shifts missed."""
    return call.app.rosters.load_rules()


@api.command("/v1/roster-rules", scope="shifts:rules", method="PUT", edits=True)
def set_rules(call: Call[Store], body: asked.SetRosterRules) -> Receipt:
    """One set for all sites."""
    return call.app.rosters.roster_rules.change(
        RULES,
        call.origin,
        lambda rules, now: rules.set(body, now),
        call.expected,
        initial=RosterRules,
    )

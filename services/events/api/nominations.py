"""Nominations and objections over HTTP."""

from services.events.model.campaign import Campaign
from services.events.model.commands import nomination as asked
from services.events.model.nomination import Nomination, NominationStatus
from services.events.model.objection import Objection, ObjectionStatus
from services.events.selections import nomination_id
from services.events.store import Store
from shared.contracts.base import Event, Id, Moment, SiteCode
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class NominationsQuery(PageQuery):
    """Filters of the list of nominations."""

    site: SiteCode | None = None
    campaign: Id | None = None
    status: NominationStatus | None = None


class ObjectionsQuery(PageQuery):
    """Filters of the list of objections."""

    site: SiteCode | None = None
    campaign: Id | None = None
    status: ObjectionStatus | None = None


# ---- nominations ----


@api.command("/v1/nominations", scope="campaigns:nominate", made="id")
def submit_nomination(call: Call[Store], body: asked.SubmitNomination) -> Receipt:
    """推荐, with evidence and the nominee's consent; each nominee once for a campaign."""
    call.client.require_site(body.site)
    selections = call.app.selections
    id = nomination_id(body.campaign, body.nominee)

    def build(now: Moment) -> tuple[Nomination, list[Event]]:
        call.app.require_open(body.site)
        campaign = selections.campaign(body.campaign)
        call.app.claim(body.evidence, body.site, "nomination", "evidence")
        world = selections.world(body.site, campaign, body.nominee)
        return Nomination.submit(id, body, campaign, world, now)

    return selections.nominations.make(id, call.origin, build)


@api.query("/v1/nominations/{id}", scope="campaigns:review")
def read_nomination(call: Call[Store], id: str) -> Loaded[Nomination]:
    """One nomination."""
    return call.read(call.app.selections.nominations, id)


@api.query("/v1/nominations", scope="campaigns:review")
def list_nominations(call: Call[Store], query: NominationsQuery) -> Page[Nomination]:
    """Nominations of the sites this client may act for."""
    criteria = query.model_dump(include={"site", "campaign", "status"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.selections.nominations, criteria, query)


@api.command("/v1/nominations/{id}/accept", scope="campaigns:review")
def accept_nomination(call: Call[Store], id: str, body: asked.AcceptNomination) -> Receipt:
    """It passes the review."""
    return call.change(
        call.app.selections.nominations, id, lambda it, now: it.accept(_of(call, it), now)
    )


@api.command("/v1/nominations/{id}/refuse", scope="campaigns:review")
def refuse_nomination(call: Call[Store], id: str, body: asked.RefuseNomination) -> Receipt:
    """It does not."""
    return call.change(
        call.app.selections.nominations, id, lambda it, now: it.refuse(body, _of(call, it), now)
    )


@api.command("/v1/nominations/{id}/return", scope="campaigns:review")
def return_nomination(call: Call[Store], id: str, body: asked.ReturnNomination) -> Receipt:
    """退回补正: something is missing."""
    return call.change(
        call.app.selections.nominations, id, lambda it, now: it.send_back(body, _of(call, it), now)
    )


@api.command("/v1/nominations/{id}/complete", scope="campaigns:nominate")
def complete_nomination(call: Call[Store], id: str, body: asked.CompleteNomination) -> Receipt:
    """补正: it waits for its review again."""

    def decide(it: Nomination, now: Moment) -> list[Event]:
        events = list(it.complete(body, _of(call, it), now))
        call.app.claim(body.evidence, it.site, "nomination", "evidence")
        return events

    return call.change(call.app.selections.nominations, id, decide)


@api.command("/v1/nominations/{id}/withdraw", scope="campaigns:nominate")
def withdraw_nomination(call: Call[Store], id: str, body: asked.WithdrawNomination) -> Receipt:
    """The nominee's consent is taken back: what was written is erased."""
    return call.change(call.app.selections.nominations, id, lambda it, now: it.withdraw(now))


def _of(call: Call[Store], nomination: Nomination) -> Campaign:
    return call.app.selections.campaigns.load(nomination.campaign).state


# ---- objections ----


@api.command("/v1/objections", scope="campaigns:object", made="id")
def raise_objection(call: Call[Store], body: asked.RaiseObjection) -> Receipt:
    """异议 against a candidate, while a notice runs."""
    selections = call.app.selections
    id = call.new_id("obj")
    return selections.objections.make(
        id,
        call.origin,
        lambda now: Objection.raise_(id, body, selections.campaign(body.campaign), now),
    )


@api.query("/v1/objections/{id}", scope="campaigns:review")
def read_objection(call: Call[Store], id: str) -> Loaded[Objection]:
    """One objection, with who raised it: for those who answer."""
    return call.read(call.app.selections.objections, id)


@api.query("/v1/objections", scope="campaigns:review")
def list_objections(call: Call[Store], query: ObjectionsQuery) -> Page[Objection]:
    """Objections in the campaigns of the sites this client may act for."""
    criteria = query.model_dump(include={"site", "campaign", "status"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.selections.objections, criteria, query)


@api.command("/v1/objections/{id}/uphold", scope="campaigns:review")
def uphold_objection(call: Call[Store], id: str, body: asked.AnswerObjection) -> Receipt:
    """It is right: the candidate is struck."""
    return call.change(call.app.selections.objections, id, lambda it, now: it.uphold(body, now))


@api.command("/v1/objections/{id}/dismiss", scope="campaigns:review")
def dismiss_objection(call: Call[Store], id: str, body: asked.AnswerObjection) -> Receipt:
    """It is not."""
    return call.change(call.app.selections.objections, id, lambda it, now: it.dismiss(body, now))

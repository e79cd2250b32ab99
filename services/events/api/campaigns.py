"""Campaigns over HTTP: open, announce, reschedule, decide, cancel; the notice."""

from pydantic import BaseModel

from services.events.model.ballots import RollPart
from services.events.model.campaign import Campaign, CampaignStatus
from services.events.model.categories import CATEGORIES, NomineeKind
from services.events.model.commands import campaign as asked
from services.events.store import Store
from shared.contracts.base import Event, Id, Moment, SiteCode
from shared.contracts.events import Category
from shared.contracts.vocabulary import Theme
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class CampaignsQuery(PageQuery):
    """Filters of the list of campaigns."""

    site: SiteCode | None = None
    status: CampaignStatus | None = None
    category: Category | None = None


class CategoryEntry(BaseModel):
    """A category of the plan."""

    code: Category
    label: str
    label_en: str
    kind: NomineeKind
    theme: Theme


class CategoryList(BaseModel):
    """What can be selected."""

    items: list[CategoryEntry]


class NoticeEntry(BaseModel):
    """What the notice shows of a candidate."""

    nominee: Id
    site: SiteCode
    display: str
    story: str
    evidence: list[Id]
    winner: bool


class Notice(BaseModel):
    """公示: the candidates, or the result."""

    campaign: Id
    status: CampaignStatus
    ends_at: Moment | None
    items: list[NoticeEntry]


@api.query("/v1/campaign-categories", scope="campaigns:read")
def list_categories(call: Call[Store]) -> CategoryList:
    """The plan's categories of selection."""
    return CategoryList(
        items=[
            CategoryEntry(
                code=code,
                label=facts.label.zh,
                label_en=facts.label.en,
                kind=facts.kind,
                theme=facts.theme,
            )
            for code, facts in CATEGORIES.items()
        ]
    )


@api.command("/v1/campaigns", scope="campaigns:write", made="id")
def open_campaign(call: Call[Store], body: asked.OpenCampaign) -> Receipt:
    """推选: nominations are taken from now on."""
    call.client.require_site(body.site)
    id = call.new_id("cmp")

    def build(now: Moment) -> tuple[Campaign, list[Event]]:
        call.app.require_open(body.site)
        return Campaign.open(id, body, now)

    return call.app.selections.campaigns.make(id, call.origin, build)


@api.query("/v1/campaigns/{id}", scope="campaigns:read")
def read_campaign(call: Call[Store], id: str) -> Loaded[Campaign]:
    """One campaign, with its rules, its candidates, and the results of rounds that are counted."""
    return call.app.selections.campaigns.load(id)


@api.query("/v1/campaigns", scope="campaigns:read")
def list_campaigns(call: Call[Store], query: CampaignsQuery) -> Page[Campaign]:
    """Campaigns of all sites: whoever takes part needs to know of them."""
    criteria = query.model_dump(include={"site", "status", "category"}, exclude_none=True)
    return page_of(call.app.selections.campaigns, criteria, query)


@api.query("/v1/campaigns/{id}/notice", scope="campaigns:read")
def read_notice(call: Call[Store], id: str) -> Notice:
    """公示: what is made known of the candidates, with their consent."""
    selections = call.app.selections
    campaign = selections.campaigns.load(id).state
    shown = [each for each, facts in campaign.candidates.items() if not facts.struck]
    items = []
    for nominee in shown:
        nomination = selections.nominations.load(nominee).state
        items.append(
            NoticeEntry(
                nominee=nominee,
                site=nomination.site,
                display=nomination.display,
                story=nomination.story,
                evidence=nomination.evidence,
                winner=nominee in campaign.winners,
            )
        )
    return Notice(campaign=id, status=campaign.status, ends_at=campaign.notice_ends_at, items=items)


@api.command("/v1/campaigns/{id}/announce", scope="campaigns:write")
def announce_candidates(call: Call[Store], id: str, body: asked.AnnounceCandidates) -> Receipt:
    """公示 of the accepted nominations."""
    selections = call.app.selections
    return call.change(
        selections.campaigns, id, lambda it, now: it.announce(selections.accepted(id), now)
    )


@api.command("/v1/campaigns/{id}/reschedule", scope="campaigns:write")
def reschedule_rounds(call: Call[Store], id: str, body: asked.RescheduleRounds) -> Receipt:
    """Other times for the rounds that are yet to open."""
    return call.change(call.app.selections.campaigns, id, lambda it, now: it.reschedule(body, now))


@api.command("/v1/campaigns/{id}/extend", scope="campaigns:write")
def extend_round(call: Call[Store], id: str, body: asked.ExtendRound) -> Receipt:
    """延期: the round that is open closes later; those that follow are held so much later."""
    return call.change(call.app.selections.campaigns, id, lambda it, now: it.extend(body, now))


@api.command("/v1/campaigns/{id}/decide", scope="campaigns:write")
def decide_campaign(call: Call[Store], id: str, body: asked.DecideCampaign) -> Receipt:
    """The winners are honoured: the notice is over, and its objections are answered."""
    selections = call.app.selections
    return call.change(
        selections.campaigns,
        id,
        lambda it, now: it.decide(*selections.objections_of(id), now),
    )


@api.command("/v1/campaigns/{id}/cancel", scope="campaigns:write")
def cancel_campaign(call: Call[Store], id: str, body: asked.CancelCampaign) -> Receipt:
    """It is called off; ballots that were cast are never opened."""
    return call.change(call.app.selections.campaigns, id, lambda it, now: it.cancel(body, now))


@api.command("/v1/campaigns/{id}/roll", scope="campaigns:write")
def enter_voters(call: Call[Store], id: str, body: asked.EnterVoters) -> Receipt:
    """A part of the electoral roll, before the first round opens."""
    selections = call.app.selections
    part = call.new_id("rol")

    def build(now: Moment) -> tuple[RollPart, list[Event]]:
        campaign = selections.campaigns.load(id).state
        call.client.require_site(campaign.site)
        return RollPart.enter(campaign, body)

    return selections.rolls.make(part, call.origin, build)

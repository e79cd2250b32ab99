"""Ballots over HTTP: vote, give points, turnout; and, after the close, the list and the recount."""

from typing import Annotated

from pydantic import BaseModel, Field

from services.events.model import counting
from services.events.model.ballots import BallotPart
from services.events.model.campaign import Campaign
from services.events.model.commands import campaign as asked
from services.events.store import Store
from shared.contracts.base import Id, SiteCode
from shared.contracts.events import Standing
from shared.storage.aggregates import Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class TurnoutNow(BaseModel):
    """How many ballots a round has so far."""

    campaign: Id
    round: Annotated[int, Field(description="From 1")]
    voices: int
    by_site: dict[SiteCode, int]


class RoundRecount(BaseModel):
    """A round counted again from its published ballots."""

    round: int
    ballots: Annotated[int, Field(description="On the list")]
    voices: Annotated[int, Field(description="Marks that somebody has voted")]
    spoiled: int
    digest: str
    standings: list[Standing]
    agrees: Annotated[bool, Field(description="With the result, the digest and the marks")]


class Recount(BaseModel):
    """All rounds that are counted, counted again."""

    campaign: Id
    rounds: list[RoundRecount]
    agrees: bool


@api.command("/v1/campaigns/{id}/votes", scope="campaigns:vote")
def vote(call: Call[Store], id: str, body: asked.CastVote) -> Receipt:
    """投票. Nothing in the answer depends on the choice; its time is that of the round's opening.
    A repeat with the same key gets it again, whatever it chooses."""
    call.client.require_site(body.site)
    return call.app.selections.vote(id, body, call.origin.key)


@api.command("/v1/campaigns/{id}/points", scope="campaigns:judge")
def give_points(call: Call[Store], id: str, body: asked.GivePoints) -> Receipt:
    """评审: points of a member of the jury, secret like a vote."""
    return call.app.selections.give_points(id, body, call.origin.key)


@api.query("/v1/campaigns/{id}/turnout", scope="campaigns:read")
def read_turnout(call: Call[Store], id: str) -> TurnoutNow:
    """Ballots so far in the round that is open, or was last; at most a quarter of a second old."""
    campaign = call.app.selections.campaigns.load(id).state
    index, by_site = call.app.selections.turnout(campaign)
    return TurnoutNow(campaign=id, round=index + 1, voices=sum(by_site.values()), by_site=by_site)


@api.query("/v1/campaigns/{id}/ballots", scope="campaigns:recount")
def list_ballots(call: Call[Store], id: str, query: PageQuery) -> Page[BallotPart]:
    """The ballot lists of rounds that are counted: to recount them oneself."""
    call.app.selections.campaigns.load(id)
    return page_of(call.app.selections.ballots, {"campaign": id}, query)


@api.query("/v1/campaigns/{id}/recount", scope="campaigns:recount")
def recount(call: Call[Store], id: str) -> Recount:
    """Each counted round from its ballot list, beside its result."""
    campaign = call.app.selections.campaigns.load(id).state
    counted = [index for index, each in enumerate(campaign.rounds) if each.standings]
    rounds = [_again(call.app, campaign, index) for index in counted]
    return Recount(campaign=id, rounds=rounds, agrees=all(each.agrees for each in rounds))


def _again(store: Store, campaign: Campaign, index: int) -> RoundRecount:
    each = campaign.rounds[index]
    sheets = store.selections.ballot_list(campaign.id, index + 1)
    ballots = sum(sheet.count for sheet in sheets)
    voices = store.selections.boxes.voices(campaign.box_id(index))
    digest = counting.digest_of(each.candidates, sheets)
    standings = campaign.count_again(index, sheets)
    return RoundRecount(
        round=index + 1,
        ballots=ballots,
        voices=voices,
        spoiled=each.spoiled,
        digest=digest,
        standings=standings,
        agrees=(standings, digest, voices, voices)
        == (each.standings, each.digest, each.voices, ballots + each.spoiled),
    )

"""What is told of campaigns (推选). Nominees are told of by the id of their nomination alone."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import Event, Id, Moment, SiteCode, SiteEvent


class Category(StrEnum):
    """What is selected (plan, 三.3 to 三.5 and 四(二)); `other` is the N of 1+N."""

    CIVILIZED_FAMILY = "civilized-family"
    CIVILIZED_HOUSEHOLD = "civilized-household"
    MOST_BEAUTIFUL_FAMILY = "most-beautiful-family"
    GOOD_FAMILY = "good-family"
    FAMILY_VALUES = "family-values"
    GOOD_CITIZEN = "good-citizen"
    BEAUTIFUL_RESIDENT = "beautiful-resident"
    MORAL_MODEL = "moral-model"
    LEI_FENG_MODEL = "lei-feng-model"
    DEMONSTRATION_HOUSEHOLD = "demonstration-household"
    OTHER = "other"


class RoundKind(StrEnum):
    """Who has a voice in a round: the residents, or a jury that gives points."""

    PUBLIC = "public"
    JURY = "jury"


class Standing(BaseModel):
    """Where a nominee stands after a round. Scores are in thousandths of a point, 0 to 100 000."""

    model_config = ConfigDict(frozen=True)

    nominee: Id
    marks: int  # votes; of a jury, the sum of the points that count
    score: int  # of this round
    standing: int  # with what is carried from the round before
    goes_on: bool  # to the next round; after the last: is honoured


class BallotSheet(BaseModel):
    """Ballots of one content. `marks` are in the order of the round's candidates: 0 or 1 where
    residents vote, points from 0 to 100 where a jury does."""

    model_config = ConfigDict(frozen=True)

    marks: list[int]
    count: int


class CampaignEvent(SiteEvent):
    """What every event of a campaign carries."""

    campaign: Id
    category: Category
    year: int


class CampaignOpened(CampaignEvent, name="events.campaign.opened", version=1):
    """推荐: nominations are taken."""

    sites: list[SiteCode]  # empty: all
    nominations_close_at: Moment
    rounds: int


class CampaignReviewing(CampaignEvent, name="events.campaign.reviewing", version=1):
    """审核: no more nominations; those that are there are reviewed."""


class CampaignAnnounced(CampaignEvent, name="events.campaign.announced", version=1):
    """公示: the candidates are made known, and anybody may object until the notice ends."""

    candidates: list[Id]
    notice_ends_at: Moment


class CampaignRescheduled(CampaignEvent, name="events.campaign.rescheduled", version=1):
    """Rounds that are yet to open have other times; `closes_at` of the last one."""

    opens_at: Moment
    closes_at: Moment


class CampaignRoundOpened(CampaignEvent, name="events.campaign.round-opened", version=1):
    """投票 or 评审: ballots are taken."""

    round: int  # from 1
    kind: RoundKind
    candidates: list[Id]
    closes_at: Moment


class CampaignRoundExtended(CampaignEvent, name="events.campaign.round-extended", version=1):
    """延期: the round that is open closes later than was told."""

    round: int
    closes_at: Moment


class CampaignRoundClosed(CampaignEvent, name="events.campaign.round-closed", version=1):
    """No more ballots are taken; they are counted now."""

    round: int


class CampaignRoundCounted(CampaignEvent, name="events.campaign.round-counted", version=1):
    """计票: the tally, from ballots that `events.ballots.published` tells. Told after the close."""

    round: int
    kind: RoundKind
    voices: int  # ballots cast
    spoiled: int  # of them, that could not be read
    digest: str  # SHA-256 of the ballot list
    parts: int  # of the ballot list
    struck: list[Id]  # candidates who could not go on any more
    standings: list[Standing]


class CampaignRoundVoid(CampaignEvent, name="events.campaign.round-void", version=1):
    """Too few ballots to be counted without showing who chose what: they were never opened."""

    round: int
    voices: int


class CampaignResultAnnounced(CampaignEvent, name="events.campaign.result-announced", version=1):
    """公示 of the result: anybody may object until the notice ends."""

    winners: list[Id]
    notice_ends_at: Moment


class CampaignDecided(CampaignEvent, name="events.campaign.decided", version=1):
    """The winners are honoured."""

    winners: list[Id]


class CampaignFailed(CampaignEvent, name="events.campaign.failed", version=1):
    """It ends without a result."""

    round: int  # the one that was void; 0 where there were no candidates


class CampaignCancelled(CampaignEvent, name="events.campaign.cancelled", version=1):
    """It is called off."""


class CandidateStruck(CampaignEvent, name="events.candidate.struck", version=1):
    """A candidate is one no more: an objection was upheld, or the nominee withdrew."""

    nominee: Id


class TurnoutCounted(Event, name="events.turnout.counted", version=1):
    """How many ballots a round has so far. Never a choice."""

    campaign: Id
    round: int
    voices: int
    by_site: dict[SiteCode, int]


class BallotsPublished(Event, name="events.ballots.published", version=1):
    """A part of a round's ballot list, told after the close: whoever hears all parts can recount.

    Equal ballots are told once with their number, in the order of their content: nothing is left of
    who cast them, when, and in which order.
    """

    campaign: Id
    round: int
    kind: RoundKind
    part: int  # from 1
    parts: int
    candidates: list[Id]
    sheets: Annotated[list[BallotSheet], Field(max_length=1000)]

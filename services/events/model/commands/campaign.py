"""What can be asked of campaigns (推选). The rules of a campaign are data."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.contracts.base import Command, Id, Line, Moment, PersonRef, SiteCode
from shared.contracts.events import Category, NominatorKind, RoundKind

Percent = Annotated[int, Field(ge=0, le=100)]
Sites = Annotated[list[SiteCode], Field(max_length=200)]

MOST_CANDIDATES = 200
MOST_ROUNDS = 5


class Per(StrEnum):
    """What a number of ballots is counted for."""

    ROUND = "round"
    DAY = "day"


class Voters(StrEnum):
    """Who may vote in a public round: every resident, or who is on the electoral roll."""

    EVERYBODY = "everybody"
    ROLL = "roll"


class Ties(StrEnum):
    """What becomes of equals where there are fewer places than them."""

    ALL = "all"  # 并列: all of them go on
    NONE = "none"  # none of them does
    STANDING = "standing"  # the standing before this round decides, then the lot
    LOT = "lot"  # a lot that anybody can draw again: it follows from the ballot list


class RoundRules(Command):
    """One round of voting (投票) or of a jury (评审)."""

    kind: RoundKind
    opens_at: Moment
    closes_at: Moment
    places: Annotated[
        int, Field(ge=1, le=MOST_CANDIDATES, description="How many go on, or win in the last round")
    ]
    choices: Annotated[int, Field(ge=1, le=50, description="Most nominees on a ballot")] = 1
    least_choices: Annotated[int, Field(ge=1, le=50)] = 1
    ballots: Annotated[int, Field(ge=1, le=10, description="Of one voter, a round or a day")] = 1
    per: Per = Per.ROUND
    carries: Annotated[
        Percent, Field(description="Weight of the standing from the rounds before")
    ] = 0
    trim: Annotated[bool, Field(description="Highest and lowest points of a jury are left out")] = (
        False
    )
    least_voices: Annotated[
        int,
        Field(ge=3, le=100_000, description="With fewer ballots the round is void, and unopened"),
    ] = 3


class CampaignRules(Command):
    """Who may do what, when, and how it is decided."""

    sites: Annotated[Sites, Field(description="That take part; none named: all")] = []
    nominators: Annotated[list[NominatorKind], Field(min_length=1, max_length=4)]
    nominations_close_at: Moment
    nominations_per_site: Annotated[int, Field(ge=1, le=MOST_CANDIDATES)] | None = None
    conditions: Annotated[
        list[Line], Field(max_length=20, description="What a nominee must meet, in words")
    ] = []
    years_between: Annotated[
        int, Field(ge=0, le=20, description="Years after an honour of this category")
    ] = 0
    notice_days: Annotated[int, Field(ge=1, le=60, description="公示 of the candidates")] = 5
    result_notice_days: Annotated[int, Field(ge=1, le=60, description="公示 of the result")] = 5
    voters: Voters = Voters.EVERYBODY
    jury: Annotated[list[PersonRef], Field(max_length=100)] = []
    rounds: Annotated[list[RoundRules], Field(min_length=1, max_length=MOST_ROUNDS)]
    winners_per_site: Annotated[int, Field(ge=1, le=MOST_CANDIDATES)] | None = None
    ties: Ties = Ties.STANDING


class OpenCampaign(Command):
    """推选: nominations are taken from now on."""

    site: SiteCode
    category: Category
    title: Line
    year: Annotated[int, Field(ge=2019, le=2100)]
    rules: CampaignRules


class AnnounceCandidates(Command):
    """公示: those whose nomination is accepted are made known."""


class RoundTimes(Command):
    """When a round is held."""

    opens_at: Moment
    closes_at: Moment


class RescheduleRounds(Command):
    """Other times for the rounds that are yet to open, in their order."""

    rounds: Annotated[list[RoundTimes], Field(min_length=1, max_length=MOST_ROUNDS)]


class ExtendRound(Command):
    """延期: the round that is open closes later. It is never made shorter."""

    closes_at: Moment
    reason: Line


class DecideCampaign(Command):
    """The notice is over and its objections are answered: the winners are honoured."""


class CancelCampaign(Command):
    """It is called off."""

    reason: Line


class EnterVoters(Command):
    """A part of the electoral roll: derived numbers, at most 2 000 at once."""

    voters: Annotated[list[PersonRef], Field(min_length=1, max_length=2000)]


class CastVote(Command):
    """投票. What is chosen is kept sealed, and never beside who chose it once it is counted."""

    voter: PersonRef
    site: Annotated[SiteCode, Field(description="Through which the voter votes")]
    choices: Annotated[list[Id], Field(min_length=1, max_length=50)]


class GivePoints(Command):
    """评审: points of a member of the jury for every candidate of the round."""

    juror: PersonRef
    points: Annotated[dict[Id, Percent], Field(min_length=1, max_length=MOST_CANDIDATES)]

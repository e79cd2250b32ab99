"""Campaigns, nominations and honours as they are in each state, without any I/O."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.events.model.campaign import Campaign
from services.events.model.commands.campaign import OpenCampaign
from services.events.model.commands.nomination import SubmitNomination
from services.events.model.counting import Marks, ballot_list
from services.events.model.nomination import Nomination, World
from services.events.model.rounds import Counted
from shared.contracts.base import Event
from tests.unit.builders import NOW

DAY = timedelta(days=1)
CAMPAIGN = "cmp_one1111"
ANN, BOB, CAI, DAN = (f"nmn_{name}111" for name in ("ann", "bob", "cai", "dan"))
SITES = {ANN: "XP11", BOB: "XP11", CAI: "XP12", DAN: "XP12"}
CLOSE = NOW + 5 * DAY
OPENS = CLOSE + 6 * DAY
CLOSES = OPENS + 7 * DAY
NOBODY = World(of_site=0, honoured_in=None)


def at(moment: datetime) -> str:
    return moment.isoformat()


def round_rules(number: int = 0, **facts: Any) -> dict[str, Any]:
    """A round of a week; each begins a day after the one before."""
    start = OPENS + number * 8 * DAY
    usual = {
        "kind": "public",
        "opens_at": at(start),
        "closes_at": at(start + 7 * DAY),
        "places": 2,
    }
    return usual | facts


def rules(**facts: Any) -> dict[str, Any]:
    return {
        "nominators": ["resident", "community"],
        "nominations_close_at": at(CLOSE),
        "rounds": [round_rules()],
    } | facts


def command(**facts: Any) -> OpenCampaign:
    body = {
        "site": "XP00",
        "category": "civilized-family",
        "title": "文明家庭推选",
        "year": 2026,
        "rules": rules(**facts),
    }
    return OpenCampaign.model_validate(body)


def opened(**facts: Any) -> Campaign:
    return Campaign.open(CAMPAIGN, command(**facts), NOW)[0]


def announced(accepted: Mapping[str, str] = SITES, **facts: Any) -> Campaign:
    campaign = opened(**facts)
    campaign.pass_time(CLOSE)
    campaign.announce(accepted, CLOSE)
    return campaign


def voting(accepted: Mapping[str, str] = SITES, **facts: Any) -> Campaign:
    campaign = announced(accepted, **facts)
    campaign.pass_time(campaign.rounds[0].opens_at)
    return campaign


def votes(campaign: Campaign, **each: int) -> dict[Marks, int]:
    """Ballots for one nominee each, by name: `votes(campaign, ann=3)`."""
    candidates = campaign.rounds[campaign.current].candidates
    return {
        tuple(int(candidate == f"nmn_{name}111") for candidate in candidates): number
        for name, number in each.items()
    }


def result(ballots: Mapping[Marks, int], spoiled: int = 0) -> Counted:
    voices = sum(ballots.values()) + spoiled
    return Counted(voices=voices, spoiled=spoiled, sheets=ballot_list(ballots), parts=1)


def count(campaign: Campaign, ballots: Mapping[Marks, int]) -> list[Event]:
    """The open round closes, and is counted."""
    now = campaign.rounds[campaign.current].closes_at
    campaign.pass_time(now)
    return list(campaign.counted(result(ballots), now))


def nomination_of(**facts: Any) -> SubmitNomination:
    body = {
        "campaign": CAMPAIGN,
        "site": "XP11",
        "nominee": "H-000001",
        "nominator": "community",
        "display": "王**家庭",
        "story": "邻里和睦,乐于助人。",
        "evidence": ["fil_aaaaaa111"],
        "consent": {"given": True, "at": at(NOW), "by": "R-000001"},
    }
    return SubmitNomination.model_validate(body | facts)


def nominated(campaign: Campaign | None = None, **facts: Any) -> Nomination:
    return Nomination.submit(ANN, nomination_of(**facts), campaign or opened(), NOBODY, NOW)[0]

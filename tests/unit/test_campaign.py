"""A campaign: its rules field by field, its moves, its rounds, who is honoured in the end."""

import copy
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.events.model import voting as casting
from services.events.model.campaign import MOVES, Campaign, CampaignStatus
from services.events.model.commands.campaign import (
    CancelCampaign,
    CastVote,
    ExtendRound,
    GivePoints,
    RescheduleRounds,
)
from services.events.model.rounds import MOST_EXTENSIONS
from shared.contracts.base import Event
from shared.contracts.events import (
    CampaignDecided,
    CampaignFailed,
    CampaignRescheduled,
    CampaignResultAnnounced,
    CampaignRoundCounted,
    CampaignRoundExtended,
    CampaignRoundVoid,
    CandidateStruck,
)
from shared.errors import Conflict, Unprocessable
from tests.unit.builders import NOW
from tests.unit.selecting import (
    ANN,
    BOB,
    CAI,
    CLOSE,
    CLOSES,
    DAN,
    DAY,
    OPENS,
    SITES,
    announced,
    at,
    count,
    opened,
    result,
    round_rules,
    votes,
    voting,
)

S = CampaignStatus
JURY = ["J-000001", "J-000002", "J-000003"]


# ---- rules ----


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"nominations_close_at": at(NOW)}, "nominations_close_at"),
        ({"nominators": ["self", "self"]}, "nominators"),
        ({"sites": ["XP11", "XP11"]}, "sites"),
        ({"notice_days": 7}, "rounds.0.opens_at"),
        ({"rounds": [round_rules(closes_at=at(OPENS))]}, "rounds.0.closes_at"),
        ({"rounds": [round_rules(closes_at=at(NOW + 800 * DAY))]}, "rounds.0.closes_at"),
        ({"rounds": [round_rules(carries=10)]}, "rounds.0.carries"),
        ({"rounds": [round_rules(), round_rules(opens_at=at(OPENS))]}, "rounds.1.opens_at"),
        ({"rounds": [round_rules(), round_rules(1, places=3)]}, "rounds.1.places"),
        ({"rounds": [round_rules(least_choices=2)]}, "rounds.0.least_choices"),
        ({"rounds": [round_rules(trim=True)]}, "rounds.0.trim"),
        ({"rounds": [round_rules(kind="jury", ballots=2)], "jury": JURY}, "rounds.0.ballots"),
        ({"rounds": [round_rules(kind="jury", per="day")], "jury": JURY}, "rounds.0.ballots"),
        ({"rounds": [round_rules(kind="jury")]}, "jury"),
        ({"jury": JURY}, "jury"),
        ({"rounds": [round_rules(kind="jury")], "jury": ["J-a001", "j-A001", "J-b002"]}, "jury"),
        (
            {"rounds": [round_rules(kind="jury", least_voices=4)], "jury": JURY},
            "rounds.0.least_voices",
        ),
        ({"rounds": [round_rules(kind="jury")], "jury": JURY, "voters": "roll"}, "voters"),
    ],
)
def test_a_rule_that_makes_no_sense_is_named(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        opened(**facts)
    assert f"rules.{field}" in [each.field for each in refused.value.fields]


# ---- moves ----


def at_result(campaign: Campaign) -> Campaign:
    count(campaign, votes(campaign, ann=5, bob=3, cai=1))
    return campaign


def campaign_that_is(status: CampaignStatus) -> Campaign:
    match status:
        case S.NOMINATING:
            return opened()
        case S.REVIEWING:
            campaign = opened()
            campaign.pass_time(CLOSE)
        case S.ANNOUNCED:
            campaign = announced()
        case S.VOTING:
            campaign = voting()
        case S.COUNTING:
            campaign = voting()
            campaign.pass_time(CLOSES)
        case S.RESULT_ANNOUNCED:
            campaign = at_result(voting())
        case S.DECIDED:
            campaign = at_result(voting())
            campaign.decide(0, [], CLOSES + 5 * DAY)
        case S.FAILED:
            campaign = voting()
            count(campaign, {})
        case S.CANCELLED:
            campaign = opened()
            campaign.cancel(CancelCampaign(reason="改期"), NOW)
    return campaign


def times(campaign: Campaign) -> RescheduleRounds:
    start = CLOSES + 30 * DAY
    coming = campaign.rounds[campaign.current :] or campaign.rounds
    rounds = [
        {"opens_at": at(start + n * 3 * DAY), "closes_at": at(start + n * 3 * DAY + DAY)}
        for n in range(len(coming))
    ]
    return RescheduleRounds.model_validate({"rounds": rounds})


def longer(until: datetime) -> ExtendRound:
    return ExtendRound(closes_at=until, reason="暴雨停课")


COMMANDS: dict[str, Callable[[Campaign], Sequence[Event]]] = {
    "announce": lambda it: it.announce(SITES, CLOSE),
    "reschedule": lambda it: it.reschedule(times(it), NOW),
    "extend": lambda it: it.extend(longer(CLOSES + DAY), OPENS),
    "count": lambda it: it.counted(result(votes(it, ann=5)), CLOSES),
    "decide": lambda it: it.decide(0, [], CLOSES + 6 * DAY),
    "cancel": lambda it: it.cancel(CancelCampaign(reason="改期"), NOW),
}


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("move", COMMANDS)
def test_every_move_in_every_state(status: CampaignStatus, move: str) -> None:
    campaign = campaign_that_is(status)
    before = copy.deepcopy(campaign)
    if move in MOVES[status]:
        assert COMMANDS[move](campaign)
        return
    with pytest.raises(Conflict) as refused:
        COMMANDS[move](campaign)
    assert refused.value.extra["allowed"] == list(MOVES[status])
    assert campaign == before


def test_time_moves_it_through_nominations_and_the_round() -> None:
    campaign = opened()
    assert campaign.due_at() == CLOSE
    assert not campaign.pass_time(CLOSE - timedelta(seconds=1))
    campaign.pass_time(CLOSE)
    assert (campaign.status, campaign.due_at()) == (S.REVIEWING, None)
    campaign.announce(SITES, CLOSE)
    assert campaign.due_at() == OPENS
    campaign.pass_time(OPENS)
    assert (campaign.status, campaign.due_at()) == (S.VOTING, CLOSES)
    campaign.pass_time(CLOSES)
    assert (campaign.status, campaign.due_at()) == (S.COUNTING, None)


def test_a_round_is_made_longer_while_it_is_open_and_those_that_follow_keep_their_distance() -> (
    None
):
    campaign = voting(rounds=[round_rules(places=3), round_rules(1, places=1)])
    gap = campaign.rounds[1].opens_at - campaign.rounds[0].closes_at
    extended, moved = campaign.extend(longer(CLOSES + 2 * DAY), CLOSES - DAY)
    assert isinstance(extended, CampaignRoundExtended) and isinstance(moved, CampaignRescheduled)
    assert (extended.round, extended.closes_at) == (1, CLOSES + 2 * DAY)
    assert campaign.rounds[1].opens_at - campaign.rounds[0].closes_at == gap
    [kept] = campaign.rounds[0].extensions
    assert (kept.closed_at, kept.closes_at, kept.reason) == (CLOSES, CLOSES + 2 * DAY, "暴雨停课")
    assert not campaign.pass_time(CLOSES)
    body = CastVote(voter="R-000001", site="XP11", choices=[ANN])
    assert casting.public_marks(campaign, body, CLOSES + DAY)  # a vote that would have been late
    campaign.pass_time(CLOSES + 2 * DAY)
    assert campaign.status is S.COUNTING


@pytest.mark.parametrize(
    ("until", "now"),
    [
        (CLOSES, OPENS),  # no longer
        (CLOSES - DAY, OPENS),  # shorter
        (CLOSES + DAY, CLOSES),  # its time is over, though nobody has closed it yet
        (NOW + 800 * DAY, OPENS),
    ],
)
def test_a_round_is_never_made_shorter_nor_opened_again(until: datetime, now: datetime) -> None:
    with pytest.raises((Unprocessable, Conflict)):
        voting().extend(longer(until), now)


def test_a_round_is_made_longer_only_so_often() -> None:
    campaign = voting()
    for more in range(1, MOST_EXTENSIONS + 1):
        campaign.extend(longer(CLOSES + more * DAY), OPENS)
    with pytest.raises(Conflict):
        campaign.extend(longer(CLOSES + 30 * DAY), OPENS)


def test_a_community_with_more_accepted_nominations_than_allowed_is_named() -> None:
    campaign = opened(nominations_per_site=1)
    campaign.pass_time(CLOSE)
    with pytest.raises(Conflict, match="XP11, XP12"):
        campaign.announce(SITES, CLOSE)
    assert campaign.announce({ANN: "XP11", CAI: "XP12"}, CLOSE)


def test_a_notice_is_over_before_the_first_round() -> None:
    campaign = opened()
    campaign.pass_time(CLOSE)
    late = OPENS - DAY
    with pytest.raises(Conflict, match="reschedule"):
        campaign.announce(SITES, late)
    later = {"opens_at": at(OPENS + 9 * DAY), "closes_at": at(OPENS + 10 * DAY)}
    campaign.reschedule(RescheduleRounds.model_validate({"rounds": [later]}), late)
    assert campaign.announce(SITES, late)


def test_a_round_can_not_be_moved_into_the_notice() -> None:
    campaign = announced()
    early = {"opens_at": at(CLOSE + DAY), "closes_at": at(CLOSE + 2 * DAY)}
    with pytest.raises(Unprocessable):
        campaign.reschedule(RescheduleRounds.model_validate({"rounds": [early]}), CLOSE)


# ---- results ----


def test_the_tally_is_told_when_the_round_is_counted_and_not_before() -> None:
    campaign = voting()
    told = [*campaign.pass_time(CLOSES)]
    assert all("standings" not in each.model_dump() for each in told)
    assert campaign.rounds[0].standings == []

    counted, announced_result = campaign.counted(
        result(votes(campaign, ann=5, bob=3, cai=1)), CLOSES
    )
    assert isinstance(counted, CampaignRoundCounted)
    assert [row.marks for row in counted.standings] == [5, 3, 1, 0]
    assert isinstance(announced_result, CampaignResultAnnounced)
    assert announced_result.winners == campaign.winners == [ANN, BOB]


def test_a_round_with_too_few_ballots_is_void_and_the_campaign_fails() -> None:
    campaign = voting(rounds=[round_rules(least_voices=5)])
    void, failed = count(campaign, votes(campaign, ann=4))
    assert isinstance(void, CampaignRoundVoid) and void.voices == 4
    assert isinstance(failed, CampaignFailed)
    assert campaign.rounds[0].standings == []


def test_only_those_who_go_on_are_candidates_of_the_next_round() -> None:
    rounds = [round_rules(places=3), round_rules(1, kind="jury", places=1, carries=40)]
    campaign = voting(rounds=rounds, jury=JURY)
    count(campaign, votes(campaign, ann=5, bob=3, cai=2, dan=1))
    assert campaign.status is S.ANNOUNCED
    campaign.strike(BOB, CLOSES)
    campaign.pass_time(campaign.rounds[1].opens_at)
    assert campaign.rounds[1].candidates == [ANN, CAI]
    count(campaign, {(10, 90): 3})
    # 10 points and 100 before; 90 points and 40 before
    assert [row.standing for row in campaign.rounds[1].standings] == [70_000, 46_000]
    assert campaign.winners == [CAI]


def test_a_winner_who_is_struck_makes_place_for_the_next() -> None:
    campaign = at_result(voting())
    assert isinstance(campaign.strike(ANN, CLOSES)[0], CandidateStruck)
    assert campaign.winners == [BOB, CAI]
    assert campaign.strike(ANN, CLOSES) == []


def test_it_is_decided_when_the_notice_is_over_and_every_objection_is_answered() -> None:
    campaign, over = at_result(voting()), CLOSES + 5 * DAY
    with pytest.raises(Conflict, match="runs until"):
        campaign.decide(0, [], over - timedelta(seconds=1))
    with pytest.raises(Conflict, match="1 objections"):
        campaign.decide(1, [], over)
    events = campaign.decide(0, [BOB], over)
    assert isinstance(events[-1], CampaignDecided)
    assert events[-1].winners == [ANN, CAI]


def test_a_campaign_without_candidates_fails_when_its_round_would_open() -> None:
    campaign = announced({ANN: "XP11"})
    campaign.strike(ANN, CLOSE)
    (failed,) = campaign.pass_time(OPENS)
    assert isinstance(failed, CampaignFailed)


def test_a_count_and_a_recount_agree_also_when_somebody_is_struck_after() -> None:
    campaign = voting()
    counted = result(votes(campaign, ann=5, bob=3, cai=3))
    campaign.pass_time(CLOSES)
    campaign.counted(counted, CLOSES)
    campaign.strike(ANN, CLOSES)
    assert campaign.count_again(0, counted.sheets) == campaign.rounds[0].standings


# ---- ballots ----


def vote(*choices: str, **facts: Any) -> CastVote:
    body = {"voter": "R-000001", "site": "XP11", "choices": list(choices)}
    return CastVote.model_validate(body | facts)


def test_choices_become_marks_in_the_order_of_the_candidates() -> None:
    campaign = voting(rounds=[round_rules(choices=2)])
    assert casting.public_marks(campaign, vote(CAI, ANN), OPENS) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("choices", "facts", "field"),
    [
        ((ANN, "nmn_nobody1"), {}, "choices.1"),
        ((ANN, DAN), {}, "choices.1"),
        ((ANN, ANN), {}, "choices"),
        ((ANN, BOB, CAI), {}, "choices"),
        ((ANN,), {"site": "XP12"}, "site"),
    ],
)
def test_a_ballot_against_the_rules_is_refused_and_no_message_repeats_a_choice(
    choices: tuple[str, ...], facts: dict[str, Any], field: str
) -> None:
    campaign = voting(rounds=[round_rules(choices=2)], sites=["XP11"])
    campaign.strike(DAN, OPENS)
    with pytest.raises(Unprocessable) as refused:
        casting.public_marks(campaign, vote(*choices, **facts), OPENS)
    assert [each.field for each in refused.value.fields] == [field]
    assert "nmn_" not in str(refused.value) + str(refused.value.fields)


@pytest.mark.parametrize("now", [CLOSES, CLOSES + DAY])
def test_no_ballot_is_taken_after_the_close_though_no_clock_has_ticked(now: datetime) -> None:
    with pytest.raises(Conflict, match="closed"):
        casting.public_marks(voting(), vote(ANN), now)


def test_a_jury_gives_points_for_every_candidate_and_nobody_else_does() -> None:
    campaign = voting(rounds=[round_rules(kind="jury")], jury=JURY)
    campaign.strike(DAN, OPENS)
    points = {ANN: 90, BOB: 0, CAI: 55}

    def give(juror: str, given: dict[str, int]) -> tuple[int, ...]:
        body = GivePoints.model_validate({"juror": juror, "points": given})
        return casting.jury_marks(campaign, body, OPENS)

    assert give("j-000001", points) == (90, 0, 55, 0)
    with pytest.raises(Unprocessable):
        give("R-000001", points)
    with pytest.raises(Unprocessable):
        give(JURY[0], {ANN: 90})
    with pytest.raises(Conflict):
        casting.public_marks(campaign, vote(ANN), OPENS)


def test_slots_are_counted_for_a_round_or_a_day() -> None:
    by_round = voting(rounds=[round_rules(ballots=2)]).rounds[0]
    by_day = voting(rounds=[round_rules(ballots=2, per="day")]).rounds[0]
    assert casting.slots(by_round, "2026-10-21") == casting.slots(by_round, "2026-10-22")
    assert (
        set(casting.slots(by_day, "2026-10-21")) & set(casting.slots(by_day, "2026-10-22")) == set()
    )
    assert len(casting.slots(by_day, "2026-10-21")) == 2

"""From what a voter chooses to the marks on a ballot. It knows the rules, and no other ballot."""

from datetime import datetime

from services.events.model.campaign import Campaign, CampaignStatus
from services.events.model.commands.campaign import CastVote, GivePoints, Per
from services.events.model.counting import Marks
from services.events.model.rounds import Round
from shared.contracts.events import RoundKind
from shared.errors import Conflict, FieldProblem, Text, Unprocessable, invalid


def open_round(campaign: Campaign, kind: RoundKind, now: datetime) -> Round:
    """The round that is open. Raises Conflict where none of this kind is."""
    campaign.require("vote")
    each = campaign.rounds[campaign.current]
    if now >= each.closes_at:
        raise _refused("The round has closed.", "本轮投票已结束。")
    if each.rules.kind is not kind:
        raise _refused(f"This round is one of kind {each.rules.kind}.", "本轮投票方式不同。")
    return each


def takes_ballots(campaign: Campaign, now: datetime) -> bool:
    """Whether a round is open, and its time not over."""
    each = campaign.rounds[campaign.current]
    return campaign.status is CampaignStatus.VOTING and now < each.closes_at


def public_marks(campaign: Campaign, command: CastVote, now: datetime) -> Marks:
    """投票. Raises Conflict or Unprocessable; a message never repeats a choice."""
    each = open_round(campaign, RoundKind.PUBLIC, now)
    sites = campaign.rules.sites
    if sites and command.site not in sites:
        raise invalid("site", "does not take part in this campaign", "不在本次推选范围内")
    able = _able(campaign, each)
    problems = [
        FieldProblem(
            field=f"choices.{number}",
            text=Text("is no candidate of this round", "不是本轮候选对象"),
        )
        for number, choice in enumerate(command.choices)
        if choice not in able
    ]
    if problems:
        raise Unprocessable(problems[0].text, *problems)
    if len(set(command.choices)) < len(command.choices):
        raise invalid("choices", "each nominee at most once", "同一对象不应重复")
    least, most = each.rules.least_choices, each.rules.choices
    if not least <= len(command.choices) <= most:
        raise invalid("choices", f"should be {least} to {most}", f"应选 {least} 至 {most} 个")
    chosen = set(command.choices)
    return tuple(int(nominee in chosen) for nominee in each.candidates)


def jury_marks(campaign: Campaign, command: GivePoints, now: datetime) -> Marks:
    """评审: points for every candidate who is not struck."""
    each = open_round(campaign, RoundKind.JURY, now)
    members = {member.casefold() for member in campaign.rules.jury}
    if command.juror.casefold() not in members:
        raise invalid("juror", "is no member of the jury", "不是评审成员")
    able = _able(campaign, each)
    given = set(command.points)
    if given - set(each.candidates) or able - given:
        raise invalid(
            "points", "should name every candidate of this round", "应给出本轮全部候选对象的分数"
        )
    return tuple(command.points.get(nominee, 0) for nominee in each.candidates)


def slots(each: Round, today: str) -> list[str]:
    """Names of the ballots that one voter has, now."""
    prefix = today if each.rules.per is Per.DAY else "round"
    return [f"{prefix}/{number}" for number in range(1, each.rules.ballots + 1)]


def _able(campaign: Campaign, each: Round) -> set[str]:
    """Candidates who may still be chosen."""
    return {nominee for nominee in each.candidates if not campaign.candidates[nominee].struck}


def _refused(en: str, zh: str) -> Conflict:
    return Conflict(Text(en, zh), extra={"allowed": []})

"""What is wrong with the rules of a campaign, field by field, before it opens."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.events.model.commands.campaign import CampaignRules, Per, RoundRules, Voters
from shared.contracts.events import RoundKind
from shared.errors import FieldProblem, Text, Unprocessable

LONGEST_AHEAD = timedelta(days=2 * 366)
DAY = timedelta(days=1)


def check(rules: CampaignRules, now: datetime) -> None:
    """Raises Unprocessable that names every field."""
    found = [*_nominations(rules, now), *_rounds(rules, now), *_jury(rules)]
    if found:
        names = ", ".join(each.field for each in found)
        raise Unprocessable(Text(f"Please correct: {names}.", f"请更正:{names}。"), *found)


def _nominations(rules: CampaignRules, now: datetime) -> Iterator[FieldProblem]:
    if rules.nominations_close_at <= now:
        yield _problem("nominations_close_at", "should be in the future", "应为将来的时间")
    if len(set(rules.nominators)) < len(rules.nominators):
        yield _problem("nominators", "each at most once", "不应重复")
    if len(set(rules.sites)) < len(rules.sites):
        yield _problem("sites", "each at most once", "不应重复")
    earliest = rules.nominations_close_at + rules.notice_days * DAY
    if rules.rounds[0].opens_at < earliest:
        yield _problem(
            "rounds.0.opens_at",
            f"should leave {rules.notice_days} days after the nominations for the notice",
            f"推荐截止后应留出 {rules.notice_days} 天公示期",
        )


def _rounds(rules: CampaignRules, now: datetime) -> Iterator[FieldProblem]:
    before: RoundRules | None = None
    for number, each in enumerate(rules.rounds):
        at = f"rounds.{number}"
        if each.closes_at <= each.opens_at:
            yield _problem(f"{at}.closes_at", "should be after opens_at", "应晚于 opens_at")
        if each.closes_at > now + LONGEST_AHEAD:
            days = LONGEST_AHEAD.days
            yield _problem(
                f"{at}.closes_at", f"should be within {days} days", f"应在今后 {days} 天之内"
            )
        if before is None and each.carries:
            yield _problem(
                f"{at}.carries", "the first round carries nothing", "首轮不能带入前轮成绩"
            )
        if before and each.opens_at < before.closes_at:
            yield _problem(
                f"{at}.opens_at",
                "should be after the round before has closed",
                "应在前一轮结束之后",
            )
        if before and each.places > before.places:
            yield _problem(f"{at}.places", "no more than in the round before", "不应多于前一轮")
        yield from _ballots(at, each)
        before = each


def _ballots(at: str, each: RoundRules) -> Iterator[FieldProblem]:
    if each.least_choices > each.choices:
        yield _problem(f"{at}.least_choices", "no more than choices", "不应多于 choices")
    if each.kind is RoundKind.JURY and (each.ballots, each.per) != (1, Per.ROUND):
        yield _problem(f"{at}.ballots", "one of each member of a jury", "评审每人一票")
    if each.kind is RoundKind.PUBLIC and each.trim:
        yield _problem(f"{at}.trim", "only a jury's points are trimmed", "仅评审计分可去最高最低")


def _jury(rules: CampaignRules) -> Iterator[FieldProblem]:
    members = {each.casefold() for each in rules.jury}
    if len(members) < len(rules.jury):
        yield _problem("jury", "each member once", "评审成员不应重复")
    wanted = [each for each in rules.rounds if each.kind is RoundKind.JURY]
    if bool(wanted) != bool(members):
        yield _problem(
            "jury", "a jury for its rounds, and none without", "有评审轮次方可设评审团,反之亦然"
        )
    for number, each in enumerate(rules.rounds):
        if each.kind is RoundKind.JURY and members and each.least_voices > len(members):
            yield _problem(
                f"rounds.{number}.least_voices",
                "no more than the jury has members",
                "不应多于评审人数",
            )
    if rules.voters is Voters.ROLL and len(wanted) == len(rules.rounds):
        yield _problem("voters", "a roll is for a public round", "选民名单仅用于公众投票")


def _problem(field: str, en: str, zh: str) -> FieldProblem:
    return FieldProblem(field=f"rules.{field}", text=Text(en, zh))

"""A nomination (推荐): with evidence and consent, reviewed before the candidates are announced."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from services.events.model.campaign import Campaign
from services.events.model.commands.nomination import (
    CompleteNomination,
    NominationFacts,
    NomineeConsent,
    RefuseNomination,
    ReturnNomination,
    SubmitNomination,
)
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.contracts.events import Category, NominatorKind, RefusalGround
from shared.errors import Conflict, FieldProblem, Text, Unprocessable

E = TypeVar("E", bound=told.NominationEvent)


class NominationStatus(StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"  # 退回补正
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


S = NominationStatus

MOVES: dict[NominationStatus, tuple[str, ...]] = {
    S.SUBMITTED: ("accept", "refuse", "return", "withdraw"),
    S.RETURNED: ("complete", "withdraw"),
    S.ACCEPTED: ("refuse", "withdraw"),
    S.REFUSED: (),
    S.WITHDRAWN: (),
}


@dataclass(frozen=True, kw_only=True)
class World:
    """What a nomination is checked against besides the campaign."""

    of_site: int  # nominations of the same community that are there already
    honoured_in: int | None  # year of the nominee's last honour of this category


@dataclass
class Nomination:
    """Its id stands for the nominee in everything that is told."""

    id: str
    status: NominationStatus
    campaign: str
    site: str
    category: Category
    nominee: str  # derived number of the person or household
    nominator: NominatorKind
    by: str | None
    consent: NomineeConsent | None
    display: str  # what the notice shows; empty once it is withdrawn
    story: str
    evidence: list[str]
    meets: list[int] = field(default_factory=list)
    missing: str | None = None  # what it was returned for
    ground: RefusalGround | None = None

    @classmethod
    def submit(
        cls, id: str, command: SubmitNomination, campaign: Campaign, world: World, now: datetime
    ) -> tuple["Nomination", list[Event]]:
        """推荐. Raises Unprocessable that names every field that the rules don't allow."""
        campaign.require("nominate")
        found = _against_rules(command, campaign, world, now)
        if found:
            names = ", ".join(each.field for each in found)
            raise Unprocessable(Text(f"Please correct: {names}.", f"请更正:{names}。"), *found)
        nomination = cls(id=id, status=S.SUBMITTED, category=campaign.category, **dict(command))
        return nomination, [nomination._submitted()]

    def complete(
        self, command: CompleteNomination, campaign: Campaign, now: datetime
    ) -> Sequence[Event]:
        """补正: it waits for its review again."""
        self._require("complete")
        campaign.require("review")
        if problem := _conditions(command, campaign):
            raise Unprocessable(problem.text, problem)
        for name, value in command:
            setattr(self, name, value)
        self.status, self.missing = S.SUBMITTED, None
        return [self._submitted()]

    def send_back(
        self, command: ReturnNomination, campaign: Campaign, now: datetime
    ) -> Sequence[Event]:
        """退回补正."""
        self._require("return")
        campaign.require("review")
        self.status, self.missing = S.RETURNED, command.missing
        return [self._tell(told.NominationReturned)]

    def accept(self, campaign: Campaign, now: datetime) -> Sequence[Event]:
        """It passes the review."""
        self._require("accept")
        campaign.require("review")
        self.status = S.ACCEPTED
        return [self._tell(told.NominationAccepted)]

    def refuse(
        self, command: RefuseNomination, campaign: Campaign, now: datetime
    ) -> Sequence[Event]:
        """It does not."""
        self._require("refuse")
        campaign.require("review")
        self.status, self.ground = S.REFUSED, command.ground
        return [self._tell(told.NominationRefused, ground=command.ground)]

    def withdraw(self, now: datetime) -> Sequence[Event]:
        """The consent is taken back, at any time; what was written of the nominee is erased."""
        self._require("withdraw")
        self.status = S.WITHDRAWN
        self.display, self.story, self.evidence, self.consent = "", "", [], None
        self.by, self.missing = None, None
        return [self._tell(told.NominationWithdrawn)]

    # ---- inside ----

    def _submitted(self) -> Event:
        return self._tell(told.NominationSubmitted, nominator=self.nominator)

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise Conflict(
                Text(
                    f"A nomination that is {self.status} can't be moved by {move}.",
                    f"推荐状态为 {self.status},不能执行 {move}。",
                ),
                extra={"state": self.status, "allowed": list(MOVES[self.status])},
            )

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(
            campaign=self.campaign,
            site=self.site,
            category=self.category,
            nominee=self.id,
            **facts,
        )


def _against_rules(
    command: SubmitNomination, campaign: Campaign, world: World, now: datetime
) -> list[FieldProblem]:
    rules, found = campaign.rules, []

    def wrong(name: str, en: str, zh: str) -> None:
        found.append(FieldProblem(field=name, text=Text(en, zh)))

    if now >= rules.nominations_close_at:
        wrong("campaign", "nominations have closed", "推荐已截止")
    if rules.sites and command.site not in rules.sites:
        wrong("site", "does not take part in this campaign", "不在本次推选范围内")
    if command.nominator not in rules.nominators:
        allowed = ", ".join(rules.nominators)
        wrong("nominator", f"may nominate here: {allowed}", f"可推荐者:{allowed}")
    if command.nominator is NominatorKind.RESIDENT and command.by is None:
        wrong("by", "a resident who nominates is named by number", "居民推荐须填写推荐人编号")
    themselves = command.by is not None and command.by.casefold() == command.nominee.casefold()
    if command.nominator is NominatorKind.SELF and not themselves:
        wrong("by", "should be the nominee", "应为被推荐人本人")
    if command.nominator is not NominatorKind.SELF and themselves:
        wrong("by", "nobody nominates themselves as another", "本人自荐应使用 self")
    if command.consent.at > now:
        wrong("consent.at", "should not be in the future", "不应为将来的时间")
    most = rules.nominations_per_site
    if most is not None and world.of_site >= most:
        wrong("site", f"has nominated {most} already", f"该社区推荐名额({most})已满")
    honoured = world.honoured_in
    if honoured is not None and campaign.year - honoured < rules.years_between:
        wrong(
            "nominee",
            f"was honoured in {honoured}; again after {rules.years_between} years",
            f"已于 {honoured} 年获此荣誉,须间隔 {rules.years_between} 年",
        )
    if problem := _conditions(command, campaign):
        found.append(problem)
    return found


def _conditions(command: NominationFacts, campaign: Campaign) -> FieldProblem | None:
    wanted = set(range(1, len(campaign.rules.conditions) + 1))
    if set(command.meets) == wanted:
        return None
    numbers = ", ".join(map(str, sorted(wanted))) or "-"
    return FieldProblem(
        field="meets",
        text=Text(f"every condition is to be met: {numbers}", f"须符合全部条件:{numbers}"),
    )

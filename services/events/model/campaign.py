"""A campaign (推选): nominations, review, notice, rounds, the result's notice, the decision.

Ballots are not in its document: it learns of them when a round is counted (`ballot_box.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from services.events.model import campaign_rules, counting
from services.events.model.commands.campaign import (
    CampaignRules,
    CancelCampaign,
    ExtendRound,
    OpenCampaign,
    RescheduleRounds,
)
from services.events.model.counting import Places
from services.events.model.rounds import Counted, Round
from shared.contracts import events as told
from shared.contracts.base import Event
from shared.contracts.events import BallotSheet, Category, Standing
from shared.errors import Conflict, Text, invalid

E = TypeVar("E", bound=told.CampaignEvent)
DAY = timedelta(days=1)


class CampaignStatus(StrEnum):
    NOMINATING = "nominating"  # 推荐
    REVIEWING = "reviewing"  # 审核
    ANNOUNCED = "announced"  # candidates are known; the next round is yet to open
    VOTING = "voting"  # a round is open
    COUNTING = "counting"  # it has closed
    RESULT_ANNOUNCED = "result-announced"  # 结果公示
    DECIDED = "decided"
    FAILED = "failed"
    CANCELLED = "cancelled"


S = CampaignStatus
OVER = frozenset({S.DECIDED, S.FAILED, S.CANCELLED})

MOVES: dict[CampaignStatus, tuple[str, ...]] = {
    S.NOMINATING: ("nominate", "review", "reschedule", "enter-voters", "cancel"),
    S.REVIEWING: ("review", "announce", "reschedule", "enter-voters", "cancel"),
    S.ANNOUNCED: ("strike", "reschedule", "enter-voters", "cancel"),
    S.VOTING: ("vote", "strike", "extend", "cancel"),
    S.COUNTING: ("strike", "count"),
    S.RESULT_ANNOUNCED: ("strike", "decide", "cancel"),
    S.DECIDED: (),
    S.FAILED: (),
    S.CANCELLED: (),
}


@dataclass
class Candidate:
    """An accepted nomination, by its id."""

    site: str
    struck: bool = False


@dataclass
class Campaign:
    """Times are UTC. Nominees are ids of nominations."""

    id: str
    status: CampaignStatus
    site: str
    category: Category
    title: str
    year: int
    rules: CampaignRules
    rounds: list[Round]
    current: int = 0  # the round that is open, or the next one: index
    candidates: dict[str, Candidate] = field(default_factory=dict)
    notice_ends_at: datetime | None = None
    winners: list[str] = field(default_factory=list)
    reason: str | None = None  # of a cancellation

    @classmethod
    def open(cls, id: str, command: OpenCampaign, now: datetime) -> tuple["Campaign", list[Event]]:
        """推荐. Raises Unprocessable that names every wrong rule."""
        campaign_rules.check(command.rules, now)
        rounds = [Round(each, each.opens_at, each.closes_at) for each in command.rules.rounds]
        campaign = cls(id=id, status=S.NOMINATING, rounds=rounds, **dict(command))
        opened = campaign._tell(
            told.CampaignOpened,
            sites=command.rules.sites,
            nominations_close_at=command.rules.nominations_close_at,
            rounds=len(rounds),
        )
        return campaign, [opened]

    def announce(self, accepted: Mapping[str, str], now: datetime) -> Sequence[Event]:
        """公示 of the accepted nominations: id and community. Refused where a community has more
        than the rules allow, or where the notice would not end before the first round."""
        self.require("announce")
        if not accepted:
            raise self._refused("No nomination is accepted.", "尚无通过审核的推荐。")
        self._limit(accepted)
        ends = now + self.rules.notice_days * DAY
        if ends > self.rounds[0].opens_at:
            raise self._refused(
                "The notice would not be over when the first round opens; reschedule the rounds.",
                "公示期晚于首轮开始时间,请先调整各轮时间。",
            )
        self.candidates = {id: Candidate(site) for id, site in sorted(accepted.items())}
        self.status, self.notice_ends_at = S.ANNOUNCED, ends
        return [
            self._tell(
                told.CampaignAnnounced, candidates=list(self.candidates), notice_ends_at=ends
            )
        ]

    def reschedule(self, command: RescheduleRounds, now: datetime) -> Sequence[Event]:
        """Other times for the rounds that are yet to open."""
        self.require("reschedule")
        coming = self.rounds[self.current :]
        if len(command.rounds) != len(coming):
            raise invalid(
                "rounds", f"{len(coming)} rounds are yet to open", f"尚有 {len(coming)} 轮未开始"
            )
        after_notice = max(now, self.rules.nominations_close_at) + self.rules.notice_days * DAY
        earliest = max(now, self.notice_ends_at or after_notice)
        for number, times in enumerate(command.rounds):
            if times.opens_at < earliest or times.closes_at <= times.opens_at:
                raise invalid(
                    f"rounds.{number}.opens_at",
                    f"should be after {earliest.isoformat()}, and before closes_at",
                    f"应晚于 {earliest.isoformat()},并早于 closes_at",
                )
            if times.closes_at > now + campaign_rules.LONGEST_AHEAD:
                raise invalid(f"rounds.{number}.closes_at", "too far ahead", "过于遥远")
            earliest = times.closes_at
        for each, times in zip(coming, command.rounds, strict=True):
            each.opens_at, each.closes_at = times.opens_at, times.closes_at
        return [self._rescheduled(coming)]

    def extend(self, command: ExtendRound, now: datetime) -> Sequence[Event]:
        """延期 of the round that is open; those that follow are held so much later."""
        self.require("extend")
        each, coming = self.rounds[self.current], self.rounds[self.current + 1 :]
        more = each.extend(command, now)
        for later in coming:
            later.opens_at, later.closes_at = later.opens_at + more, later.closes_at + more
        if self.rounds[-1].closes_at > now + campaign_rules.LONGEST_AHEAD:
            raise invalid("closes_at", "too far ahead", "过于遥远")
        extended = self._tell(
            told.CampaignRoundExtended, round=self.current + 1, closes_at=each.closes_at
        )
        return [extended, *([self._rescheduled(coming)] if coming else [])]

    def strike(self, nominee: str, now: datetime) -> Sequence[Event]:
        """A candidate is one no more. Again, or where it is none: nothing."""
        candidate = self.candidates.get(nominee)
        if candidate is None or candidate.struck or self.status in OVER:
            return []
        candidate.struck = True
        if self.status is S.RESULT_ANNOUNCED:
            self.winners = self._winners()
        return [self._tell(told.CandidateStruck, nominee=nominee)]

    def counted(self, result: Counted, now: datetime) -> Sequence[Event]:
        """计票: the tally of the round that has closed, and where it leads."""
        self.require("count")
        each, number = self.rounds[self.current], self.current + 1
        each.voices = result.voices
        if result.voices - result.spoiled < each.rules.least_voices:
            self.status = S.FAILED
            void = self._tell(told.CampaignRoundVoid, round=number, voices=result.voices)
            return [void, self._tell(told.CampaignFailed, round=number)]
        each.spoiled, each.parts = result.spoiled, result.parts
        each.struck = self._struck()
        each.standings = self.count_again(self.current, result.sheets)
        each.digest = counting.digest_of(each.candidates, result.sheets)
        told_of = self._tell(
            told.CampaignRoundCounted,
            round=number,
            kind=each.rules.kind,
            voices=result.voices,
            spoiled=result.spoiled,
            digest=each.digest,
            parts=result.parts,
            struck=each.struck,
            standings=each.standings,
        )
        return [told_of, *self._after_round(now)]

    def count_again(self, index: int, sheets: Sequence[BallotSheet]) -> list[Standing]:
        """The standings that a ballot list leads to: the count, and each recount."""
        each = self.rounds[index]
        return counting.count(
            each.rules, each.candidates, sheets, self._before(index), self._places(index)
        )

    def decide(self, open_objections: int, upheld: Sequence[str], now: datetime) -> Sequence[Event]:
        """The winners are honoured, once the notice is over and every objection is answered."""
        self.require("decide")
        if self.notice_ends_at and now < self.notice_ends_at:
            raise self._refused(
                f"The notice runs until {self.notice_ends_at.isoformat()}.",
                f"公示期至 {self.notice_ends_at.isoformat()}。",
            )
        if open_objections:
            raise self._refused(
                f"{open_objections} objections are yet to be answered.",
                f"尚有 {open_objections} 条异议未答复。",
            )
        struck = [event for nominee in upheld for event in self.strike(nominee, now)]
        self.status = S.DECIDED
        return [*struck, self._tell(told.CampaignDecided, winners=self.winners)]

    def cancel(self, command: CancelCampaign, now: datetime) -> Sequence[Event]:
        """It is called off; an open round's ballots are never opened."""
        self.require("cancel")
        self.status, self.reason = S.CANCELLED, command.reason
        return [self._tell(told.CampaignCancelled)]

    # ---- time ----

    def due_at(self) -> datetime | None:
        match self.status:
            case S.NOMINATING:
                return self.rules.nominations_close_at
            case S.ANNOUNCED:
                return self.rounds[self.current].opens_at
            case S.VOTING:
                return self.rounds[self.current].closes_at
        return None

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """One step; where more are due, the next look takes them."""
        due = self.due_at()
        if due is None or now < due:
            return []
        each, number = self.rounds[self.current], self.current + 1
        if self.status is S.NOMINATING:
            self.status = S.REVIEWING
            return [self._tell(told.CampaignReviewing)]
        if self.status is S.VOTING:
            self.status = S.COUNTING
            return [self._tell(told.CampaignRoundClosed, round=number)]
        each.candidates = self._next_candidates()
        if not each.candidates:
            self.status = S.FAILED
            return [self._tell(told.CampaignFailed, round=0)]
        self.status = S.VOTING
        return [
            self._tell(
                told.CampaignRoundOpened,
                round=number,
                kind=each.rules.kind,
                candidates=each.candidates,
                closes_at=each.closes_at,
            )
        ]

    # ---- what others ask of it ----

    def require(self, move: str) -> None:
        """Raises Conflict with the moves that are allowed."""
        if move not in MOVES[self.status]:
            raise self._refused(
                f"A campaign that is {self.status} can't be moved by {move}.",
                f"推选状态为 {self.status},不能执行 {move}。",
            )

    def require_notice(self, nominee: str, now: datetime) -> None:
        """Raises where nobody may object to this nominee now."""
        running = self.status in (S.ANNOUNCED, S.RESULT_ANNOUNCED)
        if not running or self.notice_ends_at is None or now >= self.notice_ends_at:
            raise self._refused("No notice runs now.", "当前不在公示期内。")
        if nominee not in self.candidates or self.candidates[nominee].struck:
            raise invalid("nominee", "is no candidate of this campaign", "不是本次推选的候选对象")

    def box_id(self, index: int) -> str:
        """Of the box that a round's ballots go into."""
        return f"{self.id}-{index + 1}"

    # ---- inside ----

    def _limit(self, accepted: Mapping[str, str]) -> None:
        most = self.rules.nominations_per_site
        sites = list(accepted.values())
        over = sorted({site for site in sites if most and sites.count(site) > most})
        if over:
            names = ", ".join(over)
            raise self._refused(
                f"More than {most} nominations are accepted of {names}; refuse some.",
                f"{names} 通过审核的推荐超过 {most} 个,请先退出部分推荐。",
            )

    def _after_round(self, now: datetime) -> Sequence[Event]:
        if self.current + 1 < len(self.rounds):
            self.current += 1
            self.status = S.ANNOUNCED
            return []
        self.status, self.winners = S.RESULT_ANNOUNCED, self._winners()
        self.notice_ends_at = now + self.rules.result_notice_days * DAY
        return [
            self._tell(
                told.CampaignResultAnnounced,
                winners=self.winners,
                notice_ends_at=self.notice_ends_at,
            )
        ]

    def _next_candidates(self) -> list[str]:
        if self.current == 0:
            return [id for id, each in self.candidates.items() if not each.struck]
        rows = self.rounds[self.current - 1].standings
        passed = {row.nominee for row in rows if row.goes_on}
        return [id for id, c in self.candidates.items() if id in passed and not c.struck]

    def _before(self, index: int) -> dict[str, int]:
        """Standings after the round before."""
        rows = self.rounds[index - 1].standings if index else []
        return {row.nominee: row.standing for row in rows}

    def _places(self, index: int) -> Places:
        each, last = self.rounds[index], index + 1 == len(self.rounds)
        return Places(
            places=each.rules.places,
            ties=self.rules.ties,
            sites={id: candidate.site for id, candidate in self.candidates.items()},
            per_site=self.rules.winners_per_site if last else None,
            struck=each.struck,
        )

    def _winners(self) -> list[str]:
        """Of the last round; who was struck since makes place for the next."""
        last = len(self.rounds) - 1
        each, places = self.rounds[last], self._places(last)
        now = Places(**(vars(places) | {"struck": self._struck()}))
        return counting.choose(each.standings, self._before(last), now, each.digest)

    def _struck(self) -> list[str]:
        return [id for id, candidate in self.candidates.items() if candidate.struck]

    def _refused(self, en: str, zh: str) -> Conflict:
        return Conflict(
            Text(en, zh), extra={"state": self.status, "allowed": list(MOVES[self.status])}
        )

    def _rescheduled(self, coming: Sequence[Round]) -> Event:
        opens_at, closes_at = coming[0].opens_at, coming[-1].closes_at
        return self._tell(told.CampaignRescheduled, opens_at=opens_at, closes_at=closes_at)

    def _tell(self, event: type[E], **facts: Any) -> E:
        return event(
            campaign=self.id, site=self.site, category=self.category, year=self.year, **facts
        )

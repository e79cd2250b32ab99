"""An assessment (考核) of a period: provisional, computed as often as wanted; then published, and
never changed. It keeps all that its scores follow from, so that anybody can score it again."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum

from services.reports.model import moves
from services.reports.model.commands.rubric import RubricContent
from services.reports.model.period import SHANGHAI, Period
from services.reports.model.rubric import Edition
from services.reports.model.scoring import SiteInputs, SiteResult, assess
from shared.contracts.base import Event
from shared.contracts.reports import AssessmentPublished, SiteAssessed
from shared.errors import Conflict, NotFound, Text, invalid

MOST_SITES = 300
"""Of one assessment: its document holds the sheets of all."""


class AssessmentStatus(StrEnum):
    PROVISIONAL = "provisional"
    PUBLISHED = "published"
    DISCARDED = "discarded"


MOVES: moves.Moves = {
    AssessmentStatus.PROVISIONAL: ("compute", "publish", "discard"),
    AssessmentStatus.PUBLISHED: (),
    AssessmentStatus.DISCARDED: (),
}


@dataclass(frozen=True)
class LeftOut:
    """A record of the period that the edition can't take: it has no such line any more, or scores
    it out of other full marks."""

    record: str  # id of the inspection or finding
    site: str
    code: str


@dataclass(frozen=True)
class Inputs:
    """All that scores follow from, as it was at one moment."""

    as_of: dict[str, int]  # place in each feed through which events are in the figures
    sites: dict[str, SiteInputs]
    left_out: list[LeftOut] = field(default_factory=list)


@dataclass(frozen=True)
class Recount:
    """Scored again from what is stored, under the assessment's own edition."""

    checksum: str  # of the assessment
    recounted: str  # of what comes out now
    same: bool


@dataclass
class Assessment:
    """All sites of the rubric's levels, in one period."""

    id: str
    rubric: str
    edition: int
    edition_checksum: str
    period: str
    inputs: Inputs
    results: list[SiteResult]  # best first
    checksum: str  # SHA-256 of edition, period, inputs and results as JSON, keys sorted
    computed_at: datetime
    status: AssessmentStatus = AssessmentStatus.PROVISIONAL
    published_at: datetime | None = None
    supersedes: str | None = None  # the published one of the same rubric and period
    reason: str | None = None  # of its being discarded

    @classmethod
    def compute(
        cls, id: str, rubric: str, edition: Edition, period: Period, inputs: Inputs, now: datetime
    ) -> tuple["Assessment", list[Event]]:
        """Score all sites. Raises Unprocessable for a period that is not the rubric's."""
        require_grain(period, edition)
        made = cls(
            id=id,
            rubric=rubric,
            edition=edition.number,
            edition_checksum=edition.checksum,
            period=period.code,
            inputs=inputs,
            results=[],
            checksum="",
            computed_at=now,
        )
        made._score(edition.content, inputs, now)
        return made, []

    def compute_again(self, edition: Edition, inputs: Inputs, now: datetime) -> Sequence[Event]:
        """With what has come since, under the same edition."""
        self.require("compute")
        self._score(edition.content, inputs, now)
        return []

    def publish(self, supersedes: str | None, full_marks: float, now: datetime) -> Sequence[Event]:
        """Fix what was computed, once the period is over and was when it was computed."""
        self.require("publish")
        period = Period(self.period)
        if not period.is_over(self.computed_at.astimezone(SHANGHAI)):
            over = period.is_over(now)
            raise self._refused(
                "It was computed before its period was over; compute it again."
                if over
                else "Its period is not over.",
                "计算时考核期间尚未结束,请重新计算。" if over else "考核期间尚未结束。",
            )
        self.status, self.published_at = AssessmentStatus.PUBLISHED, now
        self.supersedes = supersedes
        told = AssessmentPublished(
            assessment=self.id,
            rubric=self.rubric,
            edition=self.edition,
            period=self.period,
            as_of=self.inputs.as_of,
            sites=len(self.results),
            checksum=self.checksum,
            supersedes=supersedes,
        )
        return [told, *(self._told(each, full_marks) for each in self.results)]

    def discard(self, reason: str) -> Sequence[Event]:
        """It will not be published."""
        self.require("discard")
        self.status, self.reason = AssessmentStatus.DISCARDED, reason
        return []

    def recount(self, content: RubricContent) -> Recount:
        """Score what is stored again, under the edition's content."""
        found = self._digest(assess(content, self.inputs.sites))
        return Recount(self.checksum, found, found == self.checksum)

    def of(self, site: str) -> tuple[SiteInputs, SiteResult]:
        """One site's sheet, and what it follows from. Raises NotFound."""
        for each in self.results:
            if each.site == site:
                return self.inputs.sites[site], each
        raise NotFound(Text(f"The site {site} was not assessed.", f"站点 {site} 不在考核范围内。"))

    # ---- inside ----

    def _score(self, content: RubricContent, inputs: Inputs, now: datetime) -> None:
        self.inputs, self.computed_at = inputs, now
        self.results = assess(content, inputs.sites)
        self.checksum = self._digest(self.results)

    def _digest(self, results: Sequence[SiteResult]) -> str:
        whole = {
            "rubric": self.rubric,
            "edition": self.edition,
            "edition_checksum": self.edition_checksum,
            "period": self.period,
            "inputs": asdict(self.inputs),
            "results": [asdict(each) for each in results],
        }
        text = json.dumps(whole, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _told(self, result: SiteResult, full_marks: float) -> SiteAssessed:
        return SiteAssessed(
            site=result.site,
            assessment=self.id,
            rubric=self.rubric,
            edition=self.edition,
            period=self.period,
            total=result.total,
            full_marks=full_marks,
            grade=result.grade,
            vetoed=bool(result.vetoes),
            rank=result.rank,
            of=len(self.results),
        )

    def require(self, move: str) -> None:
        """Raises Conflict naming the moves that are allowed."""
        moves.require(MOVES, self.status, move)

    def _refused(self, en: str, zh: str) -> Conflict:
        return moves.refused(MOVES, self.status, en, zh)


def require_grain(period: Period, edition: Edition) -> None:
    """Raises Unprocessable for a period that is not of the rubric's length."""
    if period.grain is not edition.content.grain:
        raise invalid(
            "period",
            f"the rubric is of a {edition.content.grain}",
            f"该细则的考核周期为 {edition.content.grain}",
        )

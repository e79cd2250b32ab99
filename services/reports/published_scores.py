"""The published scores that hold now: of the newest period of the rubric that was published last.

What is published never changes, so its ranking is kept in memory; a look asks two indexes for an
id, however many assessments there have been.
"""

from dataclasses import dataclass
from typing import Any

from services.reports.assessing import Assessing
from services.reports.model.assessment import Assessment, AssessmentStatus
from services.reports.model.commands.rubric import RubricContent
from shared.errors import Text
from shared.storage.mongo import Db, Document, Index

PUBLISHED = {"state.status": AssessmentStatus.PUBLISHED}
INDEXES = [
    Index("assessments", [("state.status", 1), ("state.published_at", -1)]),
    Index(
        "assessments",
        [
            ("state.rubric", 1),
            ("state.status", 1),
            ("state.period", -1),
            ("state.published_at", -1),
        ],
    ),
]


@dataclass(frozen=True)
class SiteScore:
    """What one site got."""

    site: str
    title: Text
    rank: int  # equals share one
    total: float
    grade: Text | None  # its code, its title
    vetoed: bool


@dataclass(frozen=True)
class Ranking:
    """A published assessment, without its sheets."""

    assessment: str
    rubric: str  # title
    period: str
    full_marks: float
    sites: list[SiteScore]  # best first

    def of(self, site: str) -> SiteScore | None:
        """None for a site that was not assessed."""
        return next((each for each in self.sites if each.site == site), None)


class PublishedScores:
    """Of one process."""

    def __init__(self, database: Db, assessing: Assessing) -> None:
        self._rows = database["assessments"]
        self._assessing = assessing
        self._kept: Ranking | None = None

    def newest(self) -> Ranking | None:
        """None before anything is published. A correction of an earlier period does not come before
        the newest period; one of the newest period does."""
        last = self._first(PUBLISHED, [("state.published_at", -1)])
        if last is None:
            return None
        same = {"state.rubric": last["state"]["rubric"]} | PUBLISHED
        found = self._first(same, [("state.period", -1), ("state.published_at", -1)]) or last
        if self._kept is None or self._kept.assessment != found["_id"]:
            self._kept = self._read(found["_id"])
        return self._kept

    def _first(self, query: Document, order: Any) -> Document | None:
        found: Document | None = self._rows.find_one(query, {"state.rubric": 1}, sort=order)
        return found

    def _read(self, id: str) -> Ranking:
        assessment = self._assessing.assessments.load(id).state
        content = self._assessing.edition(assessment.rubric, assessment.edition).content
        return ranking_of(assessment, content)


def ranking_of(assessment: Assessment, content: RubricContent) -> Ranking:
    """All sites of an assessment under its edition."""
    grades = {each.code: Text(each.code, each.title) for each in content.grades}
    given = assessment.inputs.sites
    return Ranking(
        assessment=assessment.id,
        rubric=content.title,
        period=assessment.period,
        full_marks=content.full_marks,
        sites=[
            SiteScore(
                site=each.site,
                title=Text(given[each.site].title_en, given[each.site].title),
                rank=each.rank,
                total=each.total,
                grade=grades.get(each.grade or ""),
                vetoed=bool(each.vetoes),
            )
            for each in assessment.results
        ],
    )

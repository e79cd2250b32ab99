"""Assessments (考核) over HTTP: computing, publishing, ranking, sheets, evidence, recount."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.reports.api.sheets import Href
from services.reports.api.sites import require_everywhere
from services.reports.model.assessment import (
    Assessment,
    AssessmentStatus,
    LeftOut,
    Recount,
    require_grain,
)
from services.reports.model.commands import assessment as asked
from services.reports.model.period import Period, PeriodCode
from services.reports.model.rubric import Edition
from services.reports.store import Store
from shared.contracts.base import Event, Id, SiteCode
from shared.storage.aggregates import Receipt
from shared.web.api import Api, Call

api: Api[Store] = Api()


@api.command("/v1/assessments", scope="assessments:compute", made="id")
def compute(call: Call[Store], body: asked.ComputeAssessment) -> Receipt:
    """Score all sites of a period under one edition, as of now: for now provisionally."""
    require_everywhere(call.client)
    id, assessing = call.new_id("asm"), call.app.assessing
    period = Period.parse(body.period)

    def build(now: datetime) -> tuple[Assessment, list[Event]]:
        edition = assessing.edition(body.rubric, body.edition)
        require_grain(period, edition)
        inputs = assessing.inputs(body.rubric, edition, period)
        return Assessment.compute(id, body.rubric, edition, period, inputs, now)

    return assessing.assessments.make(id, call.origin, build)


@api.command("/v1/assessments/{id}/compute", scope="assessments:compute")
def compute_again(call: Call[Store], id: str, body: asked.ComputeAgain) -> Receipt:
    """Under the same edition, with what was told, inspected and found since."""
    require_everywhere(call.client)

    def decide(assessment: Assessment, now: datetime) -> list[Event]:
        assessment.require("compute")
        edition = edition_of(call, assessment)
        period = Period(assessment.period)
        inputs = call.app.assessing.inputs(assessment.rubric, edition, period)
        return list(assessment.compute_again(edition, inputs, now))

    return call.app.assessing.assessments.change(id, call.origin, decide, call.expected)


@api.command("/v1/assessments/{id}/publish", scope="assessments:publish")
def publish(call: Call[Store], id: str, body: asked.PublishAssessment) -> Receipt:
    """Fix what was computed once its period was over; it supersedes the one published before.
    `If-Match` makes sure that it is what you have looked at."""
    require_everywhere(call.client)

    def decide(assessment: Assessment, now: datetime) -> list[Event]:
        before = call.app.assessing.last_published(assessment.rubric, assessment.period)
        full_marks = edition_of(call, assessment).content.full_marks
        return list(assessment.publish(before, full_marks, now))

    return call.app.assessing.assessments.change(id, call.origin, decide, call.expected)


@api.command("/v1/assessments/{id}/discard", scope="assessments:compute")
def discard(call: Call[Store], id: str, body: asked.DiscardAssessment) -> Receipt:
    """A provisional one that is not wanted."""
    require_everywhere(call.client)
    return call.app.assessing.assessments.change(
        id, call.origin, lambda it, now: it.discard(body.reason), call.expected
    )


# ---- reading ----


class AssessmentFacts(BaseModel):
    """An assessment without its sheets."""

    id: str
    version: int
    rubric: str
    edition: int
    period: str
    status: AssessmentStatus
    computed_at: datetime
    published_at: datetime | None
    checksum: str
    supersedes: str | None


class Ranked(BaseModel):
    """A place in the ranking; equals share one."""

    rank: int
    site: SiteCode
    site_title: str
    total: float
    gross: float
    deducted: float
    grade: str | None
    vetoed: bool
    sheet: Href


class AssessmentView(AssessmentFacts):
    """An assessment with its ranking; each site's sheet leads on to the evidence."""

    as_of: dict[str, int]
    superseded_by: Annotated[str | None, Field(description="The published one that holds")]
    ranking: list[Ranked]
    left_out: list[LeftOut]


class AssessmentList(BaseModel):
    """The newest first."""

    items: list[AssessmentFacts]


class AssessmentsQuery(BaseModel):
    """Filters of the list of assessments."""

    model_config = ConfigDict(extra="forbid")

    rubric: Id | None = None
    period: PeriodCode | None = None
    status: AssessmentStatus | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@api.query("/v1/assessments", scope="assessments:read")
def list_assessments(call: Call[Store], query: AssessmentsQuery) -> AssessmentList:
    """Those that match, the newest first; only published ones for who acts for single sites."""
    criteria = query.model_dump(exclude={"limit"}, exclude_none=True)
    if not call.client.everywhere:
        criteria["status"] = AssessmentStatus.PUBLISHED
    rows = call.app.assessing.listed(criteria, query.limit)
    return AssessmentList(
        items=[
            AssessmentFacts(**(row["state"] | {"id": row["_id"], "version": row["version"]}))
            for row in rows
        ]
    )


@api.query("/v1/assessments/{id}", scope="assessments:read")
def read_assessment(call: Call[Store], id: str) -> AssessmentView:
    """The ranking of all sites, for who acts for all."""
    require_everywhere(call.client)
    loaded = call.app.assessing.assessments.load(id)
    state = loaded.state
    holds = call.app.assessing.last_published(state.rubric, state.period)
    published = state.status is AssessmentStatus.PUBLISHED
    facts = {
        name: getattr(state, name) for name in AssessmentFacts.model_fields if name != "version"
    }
    return AssessmentView(
        **facts,
        version=loaded.version,
        as_of=state.inputs.as_of,
        superseded_by=holds if published and holds != id else None,
        ranking=[
            Ranked(
                rank=each.rank,
                site=each.site,
                site_title=state.inputs.sites[each.site].title,
                total=each.total,
                gross=each.gross,
                deducted=each.deducted,
                grade=each.grade,
                vetoed=bool(each.vetoes),
                sheet=f"/v1/assessments/{id}/sites/{each.site}",
            )
            for each in state.results
        ],
        left_out=state.inputs.left_out,
    )


@api.query("/v1/assessments/{id}/recount", scope="assessments:read")
def recount(call: Call[Store], id: str) -> Recount:
    """Score what is stored again, under the assessment's own edition: the same checksum."""
    require_everywhere(call.client)
    state = call.app.assessing.assessments.load(id).state
    return state.recount(edition_of(call, state).content)


def edition_of(call: Call[Store], assessment: Assessment) -> Edition:
    """The one that the assessment is under, unchanged since."""
    return call.app.assessing.edition(assessment.rubric, assessment.edition)

"""Assessments (考核) over HTTP: computing, publishing, ranking, sheets, evidence, recount."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.reports.api.evidence import Counted, EvidencePage, read_cursor, write_cursor
from services.reports.api.sheets import Href, Sheet, period_of, sheet_of
from services.reports.api.sites import require_everywhere
from services.reports.evidence import Wanted
from services.reports.model.assessment import (
    Assessment,
    AssessmentStatus,
    LeftOut,
    Recount,
    require_grain,
)
from services.reports.model.commands import assessment as asked
from services.reports.model.formula.tree import Place, Reference
from services.reports.model.period import Period, PeriodCode
from services.reports.model.rubric import Edition
from services.reports.store import Store
from shared.contracts.base import Event, Id, SiteCode
from shared.contracts.vocabulary import Theme
from shared.errors import NotFound, Text, invalid
from shared.storage.aggregates import Loaded, Receipt
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
        edition = _edition(call, assessment)
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
        full_marks = _edition(call, assessment).content.full_marks
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


@api.query("/v1/assessments/{id}/sites/{site}", scope="assessments:read")
def read_sheet(call: Call[Store], id: str, site: str) -> Sheet:
    """What a site got, line by line; a site itself sees it once it is published."""
    state = _seen(call, id, site).state
    return sheet_of(state, _edition(call, state).content, site)


class BehindQuery(BaseModel):
    """Which number of the sheet, and which page of its events."""

    model_config = ConfigDict(extra="forbid")

    site: SiteCode
    figure: Annotated[str, Field(max_length=100, description="As the sheet names it")]
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str, Field(max_length=200, description="From the answer before")] = ""


@api.query("/v1/assessments/{id}/evidence", scope="assessments:read")
def read_evidence_behind(call: Call[Store], id: str, query: BehindQuery) -> EvidencePage:
    """The events behind a number of a sheet: those that were counted then, and no later ones."""
    state = _seen(call, id, query.site).state
    given, _ = state.of(query.site)
    if query.figure not in given.figures:
        known = ", ".join(sorted(given.figures)) or "-"
        raise invalid("figure", f"the sheet takes: {known}", f"考核表所用数据:{known}")
    reference = Reference.of_key(query.figure)
    if reference.place is Place.STREET:
        require_everywhere(call.client)
    kind = "theme" if reference.facet in list(Theme) else "mode"
    wanted = Wanted(
        reference.measure,
        period_of(state, reference),
        None if reference.place is Place.STREET else query.site,
        {kind: reference.facet} if reference.facet else {},
        state.inputs.as_of,
    )
    rows = call.app.evidence().page(wanted, read_cursor(query.cursor), query.limit + 1)
    items = [Counted(**row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    return EvidencePage(items=items, next=write_cursor(rows[query.limit - 1]) if more else None)


@api.query("/v1/assessments/{id}/recount", scope="assessments:read")
def recount(call: Call[Store], id: str) -> Recount:
    """Score what is stored again, under the assessment's own edition: the same checksum."""
    require_everywhere(call.client)
    state = call.app.assessing.assessments.load(id).state
    return state.recount(_edition(call, state).content)


class SiteScore(BaseModel):
    """What a site got in one assessment."""

    assessment: str
    rubric: str
    edition: int
    period: str
    published_at: datetime
    total: float
    grade: str | None
    rank: int
    of: int
    sheet: Href


class SiteScores(BaseModel):
    """The newest period first; a superseded assessment is behind the one that holds."""

    items: list[SiteScore]


class ScoresQuery(BaseModel):
    """How many."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=200)] = 50


@api.query("/v1/sites/{site}/scores", scope="assessments:read")
def list_scores(call: Call[Store], site: str, query: ScoresQuery) -> SiteScores:
    """What a site got in published assessments over time."""
    call.client.require_site(site)
    rows = call.app.assessing.scores_of(site, query.limit)
    return SiteScores(items=[_score(row, site) for row in rows])


def _score(row: dict[str, Any], site: str) -> SiteScore:
    got = {name: row["result"][name] for name in ("total", "grade", "rank")}
    sheet = f"/v1/assessments/{row['_id']}/sites/{site}"
    return SiteScore(assessment=row["_id"], of=row["of"], sheet=sheet, **row["state"], **got)


def _edition(call: Call[Store], assessment: Assessment) -> Edition:
    """The one that the assessment is under, unchanged since."""
    return call.app.assessing.edition(assessment.rubric, assessment.edition)


def _seen(call: Call[Store], id: str, site: str) -> Loaded[Assessment]:
    """An assessment of which the client may see this site: a provisional one is for who acts for
    all sites."""
    call.client.require_site(site)
    loaded = call.app.assessing.assessments.load(id)
    if loaded.state.status is not AssessmentStatus.PUBLISHED and not call.client.everywhere:
        raise NotFound(Text(f"There is no {id}.", f"没有 {id}。"))
    return loaded

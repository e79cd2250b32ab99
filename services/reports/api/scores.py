"""What sites got in assessments (考核), over HTTP: sheets, evidence, files, scores over time."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.reports.api.assessments import edition_of
from services.reports.api.evidence import Counted, EvidencePage, read_cursor, write_cursor
from services.reports.api.reports import FileQuery, answer_of, format_of
from services.reports.api.sheets import Href, Sheet, behind, sheet_of
from services.reports.api.sites import require_everywhere
from services.reports.files.made import MEDIA, Format
from services.reports.model.assessment import (
    MOVES,
    Assessment,
    AssessmentStatus,
)
from services.reports.model.formula.tree import Place
from services.reports.store import Store
from shared.contracts.base import SiteCode
from shared.errors import Conflict, NotFound, Text
from shared.storage.aggregates import Loaded
from shared.web.api import Api, Call, File

api: Api[Store] = Api()

FORMATS = tuple(MEDIA[each] for each in Format)


@api.query("/v1/assessments/{id}/sites/{site}", scope="assessments:read")
def read_sheet(call: Call[Store], id: str, site: str) -> Sheet:
    """What a site got, line by line; a site itself sees it once it is published."""
    state = _seen(call, id, site).state
    return sheet_of(state, edition_of(call, state).content, site)


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
    reference, wanted = behind(state, query.site, query.figure)
    if reference.place is Place.STREET:
        require_everywhere(call.client)
    rows = call.app.evidence().page(wanted, read_cursor(query.cursor), query.limit + 1)
    items = [Counted(**row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    return EvidencePage(items=items, next=write_cursor(rows[query.limit - 1]) if more else None)


@api.query("/v1/assessments/{id}/files/{format}", scope="assessments:read", media=FORMATS)
def read_ranking_file(call: Call[Store], id: str, format: str, query: FileQuery) -> File:
    """The ranking of a published assessment as html, csv, xlsx, docx or pdf: the same for ever."""
    require_everywhere(call.client)
    state = _published(call.app.assessing.assessments.load(id))
    return answer_of(call.app.assessment_file(state, None, format_of(format), query.language))


@api.query(
    "/v1/assessments/{id}/sites/{site}/files/{format}", scope="assessments:read", media=FORMATS
)
def read_sheet_file(call: Call[Store], id: str, site: str, format: str, query: FileQuery) -> File:
    """The sheet (考核表) of one site in a published assessment, with a line for signatures."""
    state = _published(_seen(call, id, site))
    return answer_of(call.app.assessment_file(state, site, format_of(format), query.language))


def _published(loaded: Loaded[Assessment]) -> Assessment:
    """Files are made of what no longer changes. Raises Conflict."""
    if loaded.state.status is not AssessmentStatus.PUBLISHED:
        raise Conflict(
            Text("Files are made once it is published.", "公布后方可生成文件。"),
            extra={"state": loaded.state.status, "allowed": list(MOVES[loaded.state.status])},
        )
    return loaded.state


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


def _seen(call: Call[Store], id: str, site: str) -> Loaded[Assessment]:
    """An assessment of which the client may see this site: a provisional one is for who acts for
    all sites."""
    call.client.require_site(site)
    loaded = call.app.assessing.assessments.load(id)
    if loaded.state.status is not AssessmentStatus.PUBLISHED and not call.client.everywhere:
        raise NotFound(Text(f"There is no {id}.", f"没有 {id}。"))
    return loaded

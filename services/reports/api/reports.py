"""Published reports: a period's figures, fixed."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.reports import publishing
from services.reports.api.sites import require_site
from services.reports.files import html_file
from services.reports.files.made import MEDIA, Format, Language, MadeFile
from services.reports.model import commands as asked
from services.reports.model.period import Grain, Period, PeriodCode
from services.reports.model.report import Report
from services.reports.store import Store
from shared.contracts.base import SiteCode
from shared.contracts.vocabulary import Department
from shared.errors import NotFound, Text, invalid
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import NOTHING, Api, Call, File, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class ReportsQuery(PageQuery):
    """Filters of the published reports."""

    period: PeriodCode | None = None
    site: SiteCode | None = None
    department: Department | None = None
    supersedes: Annotated[str | None, Field(max_length=64, description="Id of a report")] = None


@api.command("/v1/reports", scope="reports:publish", made="id")
def publish(call: Call[Store], body: asked.PublishReport) -> Receipt:
    """Fix a period's figures; a later report of the same period supersedes it."""
    require_site(call.client, body.site)
    period = Period.parse(body.of)
    if period.grain is Grain.DAY:
        raise invalid("period", "a month, quarter or year", "应为月、季度或年")
    id = call.new_id("rpt")
    return publishing.publish(call.app, id, call.origin, period, body.scope, reason=body.reason)


@api.query("/v1/reports/{id}", scope="reports:read")
def read_report(call: Call[Store], id: str) -> Loaded[Report]:
    """One published report."""
    loaded = call.app.reports.load(id)
    require_site(call.client, loaded.state.site)
    return loaded


class FileQuery(BaseModel):
    """Which language."""

    model_config = ConfigDict(extra="forbid")

    language: Language = Language.CHINESE


class KeptFile(BaseModel):
    """A file that was made, and stays as it is."""

    format: Format
    language: Language
    size: Annotated[int, Field(description="Bytes")]
    checksum: Annotated[str, Field(description="SHA-256 of the bytes")]


class KeptFiles(BaseModel):
    """The files of one report. Others are made when they are asked for."""

    items: list[KeptFile]


@api.query("/v1/reports/{id}/files", scope="reports:read")
def list_files(call: Call[Store], id: str) -> KeptFiles:
    """Size and checksum of the files of a report that have been made so far."""
    require_site(call.client, call.app.reports.load(id).state.site)
    return KeptFiles(items=[KeptFile(**each) for each in call.app.files_of(id)])


@api.query(
    "/v1/reports/{id}/files/{format}", scope="reports:read", media=tuple(MEDIA[f] for f in Format)
)
def read_report_file(call: Call[Store], id: str, format: str, query: FileQuery) -> File:
    """A report as html, csv, xlsx, docx or pdf, in Chinese or English: the same bytes for ever."""
    report = call.app.reports.load(id)
    require_site(call.client, report.state.site)
    return answer_of(call.app.file_of(report, format_of(format), query.language))


def format_of(format: str) -> Format:
    """Raises NotFound naming those there are."""
    if format not in list(Format):
        known = ", ".join(Format)
        raise NotFound(Text(f"There are: {known}.", f"可用格式:{known}。"))
    return Format(format)


def answer_of(made: MadeFile) -> File:
    """A page is shown, what is no page is saved under its name."""
    policy = html_file.POLICY if made.format is Format.HTML else NOTHING
    shown = "" if made.format is Format.HTML else made.name
    return File(made.content, MEDIA[made.format], shown, policy=policy)


@api.query("/v1/reports", scope="reports:read")
def list_reports(call: Call[Store], query: ReportsQuery) -> Page[Report]:
    """Published reports of the sites this client may act for."""
    criteria: Document = query.model_dump(
        include={"period", "site", "department", "supersedes"}, exclude_none=True, mode="json"
    )
    call.client.limit(criteria)
    return page_of(call.app.reports, criteria, query)

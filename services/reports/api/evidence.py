"""What is behind a number."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.reports.api.sites import require_site
from services.reports.evidence import Place, Wanted, lines_of, workbook_of
from services.reports.model.measures import MEASURES
from services.reports.model.period import Period, PeriodCode
from services.reports.projections import GROUPS
from services.reports.store import Store
from shared import tables
from shared.contracts.base import SiteCode
from shared.contracts.vocabulary import Mode, Theme
from shared.errors import FieldProblem, InvalidInput, Text, invalid
from shared.web.api import Api, Call, File

api: Api[Store] = Api()

Group = Annotated[str, Field(max_length=64)]


class NumberQuery(BaseModel):
    """Which number."""

    model_config = ConfigDict(extra="forbid")

    measure: Annotated[str, Field(max_length=64, description="As in GET /v1/measures")]
    period: PeriodCode
    site: SiteCode | None = None
    theme: Theme | None = None
    mode: Mode | None = None
    team: Group | None = None
    series: Group | None = None
    item: Group | None = None
    department: Group | None = None

    @property
    def wanted(self) -> Wanted:
        """Raises Unprocessable for a measure or period that is none."""
        if self.measure not in MEASURES:
            raise invalid(
                "measure",
                "is none; GET /v1/measures lists them",
                "没有该指标;可查询 GET /v1/measures",
            )
        named = self.model_dump(include={"theme", "mode", *GROUPS}, mode="json")
        groups = {name: value for name, value in named.items() if value is not None}
        return Wanted(self.measure, Period.parse(self.period), self.site, groups)


class EvidenceQuery(NumberQuery):
    """Which number's evidence, and which page of it."""

    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str, Field(max_length=200, description="From the answer before")] = ""

    def next_cursor(self, last: Mapping[str, Any]) -> str:
        """Of the page behind this row."""
        return write_cursor(last)


class Counted(BaseModel):
    """One event that was counted."""

    source: str
    sequence: int
    count: Annotated[int, Field(description="What it adds to the measure")]
    event: Annotated[str, Field(description="Path of the event, at its source")]
    type: str
    subject: str
    time: datetime
    day: str
    site: str
    counts: dict[str, int]
    theme: str | None = None
    modes: list[str] = []
    team: str | None = None
    series: str | None = None
    item: str | None = None
    department: str | None = None


class EvidencePage(BaseModel):
    """Part of the evidence, by day and site; `next` is the opaque cursor of the rest.

    The counts of all pages add up to the number. For distinct persons (people, volunteers) they
    are the events by which persons were met, some of them several times.
    """

    items: list[Counted]
    next: str | None


@api.query("/v1/evidence", scope="reports:read")
def read_evidence(call: Call[Store], query: EvidenceQuery) -> EvidencePage:
    """The events behind a number."""
    require_site(call.client, query.site)
    rows = call.app.evidence().page(query.wanted, read_cursor(query.cursor), query.limit + 1)
    items = [Counted(**row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    cursor = write_cursor(rows[query.limit - 1]) if more else None
    return EvidencePage(items=items, next=cursor)


@api.query("/v1/evidence.csv", scope="reports:read", media=("text/csv; charset=utf-8",))
def export_evidence(call: Call[Store], query: NumberQuery) -> File:
    """All events behind a number as CSV (UTF-8 with a byte order mark), however many they are."""
    require_site(call.client, query.site)
    rows = call.app.evidence().rows(query.wanted)
    return File(lines_of(rows), "text/csv; charset=utf-8", f"{query.measure}-{query.period}.csv")


@api.query("/v1/evidence.xlsx", scope="reports:read", media=(tables.MEDIA["xlsx"],))
def export_evidence_as_workbook(call: Call[Store], query: NumberQuery) -> File:
    """All events behind a number as XLSX: at most a million, which is what a sheet holds."""
    require_site(call.client, query.site)
    rows = call.app.evidence().rows(query.wanted)
    name = f"{query.measure}-{query.period}.xlsx"
    return File(workbook_of(rows), tables.MEDIA["xlsx"], name)


def write_cursor(last: Mapping[str, Any]) -> str:
    """Where the page behind this row begins."""
    place = f"{last['day']}|{last['site']}|{last['source']}:{last['sequence']:016d}"
    return base64.urlsafe_b64encode(place.encode()).decode()


def read_cursor(cursor: str) -> Place | None:
    """Raises InvalidInput for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        day, site, id = base64.urlsafe_b64decode(cursor).decode().split("|")
        return Place(day, site, id)
    except (ValueError, binascii.Error):
        text = Text("use the cursor of the page before as it is", "请原样使用上一页返回的 cursor")
        raise InvalidInput(text, FieldProblem(field="cursor", text=text)) from None

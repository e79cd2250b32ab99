"""Tables over HTTP: sets of columns, exports, imports with their dry run."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import IO, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.volunteers.api.sheets import claimed
from services.volunteers.exports import Exports, personal_fields
from services.volunteers.imports import MOST_LISTED, Imports
from services.volunteers.model import commands as asked
from services.volunteers.model.commands import TableKind
from services.volunteers.model.exchange import ColumnSet, Import
from services.volunteers.model.people import require_person
from services.volunteers.store import Store
from shared.contracts.base import Event, SiteCode
from shared.errors import Conflict, Text
from shared.storage.aggregates import Receipt
from shared.storage.mongo import Document
from shared.storage.vault import Reading
from shared.tables import MEDIA, Cell, Format, write_rows
from shared.web.api import Api, Call, File, Page
from shared.web.clients import Client
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()

SCOPE = "people:export"
PART_BYTES = 64 * 1024
COMING_IN = tuple(TableKind)
GOING_OUT = (TableKind.VOLUNTEERS, TableKind.TEAMS, TableKind.HOURS)


# ---- columns ----


@api.command("/v1/column-sets", scope="exchange:write", made="code")
def define_columns(call: Call[Store], body: asked.DefineColumns) -> Receipt:
    """The form of another system, as data. What is there under this code stays."""
    forms = Imports(call.app).forms

    def build(now: datetime) -> tuple[ColumnSet, list[Event]]:
        if any(each.code == body.code for each in forms.all()):
            raise Conflict(
                Text(f"There is a set {body.code}.", f"已有列定义 {body.code}。"),
                extra={"allowed": []},
            )
        return ColumnSet.define(body), []

    return call.app.column_sets.make(forms.id_of(body.code), call.origin, build)


@api.query("/v1/column-sets", scope="volunteers:read")
def list_columns(call: Call[Store]) -> dict[str, Any]:
    """Every set of columns: those that come with the service, and those added."""
    rows = Imports(call.app).forms.all()
    return {
        "items": [
            {
                "code": each.code,
                "kind": each.kind,
                "title": each.title,
                "columns": [column.model_dump() for column in each.columns],
            }
            for each in rows
        ]
    }


# ---- going out ----


class ExportQuery(BaseModel):
    """What goes out, and how."""

    model_config = ConfigDict(extra="forbid")

    columns: Annotated[str, Field(max_length=40, description="Code of a set of columns")]
    format: Format = "xlsx"
    site: SiteCode | None = None
    team: Annotated[str | None, Field(max_length=64)] = None


@api.query("/v1/exports", scope="volunteers:read", also=(SCOPE,), media=list(MEDIA.values()))
def export(call: Call[Store], query: ExportQuery) -> File:
    """Volunteers, teams or hours as CSV or XLSX. Columns with personal data need the scope
    `people:export`, and leave an entry in the audit."""
    form = Imports(call.app).forms.get(query.columns, *GOING_OUT)
    criteria: Document = {"site": query.site} if query.site else {}
    if query.team and form.kind is TableKind.VOLUNTEERS:
        criteria["teams"] = query.team
    elif query.team and form.kind is TableKind.HOURS:
        criteria["team"] = query.team
    call.client.limit(criteria)
    read = None
    if fields := personal_fields(form):
        call.client.require_scope(SCOPE)
        subject = f"{form.kind} of {query.team or query.site or _sites(call.client)}"
        reading = Reading.of(call.origin, subject, fields, f"export:{form.code}")
        read = call.app.people.reader(reading)
    rows = Exports(call.app).rows(form, criteria, read)
    name = f"{form.title}-{call.clock.now():%Y%m%d}.{query.format}"
    return File(write_rows(query.format, rows), MEDIA[query.format], name)


def _sites(client: Client) -> str:
    return ",".join(sorted(client.sites))[:200]


# ---- coming in ----


@api.command("/v1/imports", scope="exchange:import", also=("hours:enter",), made="id")
def begin_import(call: Call[Store], body: asked.BeginImport) -> Receipt:
    """A table is to come in; `POST …/file` brings it. Hours are entered by the person who begins,
    as sheets that another one checks: `GET /v1/hours/sheets?table=…`."""
    call.client.require_site(body.site)
    form = Imports(call.app).forms.get(body.columns, *COMING_IN)
    id, by = call.new_id("imp"), ""
    if form.kind is TableKind.HOURS:
        call.client.require_scope("hours:enter")
        by = require_person(call.person)

    def build(now: datetime) -> tuple[Import, list[Event]]:
        call.app.sites.require_open(body.site)
        evidence = claimed(call, body.site, body.hours.scans) if body.hours else []
        return Import.begin(body, form.kind, now, evidence, by)

    return call.app.imports.make(id, call.origin, build)


@api.command("/v1/imports/{id}/file", scope="exchange:import")
def receive_file(call: Call[Store], id: str, stream: IO[bytes]) -> Receipt:
    """The CSV or XLSX, at most 32 MiB and 200,000 rows. Its dry run begins at once; nothing is
    changed by it."""
    job = call.read(call.app.imports, id).state
    job.require("file")
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as file:  # it has no name, and is gone with this block
        while part := stream.read(PART_BYTES):
            digest.update(part)
            file.write(part)
        rows = Imports(call.app).receive(id, job, file)
    return call.change(call.app.imports, id, lambda job, now: job.receive(rows, digest.hexdigest()))


@api.query("/v1/imports/{id}", scope="exchange:import")
def read_import(call: Call[Store], id: str) -> dict[str, Any]:
    """Its state, and how far it has come."""
    loaded = call.read(call.app.imports, id)
    state = vars(loaded.state) | {"progress": Imports(call.app).progress(id)}
    return {"id": id, "version": loaded.version, "made": loaded.made} | _plain(state)


@api.query("/v1/imports", scope="exchange:import")
def list_imports(call: Call[Store], query: PageQuery) -> Page[Import]:
    """Imports of the sites this client may act for."""
    criteria: Document = {}
    call.client.limit(criteria)
    return page_of(call.app.imports, criteria, query)


class ProblemsQuery(BaseModel):
    """Which of the bad rows."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int, Field(ge=0, description="Number of the last row you have")] = 0
    of: Annotated[
        Literal["checked", "applied"], Field(description="Of the dry run, or of doing it")
    ] = "checked"


@api.query("/v1/imports/{id}/problems", scope="exchange:import")
def list_problems(call: Call[Store], id: str, query: ProblemsQuery) -> dict[str, Any]:
    """Every bad row with its number, field and reason; no value is shown. `next` is the `after` of
    the rest."""
    call.read(call.app.imports, id)
    if query.of == "applied":
        kept = call.app.import_results.find_one({"_id": id}) or {"failed": []}
        return {"items": kept["failed"], "next": None}
    found = list(islice(Imports(call.app).problems(id, query.after), MOST_LISTED + 1))
    more = len(found) > MOST_LISTED
    if more:  # all problems of one row come together
        last = found[-1]["row"]
        found = [each for each in found if each["row"] != last]
    return {"items": found, "next": found[-1]["row"] if more and found else None}


class RejectedQuery(BaseModel):
    """As which file."""

    model_config = ConfigDict(extra="forbid")

    format: Format = "xlsx"


@api.query(
    "/v1/imports/{id}/rejected",
    scope="people:export",
    media=list(MEDIA.values()),
)
def read_rejected(call: Call[Store], id: str, query: RejectedQuery) -> File:
    """The bad rows as they came, with the reason in a column more, to be mended and sent again."""
    job = call.read(call.app.imports, id).state
    imports = Imports(call.app)
    form = imports.forms.get(job.columns)
    columns = [each for each in form.columns if each.field]
    reading = Reading.of(call.origin, id, ("rows",), "rejected-rows")

    def rows() -> Iterator[Sequence[Cell]]:
        yield [*(each.header for each in columns), "原因", "行号"]
        for row, problems in imports.rejected(id, reading):
            words = [each.values.get(row.facts.get(each.field or "", ""), "") for each in columns]
            cells = [
                word or row.facts.get(each.field or "", "")
                for word, each in zip(words, columns, strict=True)
            ]
            why = ";".join(f"{each['field']} {each['zh']}".strip() for each in problems)
            yield [*cells, why, row.number]

    return File(write_rows(query.format, rows()), MEDIA[query.format], f"{id}.{query.format}")


@api.command("/v1/imports/{id}/apply", scope="exchange:import")
def apply_import(call: Call[Store], id: str, body: asked.ApplyImport) -> Receipt:
    """Do it: all rows, or, with `leave_out_bad`, the good ones."""
    return call.change(call.app.imports, id, lambda job, now: job.apply(body))


@api.command("/v1/imports/{id}/cancel", scope="exchange:import")
def cancel_import(call: Call[Store], id: str, body: asked.CancelImport) -> Receipt:
    """Don't; the rows are deleted."""
    return call.change(call.app.imports, id, lambda job, now: job.cancel())


def _plain(facts: Document) -> Document:
    from pydantic_core import to_jsonable_python

    plain: Document = to_jsonable_python(facts)
    return plain

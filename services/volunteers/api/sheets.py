"""Sheets of hours over HTTP: 录入, 审核, 公示."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.volunteers.model.commands import hours as asked
from services.volunteers.model.people import require_person
from services.volunteers.model.sheet import Sheet, SheetStatus
from services.volunteers.store import Store
from shared.contracts.base import Event, Id, SiteCode
from shared.contracts.volunteers import HoursSource
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.files import Purpose
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()
SCANS = "hours-sheet"
FILES = {SCANS: Purpose(upload="hours:enter", read="hours:read")}


class SheetsQuery(PageQuery):
    """Filters of the list of sheets; `status=announced` is what is announced now (公示)."""

    site: SiteCode | None = None
    status: SheetStatus | None = None
    source: HoursSource | None = None
    volunteer: Annotated[str | None, Field(max_length=64)] = None
    table: Annotated[Id | None, Field(description="The import they came by")] = None


@api.command("/v1/hours/sheets", scope="hours:enter", made="id")
def enter_sheet(call: Call[Store], body: asked.EnterSheet) -> Receipt:
    """录入: hours from a paper sign-in sheet, or stated; all rows or none."""
    call.client.require_site(body.site)
    by = require_person(call.person)
    id = call.new_id("sht")

    def build(now: datetime) -> tuple[Sheet, list[Event]]:
        call.app.sites.require_open(body.site)
        call.app.require_rows(body)
        evidence = claimed(call, body.site, body.scans)
        return Sheet.enter(id, body, evidence, by, now)

    return call.app.hours.sheets.make(id, call.origin, build)


@api.query("/v1/hours/sheets/{id}", scope="hours:read")
def read_sheet(call: Call[Store], id: str) -> Loaded[Sheet]:
    """One sheet with its rows and objections."""
    return call.read(call.app.hours.sheets, id)


@api.query("/v1/hours/sheets", scope="hours:read")
def list_sheets(call: Call[Store], query: SheetsQuery) -> Page[Sheet]:
    """Sheets of the sites this client may act for."""
    criteria: Document = query.model_dump(
        include={"site", "status", "source", "table"}, exclude_none=True
    )
    if query.volunteer:
        criteria["volunteers"] = query.volunteer
    call.client.limit(criteria)
    return page_of(call.app.hours.sheets, criteria, query)


@api.command("/v1/hours/sheets/{id}/check", scope="hours:check", checks=True)
def check_sheet(call: Call[Store], id: str, body: asked.CheckSheet) -> Receipt:
    """审核 by a second person: all rows or none; then 公示."""
    by = require_person(call.person)

    def decide(sheet: Sheet, now: datetime) -> Sequence[Event]:
        served = call.app.persons_of(sheet.volunteers)
        in_the_way = call.app.hours.in_the_way(sheet.services())
        return sheet.check(body, by, served, in_the_way, _days(call, sheet), now)

    return call.change(call.app.hours.sheets, id, decide)


@api.command("/v1/hours/sheets/{id}/announce", scope="hours:check")
def announce_sheet(call: Call[Store], id: str, body: asked.AnnounceSheet) -> Receipt:
    """公示 of a sheet that was checked without."""
    return call.change(
        call.app.hours.sheets, id, lambda sheet, now: sheet.announce(_days(call, sheet), now)
    )


@api.command("/v1/hours/sheets/{id}/refuse", scope="hours:check", checks=True)
def refuse_sheet(call: Call[Store], id: str, body: asked.RefuseSheet) -> Receipt:
    """The check has failed, for all rows."""
    by = require_person(call.person)
    return call.change(call.app.hours.sheets, id, lambda sheet, now: sheet.refuse(body, by, now))


@api.command("/v1/hours/sheets/{id}/withdraw", scope="hours:enter")
def withdraw_sheet(call: Call[Store], id: str, body: asked.WithdrawSheet) -> Receipt:
    """Whoever entered it takes it back, before it is announced."""
    by = require_person(call.person)
    return call.change(call.app.hours.sheets, id, lambda sheet, now: sheet.withdraw(by, now))


@api.command("/v1/hours/sheets/{id}/rows/{row}/object", scope="hours:object")
def object_to_row(call: Call[Store], id: str, row: str, body: asked.ObjectToRow) -> Receipt:
    """异议 to one row, before the announcement ends."""
    by = require_person(call.person)
    return call.change(
        call.app.hours.sheets, id, lambda sheet, now: sheet.object_to(row, body, by, now)
    )


@api.command("/v1/hours/sheets/{id}/rows/{row}/decide", scope="hours:check", checks=True)
def decide_objection(call: Call[Store], id: str, row: str, body: asked.DecideObjection) -> Receipt:
    """Whether the objections to a row are right."""
    by = require_person(call.person)
    return call.change(
        call.app.hours.sheets, id, lambda sheet, now: sheet.decide(row, body, by, now)
    )


@api.command("/v1/hours/sheets/{id}/retry", scope="hours:check")
def retry_sheet(call: Call[Store], id: str, body: asked.RetrySheet) -> Receipt:
    """Credit blocked rows now: what was in their way has been corrected."""
    return call.change(call.app.hours.sheets, id, lambda sheet, now: sheet.retry(now))


def claimed(call: Call[Store], site: str, scans: Sequence[str]) -> list[str]:
    """The scans as evidence: id and digest of each, so that a chain vouches for the picture too."""
    files = [
        call.app.files.claim(id, site, SCANS, f"scans.{number}") for number, id in enumerate(scans)
    ]
    return [f"{each.id} sha256:{each.digest}" for each in files]


def _days(call: Call[Store], sheet: Sheet) -> int:
    return call.app.hours.rules().announcement_days[sheet.source]

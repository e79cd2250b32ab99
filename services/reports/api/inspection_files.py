"""Inspection files (台账) over HTTP: ordered by one command, read as a ZIP."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from flask import request
from pydantic import BaseModel, Field

from services.reports.api.sites import require_site
from services.reports.inspection_file import contents, making
from services.reports.inspection_file.material import Making
from services.reports.inspection_file.services import Services
from services.reports.model.commands import inspection_file as asked
from services.reports.model.inspection_file import InspectionFile
from services.reports.model.period import Grain, Period
from services.reports.store import Store
from services.reports.zip_stream import MEDIA_TYPE, zipped
from shared.contracts.base import Event
from shared.errors import invalid
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, File, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()
SCOPE = "inspection-files:make"
ONE = "/v1/inspection-files/{id}"


@api.command("/v1/inspection-files", scope=SCOPE, made="id")
def order_file(call: Call[Store], body: asked.OrderInspectionFile) -> Receipt:
    """台账 of a site or the street: a period, and contents. Who ordered it stays on record."""
    require_site(call.client, body.site)
    if Period.parse(body.period).grain is Grain.DAY:
        raise invalid("period", "a month, quarter or year", "应为月、季度或年")
    id = call.new_id("inf")

    def build(now: datetime) -> tuple[InspectionFile, Sequence[Event]]:
        if body.site:
            call.app.sites.require_open(body.site)
        if body.rubric:
            edition = call.app.assessing.edition(body.rubric)
            wanted = contents.of_rubric(edition.content)
            return InspectionFile.order(body, wanted, edition.number, now)
        wanted = body.contents or contents.usual()
        contents.require_known(wanted)
        return InspectionFile.order(body, wanted, None, now)

    return call.app.inspection_files.make(id, call.origin, build)


@api.query(ONE, scope=SCOPE)
def read_file_order(call: Call[Store], id: str) -> Loaded[InspectionFile]:
    """What was ordered, with its contents."""
    return _order(call, id)


@api.query("/v1/inspection-files", scope=SCOPE)
def list_file_orders(call: Call[Store], query: PageQuery) -> Page[InspectionFile]:
    """What was ordered for the sites this client may act for."""
    criteria: Document = {}
    call.client.limit(criteria)
    return page_of(call.app.inspection_files, criteria, query)


class MissingShown(BaseModel):
    """What an entry of the contents lacks."""

    entry: str
    what: str
    why: str
    count: int


class MissingList(BaseModel):
    """As of now; files that another service can't give out are found by the ZIP alone."""

    items: Annotated[list[MissingShown], Field(description="In the order of the contents")]


@api.query(ONE + "/missing", scope=SCOPE)
def list_missing(call: Call[Store], id: str) -> MissingList:
    """缺项清单: what is to be completed before the file is made."""
    order = _order(call, id).state
    outcome = making.Outcome()
    for _ in making.walk(order, _making(call, order, dry=True), outcome):
        pass
    return MissingList(
        items=[
            MissingShown(entry=title, what=each.what, why=each.why, count=each.count)
            for title, each in outcome.missing
        ]
    )


@api.query(ONE + "/zip", scope=SCOPE, media=(MEDIA_TYPE,))
def read_zip(call: Call[Store], id: str) -> File:
    """Cover and contents, evidence as it is now, and what is missing. What the client's key may
    not read in another service is missing too."""
    order, now = _order(call, id).state, call.clock.now()
    made = _making(call, order)
    first = making.cover(order, made, now)  # what fails does so before anything is sent
    parts = zipped(making.entries(order, made, first, now), now)
    return File(parts, MEDIA_TYPE, f"{order.site or 'street'}-{order.period}.zip")


def _order(call: Call[Store], id: str) -> Loaded[InspectionFile]:
    loaded = call.app.inspection_files.load(id)
    require_site(call.client, loaded.state.site)
    return loaded


def _making(call: Call[Store], order: InspectionFile, dry: bool = False) -> Making:
    services = Services(call.app.urls, request.headers.get("Authorization", ""))
    return Making(call.app, services, Period.parse(order.period), order.site, dry)

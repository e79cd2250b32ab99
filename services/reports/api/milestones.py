"""Milestones of all sites as one list: what is near, overdue, reached."""

import base64
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.reports.api.evidence import read_cursor
from services.reports.model.milestone import MilestoneStatus
from services.reports.store import Store
from shared.contracts.base import SiteCode
from shared.storage.mongo import Document
from shared.web.api import Api, Call

api: Api[Store] = Api()


class MilestonesQuery(BaseModel):
    """Filters of the list, and which page of it."""

    model_config = ConfigDict(extra="forbid")

    site: SiteCode | None = None
    status: MilestoneStatus | None = None
    phase: Annotated[str | None, Field(max_length=40)] = None
    since: Annotated[date | None, Field(description="Due on that day or later")] = None
    until: Annotated[date | None, Field(description="Due on that day or before")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: Annotated[str, Field(max_length=200, description="From the answer before")] = ""


class MilestoneShown(BaseModel):
    """Of one site. Its title is the construction's own."""

    construction: str
    milestone: str
    site: str
    phase: str
    status: MilestoneStatus
    due_on: date
    reached_on: date | None
    days_late: int = 0
    title: str = ""
    title_en: str = ""


class MilestonePage(BaseModel):
    """In the order of their days; `next` is the opaque cursor of the rest."""

    items: list[MilestoneShown]
    next: str | None


@api.query("/v1/milestones", scope="construction:read")
def list_milestones(call: Call[Store], query: MilestonesQuery) -> MilestonePage:
    """节点 of the sites this client may act for; overdue ones: `?status=overdue`."""
    criteria: Document = query.model_dump(include={"site", "status", "phase"}, exclude_none=True)
    days = {"$gte": query.since, "$lte": query.until}
    if bounds := {name: day.isoformat() for name, day in days.items() if day}:
        criteria["due_on"] = bounds
    call.client.limit(criteria)
    if after := read_cursor(query.cursor):
        day, id = after.day, after.id
        criteria["$or"] = [{"due_on": {"$gt": day}}, {"due_on": day, "_id": {"$gt": id}}]
    rows = call.app.milestones(criteria, query.limit + 1)
    last = rows[query.limit - 1] if len(rows) > query.limit else None
    cursor = f"{last['due_on']}|{last['site']}|{last['_id']}" if last else ""
    return MilestonePage(
        items=[MilestoneShown.model_validate(row) for row in rows[: query.limit]],
        next=base64.urlsafe_b64encode(cursor.encode()).decode() if cursor else None,
    )

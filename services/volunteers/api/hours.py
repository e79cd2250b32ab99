"""The hours ledger over HTTP."""

from typing import Annotated

from pydantic import Field

from services.volunteers.model.hours import HoursEntry
from services.volunteers.store import Store
from shared.contracts.base import SiteCode
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class HoursQuery(PageQuery):
    """Filters of the hours ledger."""

    site: SiteCode | None = None
    volunteer: Annotated[str | None, Field(max_length=64)] = None


@api.query("/v1/hours", scope="hours:read")
def list_hours(call: Call[Store], query: HoursQuery) -> Page[HoursEntry]:
    """Credited minutes with their evidence, in the order they were credited."""
    criteria: Document = query.model_dump(include={"site", "volunteer"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.hours, criteria, query)

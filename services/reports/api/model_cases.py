"""Model cases (先进典型) over HTTP."""

from collections.abc import Sequence
from datetime import datetime

from services.reports.model import commands as asked
from services.reports.model.model_case import CaseStatus, ModelCase
from services.reports.publicity import OF_PUBLICITY
from services.reports.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.reports import CaseKind
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class CasesQuery(PageQuery):
    """Filters of the list of model cases."""

    site: SiteCode | None = None
    kind: CaseKind | None = None
    status: CaseStatus | None = None


@api.command("/v1/model-cases", scope="publicity:write", made="id")
def draft_case(call: Call[Store], body: asked.DraftCase) -> Receipt:
    """A model case as it is to be read; by a person (X-Person)."""
    call.client.require_site(body.site)
    id = call.new_id("mca")

    def build(_: datetime) -> tuple[ModelCase, Sequence[Event]]:
        call.app.sites.require_open(body.site)
        made = ModelCase.draft(id, body, call.person)
        call.app.claim(body.photographs, body.site, OF_PUBLICITY, "photographs")
        return made

    return call.app.publicity.model_cases.make(id, call.origin, build)


@api.query("/v1/model-cases/{id}", scope="publicity:read")
def read_case(call: Call[Store], id: str) -> Loaded[ModelCase]:
    """One model case."""
    return call.read(call.app.publicity.model_cases, id)


@api.query("/v1/model-cases", scope="publicity:read")
def list_cases(call: Call[Store], query: CasesQuery) -> Page[ModelCase]:
    """Model cases of the sites this client may act for."""
    criteria: Document = query.model_dump(include={"site", "kind", "status"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.publicity.model_cases, criteria, query)


@api.command("/v1/model-cases/{id}", scope="publicity:write", method="PUT", edits=True)
def revise_case(call: Call[Store], id: str, body: asked.ReviseCase) -> Receipt:
    """The whole draft anew."""

    def decide(case: ModelCase, now: datetime) -> Sequence[Event]:
        events = case.revise(body, call.person)
        call.app.claim(body.photographs, case.site, OF_PUBLICITY, "photographs")
        return events

    return call.change(call.app.publicity.model_cases, id, decide)


@api.command("/v1/model-cases/{id}/check", scope="publicity:check", checks=True)
def check_case(call: Call[Store], id: str, body: asked.Check) -> Receipt:
    """核稿, by another person than who wrote it."""
    return call.change(call.app.publicity.model_cases, id, lambda it, now: it.check(call.person))


@api.command("/v1/model-cases/{id}/send-back", scope="publicity:check")
def send_case_back(call: Call[Store], id: str, body: asked.SendBack) -> Receipt:
    """退稿: it is a draft again."""
    return call.change(call.app.publicity.model_cases, id, lambda it, now: it.send_back(body))


@api.command("/v1/model-cases/{id}/publish", scope="publicity:check")
def publish_case(call: Call[Store], id: str, body: asked.PublishCase) -> Receipt:
    """发布."""
    return call.change(call.app.publicity.model_cases, id, lambda it, now: it.publish(body, now))


@api.command("/v1/model-cases/{id}/withdraw", scope="publicity:check")
def withdraw_case(call: Call[Store], id: str, body: asked.SendBack) -> Receipt:
    """It is told of no longer."""
    return call.change(call.app.publicity.model_cases, id, lambda it, now: it.withdraw(body))

"""Corrections of credited hours over HTTP: one person proposes, another approves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.volunteers.api.sheets import claimed
from services.volunteers.model.commands import hours as asked
from services.volunteers.model.correction import Correction, CorrectionStatus
from services.volunteers.model.people import require_person
from services.volunteers.store import Store
from shared.contracts.base import Event, SiteCode
from shared.errors import invalid
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class CorrectionsQuery(PageQuery):
    """Filters of the list of corrections."""

    site: SiteCode | None = None
    status: CorrectionStatus | None = None
    volunteer: Annotated[str | None, Field(max_length=64)] = None


@api.command("/v1/hours/corrections", scope="hours:enter", made="id")
def propose_correction(call: Call[Store], body: asked.ProposeCorrection) -> Receipt:
    """An entry is wrong: what it should be, or that it was not served at all."""
    by = require_person(call.person)
    id = call.new_id("cor")

    def build(now: datetime) -> tuple[Correction, list[Event]]:
        entry = call.app.hours.chains.entry(body.volunteer, body.entry)
        if not entry:
            raise invalid(
                "entry",
                f"{body.volunteer} has no credited entry {body.entry}; GET /v1/hours lists them",
                f"{body.volunteer} 没有已入账的记录 {body.entry};可查询 GET /v1/hours",
            )
        call.client.require_site(entry[-1].site)
        evidence = claimed(call, entry[-1].site, body.scans)
        return Correction.propose(id, body, entry, evidence, by, now)

    return call.app.hours.corrections.make(id, call.origin, build)


@api.query("/v1/hours/corrections/{id}", scope="hours:read")
def read_correction(call: Call[Store], id: str) -> Loaded[Correction]:
    """One correction."""
    return call.read(call.app.hours.corrections, id)


@api.query("/v1/hours/corrections", scope="hours:read")
def list_corrections(call: Call[Store], query: CorrectionsQuery) -> Page[Correction]:
    """Corrections of the sites this client may act for."""
    included = {"site", "status", "volunteer"}
    criteria: Document = query.model_dump(include=included, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.hours.corrections, criteria, query)


@api.command("/v1/hours/corrections/{id}/approve", scope="hours:check", checks=True)
def approve_correction(call: Call[Store], id: str, body: asked.ApproveCorrection) -> Receipt:
    """A second person agrees; the ledger takes it in a moment."""
    by = require_person(call.person)

    def decide(correction: Correction, now: datetime) -> Sequence[Event]:
        return correction.approve(by, call.app.persons_of([correction.volunteer]), now)

    return call.change(call.app.hours.corrections, id, decide)


@api.command("/v1/hours/corrections/{id}/refuse", scope="hours:check", checks=True)
def refuse_correction(call: Call[Store], id: str, body: asked.RefuseCorrection) -> Receipt:
    """A second person does not agree."""
    by = require_person(call.person)
    return call.change(
        call.app.hours.corrections, id, lambda correction, now: correction.refuse(body, by, now)
    )


@api.command("/v1/hours/corrections/{id}/withdraw", scope="hours:enter")
def withdraw_correction(call: Call[Store], id: str, body: asked.WithdrawCorrection) -> Receipt:
    """Whoever proposed it takes it back."""
    by = require_person(call.person)
    return call.change(
        call.app.hours.corrections, id, lambda correction, now: correction.withdraw(by, now)
    )

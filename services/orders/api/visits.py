"""Visits to recipients over HTTP. What was noted is sealed; each reading of it is audited."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.orders.model.commands import recipient as asked
from services.orders.model.commands.recipient import VisitOutcome
from services.orders.model.visit import Came, Visit, VisitStatus
from services.orders.store import Store
from shared.contracts.base import Event
from shared.contracts.orders.recipient import ReportedTo
from shared.errors import NotFound, Text, invalid
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.vault import Reading
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()
VISITS = "/v1/recipients/{id}/visits"
Decide = Callable[[Visit, datetime], Sequence[Event]]


@dataclass(frozen=True)
class VisitShown:
    """A visit as answers show one, without what was noted."""

    status: VisitStatus
    recipient: str
    site: str
    visited_at: datetime
    visitors: list[Came]
    outcome: VisitOutcome
    order: str | None
    pairing: str | None
    noted: bool
    recorded_by: str
    answer_by: datetime | None
    overdue: bool
    reported_to: ReportedTo | None
    reported_at: datetime | None
    reference: str | None


class VisitsQuery(PageQuery):
    """Filters of the visits to somebody."""

    status: VisitStatus | None = None


@api.command(VISITS, scope="visits:record", made="id")
def record_visit(call: Call[Store], id: str, body: asked.RecordVisit) -> Receipt:
    """Somebody was there: who, how it was, and a note that is sealed."""
    care, visit = call.app.care, call.new_id("vst")
    call.read(care.recipients, id)

    def build(now: datetime) -> tuple[Visit, list[Event]]:
        recipient = care.recipients.load(id).state
        _require_about(call, id, recipient.person, body)
        by = (call.client.id, call.person)
        came = [each.volunteer for each in body.visitors]
        adults = call.app.volunteers.adults(came, body.visited_at)
        note = care.seal_note(body.note)
        return Visit.record(visit, recipient, body, note, by, adults, now)

    return care.visits.make(visit, call.origin, build)


@api.query(VISITS, scope="recipients:read")
def list_visits(call: Call[Store], id: str, query: VisitsQuery) -> Page[VisitShown]:
    """The visits to somebody, oldest first, without their notes."""
    call.read(call.app.care.recipients, id)
    criteria = {"recipient": id} | query.model_dump(include={"status"}, exclude_none=True)
    page = page_of(call.app.care.visits, criteria, query)
    return Page([shown(each) for each in page.items], page.next)


@api.query(f"{VISITS}/{{visit}}", scope="recipients:read")
def read_visit(call: Call[Store], id: str, visit: str) -> Loaded[VisitShown]:
    """One visit, without its note."""
    return shown(_visit(call, id, visit))


@api.query(f"{VISITS}/{{visit}}/note", scope="recipients:read")
def read_note(call: Call[Store], id: str, visit: str) -> dict[str, str]:
    """What was noted, in clear; who reads it enters the audit of the recipient first."""
    it = _visit(call, id, visit).state
    sealed = {"note": it.sealed_note, "settlement": it.sealed_settlement}
    kept = {name: each for name, each in sealed.items() if each}
    read = call.app.care.vault.reader(Reading.of(call.origin, id, tuple(kept), f"visit {visit}"))
    return {name: read(each) for name, each in kept.items()}


@api.command(f"{VISITS}/{{visit}}/report", scope="visits:report")
def report_visit(call: Call[Store], id: str, visit: str, body: asked.ReportVisit) -> Receipt:
    """强制报告: to whom it was reported, and under which number there."""
    return _change(call, id, visit, lambda each, now: each.report(body, now))


@api.command(f"{VISITS}/{{visit}}/settle", scope="visits:report")
def settle_visit(call: Call[Store], id: str, visit: str, body: asked.SettleConcern) -> Receipt:
    """A concern was looked into: nothing need be reported, and why."""
    sealed = call.app.care.vault.seal(body.note)
    return _change(call, id, visit, lambda each, now: each.settle(sealed, now))


def shown(loaded: Loaded[Visit]) -> Loaded[VisitShown]:
    it = loaded.state
    state = VisitShown(
        status=it.status,
        recipient=it.recipient,
        site=it.site,
        visited_at=it.visited_at,
        visitors=it.visitors,
        outcome=it.outcome,
        order=it.order,
        pairing=it.pairing,
        noted=it.sealed_note is not None,
        recorded_by=it.recorded_by,
        answer_by=it.answer_by,
        overdue=it.overdue,
        reported_to=it.reported_to,
        reported_at=it.reported_at,
        reference=it.reference,
    )
    return Loaded(loaded.id, loaded.version, loaded.made, state, [])


def _visit(call: Call[Store], id: str, visit: str) -> Loaded[Visit]:
    loaded = call.read(call.app.care.visits, visit)
    if loaded.state.recipient != id:
        raise NotFound(Text(f"This recipient has no visit {visit}.", f"没有探访 {visit}。"))
    return loaded


def _change(call: Call[Store], id: str, visit: str, decide: Decide) -> Receipt:
    _visit(call, id, visit)
    return call.change(call.app.care.visits, visit, decide)


def _require_about(call: Call[Store], id: str, person: str, body: asked.RecordVisit) -> None:
    """The order and the pairing that a visit names are of this recipient."""
    if body.order:
        try:
            resident = call.app.orders.load(body.order).state.resident
        except NotFound:
            resident = ""
        if resident != person:
            raise invalid("order", "is not for this recipient", "不是该服务对象的订单")
    if body.pairing:
        try:
            recipient = call.app.care.pairings.load(body.pairing).state.recipient
        except NotFound:
            recipient = None
        if recipient != id:
            raise invalid("pairing", "is not with this recipient", "不是与该服务对象的结对")

"""Recipients (重点服务对象) over HTTP: masked, but for readings that enter the audit first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.orders.model.acceptance import AcceptanceStatus
from services.orders.model.commands import recipient as asked
from services.orders.model.commands.recipient import ReadFor, RecipientCategory
from services.orders.model.recipient import Consented, Recipient, RecipientStatus
from services.orders.store import Store
from shared.contracts.base import Contract, Event, Id, SiteCode
from shared.contracts.orders.recipient import RecipientEnd
from shared.errors import Forbidden, NotFound, Text
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.storage.vault import Reading
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()

SMALLEST_CELL = 5
"""Statistics hide a number of people below this (DOMAIN: small cells)."""
BEFORE_A_TASK, AFTER_A_TASK = timedelta(hours=24), timedelta(hours=2)
"""How long around an order's time its volunteers may read where to go."""
CONTACT = ("name", "telephone", "address", "guardian_name", "guardian_telephone")


@dataclass(frozen=True)
class RecipientShown:
    """A recipient as answers show one: nothing sealed, the name masked."""

    status: RecipientStatus
    site: str
    person: str
    name: str
    minor: bool
    categories: list[RecipientCategory]
    consent: Consented | None
    kept: list[str]  # names of the fields that are sealed
    visit_days: int | None
    next_visit: datetime | None
    last_visit: datetime | None
    level: int
    reason: RecipientEnd | None


class RecipientsQuery(PageQuery):
    """Filters of the list of recipients."""

    site: SiteCode | None = None
    status: RecipientStatus | None = RecipientStatus.ACTIVE
    visit_before: Annotated[
        datetime | None, Field(description="Whose next visit is due before this")
    ] = None


class PersonalQuery(BaseModel):
    """Clear data is read for a purpose, which stands in the audit."""

    model_config = ConfigDict(extra="forbid")

    purpose: ReadFor


class ContactQuery(BaseModel):
    """Whose task it is."""

    model_config = ConfigDict(extra="forbid")

    order: Id
    volunteer: Id


class FiguresQuery(BaseModel):
    """At one site, or at all that this client may act for."""

    model_config = ConfigDict(extra="forbid")

    site: SiteCode | None = None


class Figure(Contract):
    """How many people of a category are helped; none told where they are fewer than five."""

    category: RecipientCategory
    people: int | None


class Figures(Contract):
    """Recipients by category. A person may be in several."""

    by_category: list[Figure]


def shown(loaded: Loaded[Recipient]) -> Loaded[RecipientShown]:
    it = loaded.state
    state = RecipientShown(
        status=it.status,
        site=it.site,
        person=it.person,
        name=it.name_masked,
        minor=it.minor,
        categories=it.categories,
        consent=it.consent,
        kept=sorted(it.sealed),
        visit_days=it.visit_days,
        next_visit=it.next_visit,
        last_visit=it.last_visit,
        level=it.level,
        reason=it.reason,
    )
    return Loaded(loaded.id, loaded.version, loaded.made, state, [])


@api.command("/v1/recipients", scope="recipients:write", made="id")
def register_recipient(call: Call[Store], body: asked.RegisterRecipient) -> Receipt:
    """Somebody is helped from now on, with consent, or a guardian's."""
    call.client.require_site(body.site)
    id = call.new_id("rcp")

    def build(now: datetime) -> tuple[Recipient, list[Event]]:
        call.app.sites.require_open(body.site)
        call.app.care.require_new(body.person)
        _claim_paper(call, body, body.site)
        sealed, masked = call.app.care.seal(body.data)
        return Recipient.register(id, body, sealed, masked, call.client.id, now)

    return call.app.care.recipients.make(id, call.origin, build)


@api.query("/v1/recipients", scope="recipients:read")
def list_recipients(call: Call[Store], query: RecipientsQuery) -> Page[RecipientShown]:
    """Recipients of the sites this client may act for, oldest first."""
    criteria: Document = query.model_dump(include={"site", "status"}, exclude_none=True)
    if query.visit_before:
        criteria["next_visit"] = {"$lt": query.visit_before}
    call.client.limit(criteria)
    page = page_of(call.app.care.recipients, criteria, query)
    return Page([shown(each) for each in page.items], page.next)


@api.query("/v1/recipients/{id}", scope="recipients:read")
def read_recipient(call: Call[Store], id: str) -> Loaded[RecipientShown]:
    """One recipient, masked."""
    return shown(call.read(call.app.care.recipients, id))


@api.query("/v1/recipients/{id}/personal", scope="recipients:personal")
def read_personal(call: Call[Store], id: str, query: PersonalQuery) -> dict[str, str]:
    """What is kept of somebody, in clear, for a purpose; the audit comes first."""
    recipient = call.read(call.app.care.recipients, id).state
    return _open(call, id, recipient, tuple(sorted(recipient.sealed)), query.purpose)


@api.query("/v1/recipients/{id}/contact", scope="recipients:contact")
def read_contact(call: Call[Store], id: str, query: ContactQuery) -> dict[str, str]:
    """Where to go and whom to call, for a volunteer of an order, around its time."""
    recipient = call.read(call.app.care.recipients, id).state
    if recipient.status is not RecipientStatus.ACTIVE or not _is_task(call, recipient, query):
        raise Forbidden(
            Text(
                "This volunteer has no order of this recipient at this time.",
                "该志愿者当前没有该服务对象的订单。",
            )
        )
    fields = tuple(each for each in CONTACT if each in recipient.sealed)
    return _open(call, id, recipient, fields, f"task {query.order} {query.volunteer}")


@api.query("/v1/recipients/{id}/readings", scope="recipients:audit")
def read_readings(call: Call[Store], id: str) -> dict[str, list[Document]]:
    """Who read what of somebody in clear, when and what for; newest first."""
    call.read(call.app.care.recipients, id)
    return {"entries": call.app.care.vault.readings(id)}


@api.query("/v1/recipient-figures", scope="recipients:read")
def count_recipients(call: Call[Store], query: FiguresQuery) -> Figures:
    """How many people are helped, by category; small numbers are hidden."""
    criteria: Document = query.model_dump(exclude_none=True)
    call.client.limit(criteria)
    counts = call.app.care.counts(criteria)
    return Figures(
        by_category=[
            Figure(category=each, people=people if people >= SMALLEST_CELL else None)
            for each, people in sorted(counts.items())
        ]
    )


@api.command("/v1/recipients/{id}/record", scope="recipients:write", edits=True)
def record_recipient(call: Call[Store], id: str, body: asked.RecordRecipient) -> Receipt:
    """Correct what is kept of somebody, and the consent with it."""

    def record(recipient: Recipient, now: datetime) -> Sequence[Event]:
        _claim_paper(call, body, recipient.site)
        sealed, masked = call.app.care.seal(body.data)
        return recipient.record(body, sealed, masked, call.client.id, now)

    return call.change(call.app.care.recipients, id, record)


@api.command("/v1/recipients/{id}/plan-visit", scope="recipients:write")
def plan_visit(call: Call[Store], id: str, body: asked.PlanVisit) -> Receipt:
    """When to visit next, and how often from then on."""
    return call.change(call.app.care.recipients, id, lambda each, now: each.plan_visit(body, now))


@api.command("/v1/recipients/{id}/close", scope="recipients:write")
def close_recipient(call: Call[Store], id: str, body: asked.CloseRecipient) -> Receipt:
    """Somebody is no longer helped; where the consent is withdrawn everything is erased."""
    return call.change(call.app.care.recipients, id, lambda each, now: each.close(body, now))


@api.command("/v1/recipients/{id}/erase", scope="recipients:write")
def erase_recipient(call: Call[Store], id: str, body: asked.EraseRecipient) -> Receipt:
    """Nothing is left that says who it was."""
    return call.change(call.app.care.recipients, id, lambda each, now: each.erase())


def _open(
    call: Call[Store], id: str, recipient: Recipient, fields: tuple[str, ...], purpose: str
) -> dict[str, str]:
    reading = Reading.of(call.origin, id, fields, purpose)
    read = call.app.care.vault.reader(reading)
    return {name: read(recipient.sealed[name]) for name in fields}


def _is_task(call: Call[Store], recipient: Recipient, query: ContactQuery) -> bool:
    try:
        order = call.app.orders.load(query.order).state
    except NotFound:
        return False
    now = call.clock.now()
    return (
        order.resident == recipient.person
        and order.site == recipient.site
        and order.starts_at - BEFORE_A_TASK <= now <= order.ends_at + AFTER_A_TASK
        and any(
            held.volunteer == query.volunteer
            and held.status in (AcceptanceStatus.ASSIGNED, AcceptanceStatus.CHECKED_IN)
            for held in order.acceptances.values()
        )
    )


def _claim_paper(call: Call[Store], body: asked.RecordRecipient, site: str) -> None:
    if body.consent.paper:
        call.app.claim_files([body.consent.paper], site, "consent", "consent.paper")

"""Rectification orders (整改) over HTTP."""

from datetime import datetime

from services.reports.model.commands import rectification as asked
from services.reports.model.rectification import Rectification, RectificationStatus
from services.reports.store import Store
from shared.contracts.base import Event, SiteCode
from shared.errors import NotFound, invalid
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()

PURPOSE = "rectification"  # of the files


class RectificationsQuery(PageQuery):
    """Filters of the list of rectifications."""

    site: SiteCode | None = None
    status: RectificationStatus | None = None
    overdue: bool | None = None


@api.command("/v1/rectifications", scope="rectifications:order", made="id")
def order_rectification(call: Call[Store], body: asked.OrderRectification) -> Receipt:
    """下达整改: a site has to mend something by a deadline."""
    call.client.require_site(body.site)
    id, assessing = call.new_id("rct"), call.app.assessing

    def build(now: datetime) -> tuple[Rectification, list[Event]]:
        call.app.sites.require_open(body.site)
        assessing.require_sources(body)
        return Rectification.order(id, body, now)

    return assessing.rectifications.make(id, call.origin, build)


@api.command("/v1/rectifications/{id}/answer", scope="rectifications:answer")
def answer_rectification(call: Call[Store], id: str, body: asked.AnswerRectification) -> Receipt:
    """The site says, and shows, what it has done."""

    def decide(order: Rectification, now: datetime) -> list[Event]:
        events = list(order.answer(body, now))
        call.app.claim(body.files, order.site, PURPOSE, "files")
        return events

    return call.change(call.app.assessing.rectifications, id, decide)


@api.command("/v1/rectifications/{id}/accept", scope="rectifications:order")
def accept_answer(call: Call[Store], id: str, body: asked.AcceptAnswer) -> Receipt:
    """The answer is enough: an inspection is to confirm it, or it is closed."""
    records = call.app.assessing.rectifications
    return call.change(records, id, lambda order, now: order.accept(body.note, now))


@api.command("/v1/rectifications/{id}/send-back", scope="rectifications:order")
def send_back(call: Call[Store], id: str, body: asked.SendAnswerBack) -> Receipt:
    """退回: the answer, or what a follow-up found, is not enough; with a new deadline."""
    records = call.app.assessing.rectifications
    return call.change(records, id, lambda order, now: order.send_back(body, now))


@api.command("/v1/rectifications/{id}/extend", scope="rectifications:order")
def extend_deadline(call: Call[Store], id: str, body: asked.ExtendDeadline) -> Receipt:
    """延期."""
    records = call.app.assessing.rectifications
    return call.change(records, id, lambda order, now: order.extend(body, now))


@api.command("/v1/rectifications/{id}/close", scope="rectifications:order")
def close_rectification(call: Call[Store], id: str, body: asked.CloseRectification) -> Receipt:
    """销号, by the follow-up inspection that found it mended."""

    def decide(order: Rectification, now: datetime) -> list[Event]:
        try:
            inspection = call.app.assessing.inspections.load(body.inspection).state
        except NotFound as error:
            raise invalid("inspection", *error.detail) from None
        return list(order.close(inspection, now))

    return call.change(call.app.assessing.rectifications, id, decide)


@api.command("/v1/rectifications/{id}/cancel", scope="rectifications:order")
def cancel_rectification(call: Call[Store], id: str, body: asked.CancelRectification) -> Receipt:
    """It was ordered in error."""
    records = call.app.assessing.rectifications
    return call.change(records, id, lambda order, now: order.cancel(body.reason))


@api.query("/v1/rectifications/{id}", scope="rectifications:read")
def read_rectification(call: Call[Store], id: str) -> Loaded[Rectification]:
    """One rectification, with all its rounds."""
    return call.read(call.app.assessing.rectifications, id)


@api.query("/v1/rectifications", scope="rectifications:read")
def list_rectifications(call: Call[Store], query: RectificationsQuery) -> Page[Rectification]:
    """Rectifications of the sites this client may act for."""
    criteria = query.model_dump(exclude={"limit", "cursor"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.assessing.rectifications, criteria, query)

"""What befalls an order on its way: joined, urged, sent elsewhere, given another time, ended."""

from collections.abc import Sequence
from datetime import datetime

from services.orders.api.moving import move
from services.orders.model import commands as asked
from services.orders.model.order import Order
from services.orders.store import Store
from shared.contracts.base import Event
from shared.storage.aggregates import Receipt
from shared.web.api import Api, Call

api: Api[Store] = Api()


@api.command("/v1/orders/{id}/join", scope="orders:place")
def join(call: Call[Store], id: str, body: asked.JoinOrder) -> Receipt:
    """拼单: one more resident wants what was ordered."""
    return move(call, id, lambda order, now: order.join(body, now))


@api.command("/v1/orders/{id}/withdraw", scope="orders:place")
def withdraw(call: Call[Store], id: str, body: asked.WithdrawOrder) -> Receipt:
    """A resident no longer wants it; when the last one has withdrawn, it is over."""
    return move(call, id, lambda order, now: order.withdraw(body, now))


@api.command("/v1/orders/{id}/urge", scope="orders:place")
def urge(call: Call[Store], id: str, body: asked.UrgeOrder) -> Receipt:
    """催单: somebody asks what has become of it."""
    return move(call, id, lambda order, now: order.urge(now))


@api.command("/v1/orders/{id}/transfer", scope="orders:dispatch")
def transfer(call: Call[Store], id: str, body: asked.TransferOrder) -> Receipt:
    """转单: to another site or department, where it is vetted anew."""

    def decide(order: Order, now: datetime) -> Sequence[Event]:
        site = body.site or order.site
        call.app.sites.require_open(site)
        limits = call.app.rules_for(site, order.item).limits
        return order.transfer(call.app.in_words(body, "transfer"), limits, now)

    return move(call, id, decide)


@api.command("/v1/orders/{id}/return", scope="orders:dispatch")
def send_back(call: Call[Store], id: str, body: asked.ReturnOrder) -> Receipt:
    """退单: it can't be served here; to be vetted again, or sent elsewhere."""
    return move(
        call, id, lambda order, now: order.send_back(call.app.in_words(body, "return"), now)
    )


@api.command("/v1/orders/{id}/reschedule", scope="orders:place")
def reschedule(call: Call[Store], id: str, body: asked.RescheduleOrder) -> Receipt:
    """Another time; whoever had accepted is released."""
    return move(call, id, lambda order, now: order.reschedule(body, now))


@api.command("/v1/orders/{id}/cancel", scope="orders:place")
def cancel(call: Call[Store], id: str, body: asked.CancelOrder) -> Receipt:
    """Cancel it before it has begun: by whom, and why."""
    return move(call, id, lambda order, now: order.cancel(body, now))


@api.command("/v1/orders/{id}/attachments", scope="orders:place")
def attach(call: Call[Store], id: str, body: asked.AttachFile) -> Receipt:
    """Add a photograph or document that was uploaded for an order."""
    return _attach(call, id, body, "order")


@api.command("/v1/orders/{id}/evidence", scope="orders:serve")
def attach_evidence(call: Call[Store], id: str, body: asked.AttachFile) -> Receipt:
    """Add a photograph or document, uploaded for a service, of what was done."""
    return _attach(call, id, body, "service")


def _attach(call: Call[Store], id: str, body: asked.AttachFile, purpose: str) -> Receipt:
    def decide(order: Order, now: datetime) -> Sequence[Event]:
        events = order.attach(body, call.client.id, now)
        private = order.private and purpose == "order"
        call.app.files.claim(body.file, order.site, "private-order" if private else purpose, "file")
        return events

    return move(call, id, decide)

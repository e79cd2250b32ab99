"""Webhooks: a client's own system is told of events."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.reports.api.owned import own
from services.reports.api.stands import Snapshot, Stand, beginning, stands_of
from services.reports.model import subscription as asked
from services.reports.model.subscription import Subscription, SubscriptionStatus
from services.reports.store import Store
from services.reports.webhooks import signing
from shared.contracts.base import Event
from shared.errors import NotFound, Text
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.ids import derived_id, random_id
from shared.storage.vault import Reading
from shared.web.api import Api, Call

api: Api[Store] = Api()
SCOPE = "webhooks:write"


class Webhook(BaseModel):
    """A subscription as its client sees it; the secret is had by an operation of its own."""

    id: str
    url: str
    types: list[str]
    sites: list[str]
    status: SubscriptionStatus
    reason: Annotated[str | None, Field(description="Why it is disabled")]
    rotated_at: datetime | None


class Webhooks(BaseModel):
    """A client's own subscriptions."""

    items: list[Webhook]


class Stands(BaseModel):
    """Lag and last error of a subscription, by source."""

    sources: dict[str, Stand]


class Secret(BaseModel):
    """What signatures are verified with (Standard Webhooks)."""

    secret: str


@api.command("/v1/webhooks", scope=SCOPE, made="id", also=("reports:read",))
def subscribe(call: Call[Store], body: asked.Subscribe) -> Receipt:
    """Be told of events by signed requests (Standard Webhooks); see `…/secret`."""
    id = call.new_id("whk")

    def build(now: datetime) -> tuple[Subscription, list[Event]]:
        starts = beginning(call, id, body, now)
        sealed = call.app.vault.seal(signing.new_secret())
        return (
            Subscription(call.client.id, body.url, body.types, body.sites, starts, [sealed]),
            [],
        )

    return call.app.subscriptions.make(id, call.origin, build)


@api.query("/v1/webhooks", scope=SCOPE)
def list_webhooks(call: Call[Store]) -> Webhooks:
    """The client's own subscriptions."""
    found = call.app.subscriptions.find({"client": call.client.id}, limit=500)
    return Webhooks(items=[_shown(each) for each in found])


@api.query("/v1/webhooks/{id}", scope=SCOPE)
def read_webhook(call: Call[Store], id: str) -> Webhook:
    """One of the client's own subscriptions."""
    return _shown(own(call, call.app.subscriptions, id))


@api.query("/v1/webhooks/{id}/secret", scope=SCOPE)
def read_secret(call: Call[Store], id: str) -> Secret:
    """The newest secret. Each reading is in the audit."""
    subscription = own(call, call.app.subscriptions, id).state
    if not subscription.secrets:
        raise NotFound(Text("It has ended.", "订阅已结束。"))
    reading = Reading.of(call.origin, id, ["secret"], "webhook")
    return Secret(secret=call.app.vault.open(subscription.secrets[0], reading))


@api.query("/v1/webhooks/{id}/deliveries", scope=SCOPE)
def read_deliveries(call: Call[Store], id: str) -> Stands:
    """How far each source has been told, and what fails."""
    starts = own(call, call.app.subscriptions, id).state.starts
    state, heads = call.app.deliveries.state(id), call.app.heads()
    return Stands(sources=stands_of(starts, state, heads))


@api.query("/v1/webhooks/{id}/snapshot", scope=SCOPE)
def read_snapshot(call: Call[Store], id: str) -> Snapshot:
    """The figures that it began with."""
    own(call, call.app.subscriptions, id)
    return Snapshot.model_validate(call.app.snapshots.read(id))


@api.command("/v1/webhooks/{id}/pause", scope=SCOPE)
def pause(call: Call[Store], id: str, body: asked.Nothing) -> Receipt:
    """Nothing is sent until it is resumed."""
    own(call, call.app.subscriptions, id)
    return call.app.subscriptions.change(id, call.origin, lambda s, now: s.pause())


@api.command("/v1/webhooks/{id}/resume", scope=SCOPE)
def resume(call: Call[Store], id: str, body: asked.Nothing) -> Receipt:
    """Go on where it stands, also after it was disabled."""
    own(call, call.app.subscriptions, id)
    return call.app.subscriptions.change(id, call.origin, lambda s, now: s.resume(now))


@api.command("/v1/webhooks/{id}/rotate", scope=SCOPE)
def rotate(call: Call[Store], id: str, body: asked.Nothing) -> Receipt:
    """A new secret; for a day requests are signed with both."""
    own(call, call.app.subscriptions, id)
    sealed = call.app.vault.seal(signing.new_secret())
    return call.app.subscriptions.change(id, call.origin, lambda s, now: s.rotate(sealed, now))


@api.command("/v1/webhooks/{id}/redeliver", scope=SCOPE)
def redeliver(call: Call[Store], id: str, body: asked.Redeliver) -> Receipt:
    """Send a range of a source's events again."""
    own(call, call.app.subscriptions, id)
    key = call.origin.key
    part = derived_id("rdl", key) if key else random_id("rdl")
    return call.app.subscriptions.change(id, call.origin, lambda s, now: s.redeliver(part, body))


@api.command("/v1/webhooks/{id}/end", scope=SCOPE)
def end(call: Call[Store], id: str, body: asked.Nothing) -> Receipt:
    """It is never told again, and its secrets are gone."""
    own(call, call.app.subscriptions, id)
    return call.app.subscriptions.change(id, call.origin, lambda s, now: s.end())


def _shown(loaded: Loaded[Subscription]) -> Webhook:
    state = loaded.state
    return Webhook(
        id=loaded.id,
        url=state.url,
        types=state.types,
        sites=state.sites,
        status=state.status,
        reason=state.reason,
        rotated_at=state.rotated_at,
    )

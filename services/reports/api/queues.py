"""Queues: a client's own system is told of events over AMQP, by a broker user of its own."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote, urlsplit

from pydantic import BaseModel, Field

from services.reports.api.owned import own
from services.reports.api.stands import Snapshot, Stand, beginning, stands_of
from services.reports.model import queue as asked
from services.reports.model.queue import MOST_OF_A_CLIENT, MOST_OF_ALL, QueueStatus, SubscriberQueue
from services.reports.model.subscription import Nothing
from services.reports.queues.administration import virtual_host_of
from services.reports.queues.passwords import hashed, new_password
from services.reports.store import Store
from shared.contracts.base import Event
from shared.errors import Conflict, Text
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.vault import Reading
from shared.web.api import Api, Call

api: Api[Store] = Api()
SCOPE = "queues:write"

NO_BROKER_TO_SHARE = Text(
    "This installation can't make users on its broker, so there are no queues for subscribers. "
    "Webhooks tell the same events: POST /v1/webhooks.",
    "本系统无权在消息服务器上创建用户,因此不提供订阅队列。"
    "请改用 Webhook,内容相同:POST /v1/webhooks。",
)


class Queue(BaseModel):
    """A subscription as its client sees it."""

    id: str
    queue: Annotated[str, Field(description="Its name on the broker, and that of its user")]
    types: list[str]
    sites: list[str]
    length: Annotated[int, Field(description="Messages it holds; then the oldest are dropped")]
    starts: Annotated[dict[str, int], Field(description="What it is told lies behind these places")]
    status: QueueStatus
    reason: Annotated[str | None, Field(description="Why it is disabled")]
    rotated_at: datetime | None
    password_shown: bool


class Queues(BaseModel):
    """A client's own queues, and whether there can be any."""

    available: bool
    why_not: Annotated[str | None, Field(description="Why there can be none, and what there is")]
    items: list[Queue]


class QueueStands(BaseModel):
    """Lag and last error of a subscription, by source, and what its queue holds."""

    sources: dict[str, Stand]
    made: Annotated[bool, Field(description="Whether the broker has it, as of the last look")]
    waiting: Annotated[int, Field(description="Messages, as of the last look, 10 s ago at most")]
    unacknowledged: Annotated[
        int, Field(description="Taken, and neither acknowledged nor given up")
    ]
    consumers: int
    broker_error: Annotated[str | None, Field(description="Why the last look at the broker failed")]


class Access(BaseModel):
    """What a client of AMQP connects with."""

    url: Annotated[str, Field(description="With user and password")]
    queue: str
    user: str
    password: str


@api.command("/v1/queues", scope=SCOPE, made="id", also=("reports:read",))
def subscribe(call: Call[Store], body: asked.SubscribeQueue) -> Receipt:
    """Be told of events by a queue of one's own; its password: `…/password`."""
    id = call.new_id("que")

    def build(now: datetime) -> tuple[SubscriberQueue, list[Event]]:
        _require_broker(call)
        starts = beginning(call, id, body, now)
        require_few(call)
        password = new_password()
        made = SubscriberQueue(
            client=call.client.id,
            name=call.app.exchange_facts.prefix() + id,
            types=body.types,
            sites=body.sites,
            starts=starts,
            history={} if body.begin == "now" else call.app.heads(),
            length=body.length,
            password_hash=hashed(password),
            sealed_password=call.app.vault.seal(password),
        )
        return made, []

    return call.app.queues.make(id, call.origin, build)


@api.query("/v1/queues", scope=SCOPE)
def list_queues(call: Call[Store]) -> Queues:
    """The client's own, and whether this installation can have any."""
    found = call.app.queues.find({"client": call.client.id}, limit=500)
    available = call.app.exchange_facts.broker().available
    why_not = None if available else f"{NO_BROKER_TO_SHARE.en} {NO_BROKER_TO_SHARE.zh}"
    return Queues(available=available, why_not=why_not, items=[_shown(each) for each in found])


@api.query("/v1/queues/{id}", scope=SCOPE)
def read_queue(call: Call[Store], id: str) -> Queue:
    """One of the client's own."""
    return _shown(own(call, call.app.queues, id))


@api.search("/v1/queues/{id}/password", scope=SCOPE)
def show_password(call: Call[Store], id: str) -> Access:
    """Once: it is forgotten with the answer. Whoever misses it makes a new one by `…/rotate`."""
    name = own(call, call.app.queues, id).state.name
    shown: list[str] = []
    reading = Reading.of(call.origin, id, ["password"], "queue")

    def decide(queue: SubscriberQueue, now: datetime) -> list[Event]:
        shown[:] = [queue.show_password()]
        return []

    call.app.queues.change(id, call.origin, decide)
    password = call.app.vault.open(shown[0], reading)
    return Access(
        url=_url(call.app.amqp_address, name, password), queue=name, user=name, password=password
    )


@api.query("/v1/queues/{id}/snapshot", scope=SCOPE)
def read_snapshot(call: Call[Store], id: str) -> Snapshot:
    """The figures that it began with."""
    own(call, call.app.queues, id)
    return Snapshot.model_validate(call.app.snapshots.read(id))


@api.query("/v1/queues/{id}/deliveries", scope=SCOPE)
def read_deliveries(call: Call[Store], id: str) -> QueueStands:
    """How far each source has been told, what fails, and what waits in the queue."""
    loaded = own(call, call.app.queues, id)
    state = call.app.feeder.state(id)
    return QueueStands(
        sources=stands_of(loaded.state.starts, state, call.app.heads()),
        made="waiting" in state,
        waiting=state.get("waiting", 0),
        unacknowledged=state.get("unacknowledged", 0),
        consumers=state.get("consumers", 0),
        broker_error=call.app.exchange_facts.broker().error,
    )


@api.command("/v1/queues/{id}/pause", scope=SCOPE)
def pause(call: Call[Store], id: str, body: Nothing) -> Receipt:
    """Nothing comes in until it is resumed; what is there can be read."""
    own(call, call.app.queues, id)
    return call.app.queues.change(id, call.origin, lambda q, now: q.pause())


@api.command("/v1/queues/{id}/resume", scope=SCOPE)
def resume(call: Call[Store], id: str, body: Nothing) -> Receipt:
    """Go on where it stands: what was told meanwhile comes in as there is room."""
    own(call, call.app.queues, id)
    heads = call.app.heads()
    return call.app.queues.change(id, call.origin, lambda q, now: q.resume(heads, now))


@api.command("/v1/queues/{id}/rotate", scope=SCOPE)
def rotate(call: Call[Store], id: str, body: Nothing) -> Receipt:
    """A new password, to be had from `…/password`; the old one and its connections end."""
    own(call, call.app.queues, id)
    password = new_password()
    sealed, hash = call.app.vault.seal(password), hashed(password)
    return call.app.queues.change(id, call.origin, lambda q, now: q.rotate(hash, sealed, now))


@api.command("/v1/queues/{id}/end", scope=SCOPE)
def end(call: Call[Store], id: str, body: Nothing) -> Receipt:
    """The queue is taken away with what is in it, and its user too."""
    own(call, call.app.queues, id)
    return call.app.queues.change(id, call.origin, lambda q, now: q.end())


def _require_broker(call: Call[Store]) -> None:
    if not call.app.exchange_facts.broker().available:
        raise Conflict(NO_BROKER_TO_SHARE, extra={"allowed": ["/v1/webhooks"]})


def require_few(call: Call[Store]) -> None:
    living = {"status": {"$ne": QueueStatus.ENDED}}
    own = living | {"client": call.client.id}
    for query, most in ((own, MOST_OF_A_CLIENT), (living, MOST_OF_ALL)):
        if call.app.queues.count(query, most) == most:
            raise Conflict(
                Text(
                    f"There are {most} queues already, which is the most there may be; end one.",
                    f"已有 {most} 个队列,达到上限,请先结束一个。",
                ),
                extra={"allowed": []},
            )


def _shown(loaded: Loaded[SubscriberQueue]) -> Queue:
    state = loaded.state
    return Queue(
        id=loaded.id,
        queue=state.name,
        types=state.types,
        sites=state.sites,
        length=state.length,
        starts=state.starts,
        status=state.status,
        reason=state.reason,
        rotated_at=state.rotated_at,
        password_shown=state.sealed_password is None,
    )


def _url(address: str, user: str, password: str) -> str:
    parts = urlsplit(address)
    host = parts.netloc.rsplit("@", 1)[-1]
    virtual_host = quote(virtual_host_of(address), safe="")
    return (
        f"{parts.scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{host}/{virtual_host}"
    )

"""`GET /v1/feed`: a service's event log over HTTP, replayable from any place, without gaps.

A filtered feed gives each event `previous`, the sequence before it in the same filter, so that a
subscriber to some types or sites sees its gaps too.
"""

import json
import threading
import time
from collections.abc import Callable
from typing import Annotated, Any

from flask import Flask, Response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.contracts import registry
from shared.errors import Forbidden, NotFound, Text
from shared.messaging.event_log import EventLog, Filter, Logged
from shared.service import Service
from shared.web.clients import Client
from shared.web.pages import next_link
from shared.web.problems import from_validation

SCOPE = "feed:read"
LONGEST_WAIT = 20  # seconds of a long poll; SIGTERM's drain is as long
WAITING_AT_ONCE = 4  # of a process's threads; who comes later is answered at once
LOOK_SECONDS = 0.05  # between looks at the log while waiting


class FeedQuery(BaseModel):
    """`GET /v1/feed`."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int, Field(ge=0, description="Sequence of the last event you have")] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 200
    type: Annotated[str, Field(max_length=2000, description="Full types, by comma")] = ""
    site: Annotated[str, Field(max_length=500, description="Station codes, by comma")] = ""
    wait: Annotated[
        float, Field(ge=0, le=LONGEST_WAIT, description="Seconds to wait for an event")
    ] = 0

    @property
    def wanted(self) -> Filter:
        return Filter(_split(self.type), _split(self.site))

    def limit_to(self, client: Client) -> None:
        """To the sites that the client acts for. Raises Forbidden where it asks for others."""
        for site in _split(self.site):
            client.require_site(site)
        if not _split(self.site) and not client.everywhere:
            if not client.sites:
                raise Forbidden(Text("This client has no sites.", "该客户端没有站点权限。"))
            self.site = ",".join(sorted(client.sites))


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def add(app: Flask, service: Service[Any], authenticate: Callable[[], Client]) -> None:
    """The routes of the feed and of the schemas its events are written to."""
    waiting = threading.BoundedSemaphore(WAITING_AT_ONCE)

    @app.get("/v1/feed")
    def feed() -> Response:
        client = authenticate()
        client.require_scope(SCOPE)
        try:
            query = FeedQuery.model_validate(request.args.to_dict())
        except ValidationError as error:
            raise from_validation(error, "query") from None
        query.limit_to(client)
        log = service.kit.log
        head = log.head()  # before the entries: what comes in between is for the next page
        return _answer(log, query, head, _read(log, query, waiting))

    @app.get("/v1/schemas/<type>")
    def schema(type: str) -> Response:
        contract = registry.published_by(service.name).get(type)
        if contract is None:
            raise NotFound(Text(f"{service.name} tells no {type}.", f"本服务不发布 {type}。"))
        text = json.dumps(registry.schema_of(contract), ensure_ascii=False, indent=1)
        return Response(text, content_type="application/schema+json")


def _read(log: EventLog, query: FeedQuery, waiting: threading.BoundedSemaphore) -> list[Logged]:
    entries = log.read(query.after, query.limit, query.wanted)
    if entries or not query.wait or not waiting.acquire(blocking=False):
        return entries
    try:
        until = time.monotonic() + query.wait
        while not entries and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            entries = log.read(query.after, query.limit, query.wanted)
        return entries
    finally:
        waiting.release()


def bodies_of(log: EventLog, entries: list[Logged], after: int, wanted: Filter) -> list[str]:
    """As they were logged; in a filtered feed with `previous`."""
    bodies = [entry.body for entry in entries]
    if wanted.query():
        previous = log.last_before(after, wanted)
        for index, entry in enumerate(entries):
            bodies[index] = json.dumps(
                json.loads(entry.body) | {"previous": previous}, ensure_ascii=False
            )
            previous = entry.sequence
    return bodies


def _answer(log: EventLog, query: FeedQuery, head: int, entries: list[Logged]) -> Response:
    bodies = bodies_of(log, entries, query.after, query.wanted)
    last = entries[-1].sequence if entries else 0
    head = max(head, last)
    after = last if len(entries) == query.limit else max(head, query.after)
    facts = {"next": after, "head": head, "epoch": log.epoch()}
    # The bodies are JSON already; they go out as they were logged, to the byte.
    text = f'{{"events":[{",".join(bodies)}],{json.dumps(facts)[1:]}'
    response = Response(text, content_type="application/json")
    response.headers["Link"] = next_link(after=str(after))
    return response

"""How a service declares its HTTP operations: path, scope, and a typed function.

    api: Api[Orders] = Api()

    @api.command("/v1/orders", scope="orders:place", made="id")
    def place(call: Call[Orders], body: PlaceOrder) -> Receipt: ...

From the declaration come the route, the parsing, the checks, and the OpenAPI document.
"""

import hashlib
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, get_type_hints

from pydantic import BaseModel

from shared.clock import Clock
from shared.contracts.base import Command, Event
from shared.storage.aggregates import Aggregates, Loaded, Origin, Receipt
from shared.storage.ids import derived_id, random_id
from shared.web.clients import Client

A = TypeVar("A")
T = TypeVar("T")
View = Callable[..., Any]


class OfASite(Protocol):
    """An aggregate that belongs to one site."""

    @property
    def site(self) -> str: ...


S = TypeVar("S", bound=OfASite)


@dataclass(frozen=True)
class Operation:
    """One route."""

    method: str
    path: str  # "/v1/orders/{id}/vet"
    scope: str  # empty: any known client
    view: View
    body: type[Command] | None
    query: type[BaseModel] | None
    returns: Any
    made: str  # makes an aggregate, answers 201; its path ends in "id" or this field of the body
    edits: bool  # replaces what somebody may have changed: needs If-Match
    pages: bool
    public: bool  # a GET that needs no key: whoever knows the address
    asks: bool  # a POST that only reads: what it looks for may stand in no address
    media: tuple[str, ...]  # what a File is answered as; empty where the answer is JSON
    also: tuple[str, ...] = ()  # scopes that the view asks for, by what it finds
    uploads: bool = False  # the body is a file, and the view takes it as `data: bytes`
    streams: bool = False  # the body is a large file, and the view takes it as `stream: IO[bytes]`
    checks: bool = False  # of what another person did: who does it may have to be proved

    @property
    def commands(self) -> bool:
        """Whether it writes, and answers a Receipt."""
        return self.method != "GET" and not self.asks

    @property
    def name(self) -> str:
        """`orders.place`: module of the view, and its name."""
        return f"{self.view.__module__.rsplit('.', 1)[-1]}.{self.view.__name__}"

    @property
    def resource(self) -> str:
        """Path of the aggregate that a command is about, or of the list it adds to."""
        return self.path if self.made else re.sub(r"(\{\w+\}).*", r"\1", self.path)


@dataclass(frozen=True)
class Call(Generic[A]):
    """The circumstances of one request."""

    app: A
    clock: Clock
    client: Client
    operation: Operation
    path: str  # as called, without query
    person: str  # who acts: the account's or key's own person, else header X-Person
    idempotency_key: str  # empty where none was sent
    fingerprint: str  # of the parsed body
    expected: int | None  # version of If-Match
    request_id: str
    traceparent: str

    def new_id(self, prefix: str) -> str:
        """Id of what this request makes: derived from its key, so that a repeat finds it."""
        if not self.idempotency_key:
            return random_id(prefix)
        return derived_id(prefix, self.client.id, self.path, self.idempotency_key)

    def read(self, aggregates: Aggregates[S], id: str) -> Loaded[S]:
        """One aggregate of a site that the client acts for."""
        loaded = aggregates.load(id)
        self.client.require_site(loaded.state.site)
        return loaded

    def change(
        self,
        aggregates: Aggregates[S],
        id: str,
        decide: Callable[[S, datetime], Sequence[Event]],
        part: str = "",
    ) -> Receipt:
        """Change an aggregate of a site that the client acts for. `part`: id of what the command
        makes inside it; the receipt then names it."""

        def checked(state: S, now: datetime) -> Sequence[Event]:
            self.client.require_site(state.site)
            return decide(state, now)

        return aggregates.change(id, replace(self.origin, part=part), checked, self.expected)

    @property
    def origin(self) -> Origin:
        key = ""
        if self.idempotency_key:
            parts = "\0".join((self.client.id, self.path, self.idempotency_key))
            key = hashlib.sha256(parts.encode()).hexdigest()[:32]
        return Origin(
            client=self.client.id,
            command=self.operation.name,
            person=self.person,
            proved=bool(self.client.person),
            key=key,
            fingerprint=self.fingerprint,
            correlation=self.request_id,
            traceparent=self.traceparent,
        )


@dataclass(frozen=True)
class Page(Generic[T]):
    """Part of a list; `next` is the opaque cursor of the rest."""

    items: list[Loaded[T]]
    next: str | None


NOTHING = "default-src 'none'; sandbox"
"""Content-Security-Policy of a file that shall run and load nothing."""


@dataclass(frozen=True)
class File:
    """An answer that is no JSON: a document, a table, a calendar."""

    content: bytes | Iterable[bytes]  # in parts where it is too large for memory
    media_type: str  # one of its operation's `media`
    name: str = ""  # suggested to who saves it
    cache: str = "no-store"  # Cache-Control
    policy: str = NOTHING  # Content-Security-Policy


@dataclass
class Api(Generic[A]):
    """The operations of one service, or of one of its aggregates."""

    operations: list[Operation] = field(default_factory=list)

    def query(
        self,
        path: str,
        *,
        scope: str = "",
        also: tuple[str, ...] = (),
        public: bool = False,
        media: Sequence[str] = (),
    ) -> Callable[[View], View]:
        """A GET: the view takes `call`, path parameters, and `query` where there are any. One that
        is `public` needs no key; one with `media` gives a File. `also`: scopes that the view asks
        for, by what it finds."""
        return self._declare("GET", path, scope, also=also, public=public, media=media)

    def search(self, path: str, *, scope: str) -> Callable[[View], View]:
        """A POST that only reads, for what must not stand in an address, which proxies log."""
        return self._declare("POST", path, scope, asks=True)

    def command(
        self,
        path: str,
        *,
        scope: str,
        method: str = "POST",
        made: str = "",
        edits: bool = False,
        also: tuple[str, ...] = (),
        checks: bool = False,
    ) -> Callable[[View], View]:
        """A write: the view takes `call`, path parameters and `body`, and gives a Receipt. One that
        takes `data: bytes` is sent a file as its body, and further facts as `query`. One that
        `checks` is done by another person than who did what it is about."""
        return self._declare(method, path, scope, made, edits, also=also, checks=checks)

    @classmethod
    def of(cls, *parts: "Api[A]") -> "Api[A]":
        """The operations of a service, from those of its aggregates."""
        return cls([operation for part in parts for operation in part.operations])

    def _declare(
        self,
        method: str,
        path: str,
        scope: str,
        made: str = "",
        edits: bool = False,
        public: bool = False,
        asks: bool = False,
        media: Sequence[str] = (),
        also: tuple[str, ...] = (),
        checks: bool = False,
    ) -> Callable[[View], View]:
        def declare(view: View) -> View:
            hints = get_type_hints(view)
            returns = hints.pop("return", None)
            names = set(inspect.signature(view).parameters)
            unknown = (
                names
                - {"call", "body", "query", "data", "stream"}
                - set(re.findall(r"\{(\w+)\}", path))
            )
            if unknown or ((method != "GET" and not asks) != (returns is Receipt)):
                raise TypeError(f"{view.__qualname__}: {unknown or returns} does not fit {path}")
            if (returns is File) != bool(media) or (public and scope):
                raise TypeError(f"{view.__qualname__}: a File has media; what is public no scope")
            self.operations.append(
                Operation(
                    method=method,
                    path=path,
                    scope=scope,
                    view=view,
                    body=hints.get("body"),
                    query=hints.get("query"),
                    returns=returns,
                    made=made,
                    edits=edits,
                    pages=getattr(returns, "__origin__", None) is Page,
                    public=public,
                    asks=asks,
                    media=tuple(media),
                    also=also,
                    uploads=hints.get("data") is bytes,
                    streams="stream" in hints,
                    checks=checks,
                )
            )
            return view

        return declare

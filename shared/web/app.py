"""The Flask application of a service, made from its declared operations."""

import hashlib
import hmac
import logging
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, request
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge

from shared.errors import FieldProblem, Forbidden, InvalidInput, Text, VersionRequired
from shared.logs import request_id
from shared.service import Service
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.ids import open_id
from shared.storage.media import MOST_BYTES
from shared.web import feed, health, openapi
from shared.web.api import Api, Call, File, Operation, Page
from shared.web.callers import Callers
from shared.web.clients import NOBODY, PERSON_RULE, TOLD_PERSON, Client
from shared.web.limits import RateLimit
from shared.web.pages import next_link
from shared.web.problems import any_problem, from_validation

log = logging.getLogger("shared.web.requests")

MAX_KEY_LETTERS = 200
MOST_STREAMED = 32 * 1024 * 1024  # bytes of a body that is read in parts
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
_IN_ENVIRON = {
    header: "HTTP_" + header.upper().replace("-", "_")
    for header in (
        *("Authorization", "Idempotency-Key", "If-Match"),
        *("traceparent", "X-Person", "X-Request-ID"),
    )
}
_ETAG = re.compile(r'^"([0-9]{1,9})"$')


Admit = Callable[[str], Client]
"""The client of a key; of an empty one, nobody. Raises Unauthenticated or TooMany."""
Adapter = Callable[[Flask, Any, Admit], None]
"""Adds the routes of a convention that others speak: `adapter(app, service, admit)`."""


def make_app(service: Service[Any], api: Api[Any], adapters: Sequence[Adapter] = ()) -> Flask:
    """Routes, checks, problem details, feed, health and the OpenAPI document."""
    settings = service.kit.settings
    app = Flask(service.name)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_limit
    app.wsgi_app = _below_prefix(app.wsgi_app)  # type: ignore[method-assign]
    callers = Callers(settings)
    registry = callers.clients
    limit = RateLimit(settings.rate_per_second)
    metrics = health.Metrics(service)

    def authenticate() -> Client:
        client = callers.authenticate(_sent("Authorization"))
        limit.take(client.id)
        g.client_id = client.id
        return client

    def admit_anybody() -> Client:
        limit.take(NOBODY.id)  # all together: no address is kept of who asks
        return NOBODY

    def admit(key: str) -> Client:
        if not key:
            return admit_anybody()
        client = registry.authenticate(f"Bearer {key}")
        limit.take(client.id)
        g.client_id = client.id
        return client

    _observe(app, metrics)
    app.register_error_handler(Exception, any_problem)
    for operation in api.operations:
        _add(app, service, operation, admit_anybody if operation.public else authenticate)
    for adapter in adapters:
        adapter(app, service, admit)
    feed.add(app, service, authenticate)
    health.add(app, service, metrics, registry)
    openapi.add(app, service.name, api)

    @app.get("/v1/whoami")
    def whoami() -> dict[str, Any]:
        client = authenticate()
        return {
            "id": client.id,
            "name": client.name,
            "scopes": sorted(client.scopes),
            "sites": sorted(client.sites),
            "person": client.person,
        }

    return app


def _below_prefix(serve: Any) -> Any:
    """The gateway says below which path it serves us, so that what we point to is found there."""

    def serve_below(environ: dict[str, Any], start_response: Any) -> Any:
        prefix = environ.get("HTTP_X_FORWARDED_PREFIX")
        if prefix:
            environ["SCRIPT_NAME"] = prefix
        return serve(environ, start_response)

    return serve_below


def _observe(app: Flask, metrics: health.Metrics) -> None:
    """Each request has an id, a line in the log, and a place in the metrics."""

    @app.before_request
    def begin() -> None:
        given = _sent("X-Request-ID")
        request_id.set(given if _REQUEST_ID.match(given) else open_id())
        g.started = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.started
        response.headers["X-Request-ID"] = request_id.get()
        route = request.url_rule.rule if request.url_rule else "-"
        metrics.observe(request.method, route, response.status_code, seconds)
        log.info(
            "request",
            extra={
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
                "client": g.get("client_id", ""),
            },
        )
        return response


def _add(app: Flask, service: Service[Any], operation: Operation, authenticate: Any) -> None:
    proved = operation.checks and service.kit.settings.second_person_proved

    def view(**parameters: str) -> Response:
        client: Client = authenticate()
        if operation.scope:
            client.require_scope(operation.scope)
        elif operation.also and not any(client.may(each) for each in operation.also):
            client.require_scope(operation.also[0])
        if proved:
            client.require_proved()
        arguments: dict[str, Any] = dict(parameters)
        fingerprint = ""
        if operation.body:
            body = _parse_body(operation.body)
            arguments["body"] = body
            fingerprint = _fingerprint(body.model_dump_json().encode())
        if operation.uploads:
            arguments["data"] = _read_upload()
            fingerprint = _fingerprint(arguments["data"] + request.query_string)
        if operation.streams:
            request.max_content_length = MOST_STREAMED
            arguments["stream"] = request.stream
        if operation.query:
            arguments["query"] = _parse_query(operation.query)
        call = _call(service, operation, client, fingerprint)
        result = operation.view(call, **arguments)
        if isinstance(result, Receipt):
            return _receipt(result, operation, arguments)
        return _answer(result)

    rule = re.sub(r"\{(\w+)\}", r"<\1>", operation.path)
    app.add_url_rule(rule, operation.name, view, methods=[operation.method])


def _call(
    service: Service[Any], operation: Operation, client: Client, fingerprint: str
) -> Call[Any]:
    trace = _sent("traceparent")
    return Call(
        app=service.app,
        clock=service.kit.clock,
        client=client,
        operation=operation,
        path=request.path,
        person=person_of(client),
        idempotency_key=idempotency_key(),
        fingerprint=fingerprint,
        expected=_expected(operation),
        request_id=request_id.get(),
        traceparent=trace if _TRACEPARENT.match(trace) else "",
    )


def _read_body() -> bytes:
    raw = request.get_data()
    if request.content_length is None and len(raw) >= (request.max_content_length or 0):
        raise RequestEntityTooLarge  # a body in chunks is cut at the limit, without a word
    return raw


def _read_upload() -> bytes:
    request.max_content_length = MOST_BYTES
    data = _read_body()
    if not data:
        text = Text("send the file as the body", "请以文件内容作为请求体")
        raise InvalidInput(text, FieldProblem(field="body", text=text))
    return data


def _parse_body(model: type[BaseModel]) -> BaseModel:
    raw = _read_body()
    if raw and request.mimetype != "application/json":
        text = Text("send application/json", "请以 application/json 发送")
        raise InvalidInput(text, FieldProblem(field="Content-Type", text=text))
    try:
        return model.model_validate_json(raw or b"{}", strict=True)
    except ValidationError as error:
        raise from_validation(error) from None


def _fingerprint(text: bytes) -> str:
    """Of the body, with the key as salt, which is stored nowhere: else a body that holds little
    more than a telephone number could be found by trying them all."""
    salt = idempotency_key().encode()
    return hmac.new(salt, text, hashlib.sha256).hexdigest()[:32] if salt else ""


def _parse_query(model: type[BaseModel]) -> BaseModel:
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise from_validation(error, "query") from None


def _sent(header: str) -> str:
    """A request's header; empty where it was not sent. From where the server has put it, since
    `request.headers` makes the name anew for each look, and an exception for each that is not."""
    value: str = request.environ.get(_IN_ENVIRON[header], "")
    return value


def person_of(client: Client) -> str:
    """Who acts: the person whose token or key it is, who speaks for nobody else; else whom the
    client's system tells. Empty where it does not say."""
    told = _sent("X-Person")
    if not TOLD_PERSON.match(told) and told != client.person:
        text = Text(PERSON_RULE, "最多 64 个字母、数字或 . _ -,且不得为账号编号(oidc-…)")
        raise InvalidInput(text, FieldProblem(field="X-Person", text=text))
    if client.person and told not in ("", client.person):
        raise Forbidden(
            Text(
                "This token or key is a person's: leave X-Person out.",
                "该令牌或密钥属于个人,请勿发送 X-Person。",
            )
        )
    return client.person or told


def idempotency_key() -> str:
    """As sent; empty where none was."""
    key = _sent("Idempotency-Key")
    if len(key) > MAX_KEY_LETTERS:
        text = Text(f"at most {MAX_KEY_LETTERS} letters", f"最多 {MAX_KEY_LETTERS} 个字符")
        raise InvalidInput(text, FieldProblem(field="Idempotency-Key", text=text))
    return key


def _expected(operation: Operation) -> int | None:
    given = _sent("If-Match")
    if not given:
        if operation.edits:
            text = Text(
                'send If-Match with the ETag you read, such as "3"',
                '请用 If-Match 带上所读版本,例如 "3"',
            )
            raise VersionRequired(text, FieldProblem(field="If-Match", text=text))
        return None
    match = _ETAG.match(given)
    if not match:
        text = Text('a version in quotes, such as "3"', '应为带引号的版本号,例如 "3"')
        raise InvalidInput(text, FieldProblem(field="If-Match", text=text))
    return int(match[1])


def _answer(result: Any) -> Response:
    if isinstance(result, Loaded):
        return _json(_resource(result), headers=[("ETag", f'"{result.version}"')])
    if isinstance(result, Page):
        return _page(result)
    if isinstance(result, File):
        return _file(result)
    if is_dataclass(result) and not isinstance(result, type):
        return _json(_adapter(type(result)).dump_python(result, mode="json"))
    return _json(result.model_dump(mode="json") if isinstance(result, BaseModel) else result)


def _receipt(receipt: Receipt, operation: Operation, arguments: dict[str, Any]) -> Response:
    href = request.script_root + operation.resource.format(**arguments)
    if operation.made:
        # Not by getattr: of what a pydantic model doesn't have, that tells slowly.
        named = vars(arguments["body"]) if "body" in arguments else {}
        href += f"/{named.get(operation.made, receipt.id)}"
    body = {
        "id": receipt.id,
        "version": receipt.version,
        "status": receipt.status,
        "at": _time(receipt.at),
        "href": href,
    }
    if receipt.part:
        body["part"] = receipt.part
    headers = [("ETag", f'"{receipt.version}"')]
    if operation.made:
        return _json(body, 201, (*headers, ("Location", href)))
    return _json(body, 200, headers)


def _page(page: Page[Any]) -> Response:
    response = _json({"items": [_resource(item) for item in page.items], "next": page.next})
    if page.next:
        response.headers["Link"] = next_link(cursor=page.next)
    return response


def _file(file: File) -> Response:
    response = Response(file.content, content_type=file.media_type)
    response.headers["Cache-Control"] = file.cache
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = file.policy
    if file.name:
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return response


_adapters: dict[type, TypeAdapter[Any]] = {}  # making one takes milliseconds


def _adapter(kind: type) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def _resource(loaded: Loaded[Any]) -> dict[str, Any]:
    state: dict[str, Any] = _adapter(type(loaded.state)).dump_python(loaded.state, mode="json")
    return {"id": loaded.id, "version": loaded.version, "made": _time(loaded.made)} | state


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


class _Complete(Response):
    """Its headers are as they are to be: nothing is to be corrected for each answer."""

    def get_wsgi_headers(self, environ: Any) -> Headers:
        return self.headers


def _json(body: Any, status: int = 200, headers: Iterable[tuple[str, str]] = ()) -> Response:
    return _Complete(to_json(body), status, [("Content-Type", "application/json"), *headers])

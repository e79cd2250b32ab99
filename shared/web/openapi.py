"""The OpenAPI 3.1 document of a service, made from its declared operations.

`python -m shared.web.openapi write docs` writes one file for each service.
"""

import inspect
import json
import re
import sys
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from flask import Flask, Response
from pydantic import BaseModel, TypeAdapter

from shared.settings import SERVICES
from shared.storage.aggregates import Loaded
from shared.web.api import Api, Operation, Page
from shared.web.feed import FeedQuery

REF = "#/components/schemas/{model}"
JSON = "application/json"
BINARY = {"type": "string", "format": "binary"}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457; title, detail and messages in the language of Accept-Language.",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "stable: urn:shijian:problem:<kind>"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "allowed": {
            "type": "array",
            "items": {"type": "string"},
            "description": "409: the moves that this state allows",
        },
    },
}

RECEIPT: dict[str, Any] = {
    "type": "object",
    "description": "Answer to every command; the same however often it is sent with its key.",
    "required": ["id", "version", "status", "at", "href"],
    "properties": {
        "id": {"type": "string"},
        "version": {"type": "integer", "description": "the ETag, without quotes"},
        "status": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
        "href": {"type": "string", "description": "where the aggregate can be read"},
        "part": {
            "type": "string",
            "description": "id of what was made inside it: an acceptance, a registration",
        },
    },
}

_HEADERS = {
    "Idempotency-Key": "Same key and body: the same answer. Same key, other body: 422.",
    "If-Match": "The ETag you read; 412 where it has changed meanwhile.",
    "X-Person": "Who acts in your system: an opaque reference, never a name.",
}


def add(app: Flask, name: str, api: Api[Any]) -> None:
    """Serve it at `/openapi.json`."""
    text = json.dumps(document(name, api), ensure_ascii=False)

    @app.get("/openapi.json")
    def openapi() -> Response:
        return Response(text, content_type=JSON)


def document(name: str, api: Api[Any]) -> dict[str, Any]:
    """The whole document of one service."""
    schemas: dict[str, Any] = {"Problem": PROBLEM, "Receipt": RECEIPT}
    paths: dict[str, Any] = {}
    for operation in api.operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(
            operation, schemas
        )
    paths["/v1/feed"] = {"get": _feed()}
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Shijian 实践: {name}", "version": "1"},
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    path_names = re.findall(r"\{(\w+)\}", operation.path)
    parameters = [
        {"name": each, "in": "path", "required": True, "schema": {"type": "string"}}
        for each in path_names
    ]
    if operation.query:
        parameters += _query_parameters(operation.query, schemas)
    if operation.commands:
        parameters += [
            {
                "name": header,
                "in": "header",
                "required": header == "If-Match" and operation.edits,
                "description": meaning,
                "schema": {"type": "string"},
            }
            for header, meaning in _HEADERS.items()
        ]
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": _summary(operation),
        "description": _scopes(operation),
        "parameters": parameters,
        "responses": _responses(operation, schemas),
    }
    if operation.public:
        described |= {"description": "Scope: `none`. Public: no key.", "security": []}
    if operation.body and operation.body.model_fields:
        schema = _schema(operation.body, schemas, "validation")
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    if operation.uploads or operation.streams:
        described["requestBody"] = {"required": True, "content": {"*/*": {"schema": BINARY}}}
    return described


def _scopes(operation: Operation) -> str:
    said = f"Scope: `{operation.scope or 'none'}`."
    if operation.also:
        said += f" By what it is about also: {', '.join(f'`{each}`' for each in operation.also)}."
    return said


def _summary(operation: Operation) -> str:
    return (inspect.getdoc(operation.view) or operation.name).split("\n")[0]


def _responses(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    good = "201" if operation.made else "200"
    returns = operation.returns
    if operation.commands:
        schema: Any = {"$ref": REF.format(model="Receipt")}
    elif getattr(returns, "__origin__", None) in (Loaded, Page):
        schema = _resource(get_args(returns)[0], schemas)
        if operation.pages:
            schema = {
                "type": "object",
                "properties": {
                    "items": {"type": "array", "items": schema},
                    "next": {"type": ["string", "null"]},
                },
            }
    elif inspect.isclass(returns) and (is_dataclass(returns) or issubclass(returns, BaseModel)):
        schema = _schema(returns, schemas, "serialization")
    else:
        schema = {"type": "object"}
    files: dict[str, Any] = {each: {"schema": {"type": "string"}} for each in operation.media}
    return _described(good, files or {JSON: {"schema": schema}})


def _described(good: str, content: dict[str, Any]) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}}
    return {
        good: {"description": "Done", "content": content},
        "default": {"description": "A problem", "content": problem},
    }


def _resource(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    envelope = {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "version": {"type": "integer"},
            "made": {"type": "string", "format": "date-time"},
        },
    }
    return {"allOf": [envelope, _schema(kind, schemas, "serialization")]}


def _schema(kind: Any, schemas: dict[str, Any], mode: Any) -> dict[str, Any]:
    schema = TypeAdapter(kind).json_schema(mode=mode, ref_template=REF)
    _add_all(schemas, schema.pop("$defs", {}) | {kind.__name__: schema})
    return {"$ref": REF.format(model=kind.__name__)}


def _add_all(schemas: dict[str, Any], more: dict[str, Any]) -> None:
    """Raises TypeError where two models of one name would hide each other."""
    for name, schema in more.items():
        known = schemas.setdefault(name, schema)
        if known.get("properties", {}).keys() != schema.get("properties", {}).keys():
            raise TypeError(f"two models are named {name}")
    schemas |= more


def _query_parameters(model: type[BaseModel], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    schema = TypeAdapter(model).json_schema(mode="validation", ref_template=REF)
    _add_all(schemas, schema.pop("$defs", {}))
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": {k: v for k, v in field.items() if k not in ("title", "description")},
            "description": field.get("description", ""),
        }
        for name, field in schema["properties"].items()
    ]


def _feed() -> dict[str, Any]:
    return {
        "operationId": "feed.read",
        "summary": "The event log: every event this service has told, in order, without gaps",
        "description": "Scope: `feed:read`. Events are CloudEvents 1.0; schemas: asyncapi.json.",
        "parameters": _query_parameters(FeedQuery, {}),
        "responses": {
            "200": {
                "description": "Events behind `after`",
                "content": {
                    JSON: {
                        "schema": {
                            "type": "object",
                            "properties": {
                                "events": {"type": "array", "items": {"type": "object"}},
                                "next": {"type": "integer"},
                                "head": {"type": "integer"},
                                "epoch": {"type": "string"},
                            },
                        }
                    }
                },
            }
        },
    }


def documents() -> dict[str, str]:
    """File name under `docs/` and content, for each service."""
    return {
        f"openapi/{name}.json": json.dumps(
            document(name, import_module(f"services.{name}.api").api), ensure_ascii=False, indent=1
        )
        + "\n"
        for name in SERVICES
    }


def main(action: str, folder: str) -> None:
    for name, text in documents().items():
        path = Path(folder) / name
        if action == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            sys.exit(f"{name}: not as the code says; run `make docs`")


if __name__ == "__main__":
    main(*sys.argv[1:3])

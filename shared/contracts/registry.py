"""All contracts of events: their JSON Schemas, one AsyncAPI document, and the compatibility check.

`python -m shared.contracts.registry write docs` writes the documents; it refuses a change that
would break a subscriber: within a version a field may be added, never removed, retyped, or made
required. `check` fails where what is written is not what the code says.
"""

import json
import sys
from pathlib import Path
from typing import Any

from shared.contracts import events, orders, reports, volunteers
from shared.contracts.base import PREFIX, Event

MODULES = (orders, volunteers, events, reports)
EventType = type[Event]
Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def all_events() -> dict[str, EventType]:
    """Every contract by its type, in the order of names."""
    return dict(
        sorted((t, c) for t, c in Event.known.items() if c.__module__.startswith("shared."))
    )


def published_by(service: str) -> dict[str, EventType]:
    """What one service tells."""
    return {type: each for type, each in all_events().items() if each.publisher == service}


def schema_of(contract: EventType) -> dict[str, Any]:
    """JSON Schema of the event's data."""
    schema = contract.model_json_schema(mode="serialization")
    return {"$schema": DIALECT, "$id": f"urn:{PREFIX}:schema:{contract.type}"} | schema


def breaks(old: Schema, new: Schema) -> list[str]:
    """What in the new schema of a version would break a subscriber to the old one: something
    that is gone, of another type, or no longer always there. What is added breaks nothing."""
    return _breaks("", old, new, old, new)


def _breaks(path: str, old: Schema, new: Schema, olds: Schema, news: Schema) -> list[str]:
    old, new = _followed(old, olds), _followed(new, news)
    if any(old.get(key) != new.get(key) for key in ("type", "format")):
        return [f"{path or 'data'}: of another type"]
    found = []
    for name, field in old.get("properties", {}).items():
        at, now = f"{path}.{name}".lstrip("."), new.get("properties", {}).get(name)
        found += _breaks(at, field, now, olds, news) if now is not None else [f"{at}: removed"]
    for name in set(old.get("required", ())) - set(new.get("required", ())):
        if name in new.get("properties", {}):
            found.append(f"{path}.{name}: no longer always there".lstrip("."))
    for key in ("items", "additionalProperties"):
        if isinstance(old.get(key), dict):
            found += _breaks(f"{path}[]", old[key], new.get(key) or {}, olds, news)
    return found + _alternatives(path, old, new, olds, news)


def _alternatives(path: str, old: Schema, new: Schema, olds: Schema, news: Schema) -> list[str]:
    before, after = old.get("anyOf", []), new.get("anyOf", [])
    if len(before) != len(after):
        return [f"{path}: of another type"]
    pairs = zip(before, after, strict=True)
    return [each for was, now in pairs for each in _breaks(path, was, now, olds, news)]


def _followed(field: Schema, schema: Schema) -> Schema:
    if "$ref" not in field:
        return field
    found: Schema = schema["$defs"][field["$ref"].rsplit("/", 1)[-1]]
    return found


def asyncapi() -> dict[str, Any]:
    """One AsyncAPI 3 document for everything that is told on `shijian.events`."""
    schemas: dict[str, Any] = {"Envelope": ENVELOPE}
    messages = {}
    for type, contract in all_events().items():
        data = contract.model_json_schema(
            mode="serialization", ref_template="#/components/schemas/{model}"
        )
        schemas |= data.pop("$defs", {}) | {type: data}
        messages[type] = _message(type, contract)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Shijian 实践: domain events", "version": "1"},
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "shijian.events": {
                "address": "shijian.events",
                "description": "Topic exchange; routing key `<name>.<station code or ->`.",
                "messages": {type: {"$ref": f"#/components/messages/{type}"} for type in messages},
            }
        },
        "operations": {
            "hear": {"action": "receive", "channel": {"$ref": "#/channels/shijian.events"}}
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def _message(name: str, contract: EventType) -> dict[str, Any]:
    data = {"$ref": f"#/components/schemas/{name}"}
    told = {"type": "object", "properties": {"type": {"const": name}, "data": data}}
    return {
        "name": name,
        "title": contract.__name__,
        "summary": (contract.__doc__ or "").strip().split("\n")[0],
        "contentType": "application/cloudevents+json",
        "payload": {"allOf": [{"$ref": "#/components/schemas/Envelope"}, told]},
    }


ENVELOPE: dict[str, Any] = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "subject", "time", "sequence", "epoch"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string"},
        "source": {"type": "string", "pattern": f"^/{PREFIX}/[a-z]+"},
        "type": {"type": "string"},
        "subject": {"type": "string", "description": "id of the aggregate"},
        "time": {"type": "string", "format": "date-time"},
        "dataschema": {"type": "string"},
        "sequence": {"type": "string", "pattern": "^[0-9]{16}$", "description": "no gaps a source"},
        "previous": {
            "type": "integer",
            "description": "in a filtered feed, a webhook or a queue: the sequence before it there",
        },
        "epoch": {"type": "string", "description": "another epoch is another history"},
        "partitionkey": {"type": "string"},
        "site": {"type": "string", "description": "station code"},
        "correlationid": {"type": "string"},
        "causationid": {"type": "string"},
        "traceparent": {"type": "string"},
        "data": {"type": "object"},
    },
}


def documents() -> dict[str, str]:
    """File name under `docs/` and content."""
    files = {f"schemas/{type}.json": schema_of(contract) for type, contract in all_events().items()}
    files["asyncapi.json"] = asyncapi()
    return {
        name: json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        for name, content in files.items()
    }


def problems(folder: Path, writing: bool) -> list[str]:
    """What is wrong with the written documents; for `check`, also what is out of date."""
    found = []
    wanted = documents()
    for path in sorted((folder / "schemas").glob("*.json")):
        name = f"schemas/{path.name}"
        if name not in wanted:
            found.append(f"{name}: a published version is gone from the code")
        else:
            broken = breaks(json.loads(path.read_text()), json.loads(wanted[name]))
            found += [f"{name}: {each}" for each in broken]
    if not writing:
        found += [
            f"{name}: not as the code says; run `make docs`"
            for name, text in wanted.items()
            if not (folder / name).exists() or (folder / name).read_text() != text
        ]
    return found


def main(action: str, folder: str) -> None:
    found = problems(Path(folder), writing=action == "write")
    if found:
        sys.exit("\n".join(found))
    if action == "write":
        (Path(folder) / "schemas").mkdir(parents=True, exist_ok=True)
        for name, text in documents().items():
            (Path(folder) / name).write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:3])

"""The published documents, and how a reader follows what they refer to."""

import json
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.system import ROOT

DOCS = ROOT / "docs"
Document = dict[str, Any]


def read(name: str) -> Document:
    found: Document = json.loads((DOCS / name).read_text())
    return found


def references(node: Any) -> Iterator[str]:
    """Every `$ref` below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def resolve(document: Document, reference: str) -> Any:
    """What a reference inside a document points to. Raises LookupError."""
    assert reference.startswith("#/"), f"{reference} leads out of the document"
    node: Any = document
    for part in reference[2:].split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def validator(document: Document, pointer: str) -> Draft202012Validator:
    """Of the schema at a place in a document, its references followed."""
    resource = DRAFT202012.create_resource(document)
    registry: Registry[Any] = Registry().with_resource("urn:document", resource)
    return Draft202012Validator(
        {"$ref": f"urn:document{pointer}"},
        registry=registry,
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )

"""XML and JSON by the extension of the path, one mapped onto the other by the Spark convention.

A list is an array in JSON, and in XML an element that holds one element for each; what has no value
is `null`, and an empty element.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from flask import Response

MEDIA = {"xml": "text/xml", "json": "application/json"}
"""By extension; the standard sends XML as `text/xml`."""
NAMES = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
"""What the elements of each list are called in XML."""
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def answer(root: str, content: Any, format: str, status: int = 200) -> Response:
    """`content` as the format wants it. `root` is the XML's outermost element."""
    if format == "json":
        text = json.dumps(content, ensure_ascii=False, default=_time)
    else:
        tree = ElementTree.tostring(_element(root, content), encoding="unicode")
        text = f'<?xml version="1.0" encoding="utf-8"?>\n{tree}'
    return Response(text, status, content_type=f"{MEDIA[format]}; charset=utf-8")


def _element(name: str, content: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(content, Mapping):
        element.extend(_element(key, value) for key, value in content.items())
    elif isinstance(content, Sequence) and not isinstance(content, str):
        element.extend(_element(NAMES[name], each) for each in content)
    elif content is not None:
        element.text = _text(content)
    return element


def _text(content: Any) -> str:
    if isinstance(content, bool):
        return str(content).lower()
    return _ILLEGAL.sub("", _time(content) if isinstance(content, datetime) else str(content))


def _time(moment: datetime) -> str:
    """The subset of ISO 8601 that the standard names (W3C note), in UTC."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")

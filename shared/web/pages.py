"""Lists in pages, by an opaque cursor."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from flask import request
from pydantic import BaseModel, ConfigDict, Field

from shared.errors import FieldProblem, InvalidInput, Text
from shared.storage.aggregates import Aggregates
from shared.storage.mongo import Document
from shared.web.api import Page

T = TypeVar("T")


class PageQuery(BaseModel):
    """The parameters of every list; a list with filters adds its own."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=500, description="Items a page")] = 100
    cursor: Annotated[str, Field(max_length=200, description="From the answer before")] = ""


def page_of(aggregates: Aggregates[T], criteria: Document, query: PageQuery) -> Page[T]:
    """One page of what matches `criteria` (fields of the state), oldest first."""
    found = list(aggregates.find(criteria, after=_read(query.cursor), limit=query.limit + 1))
    items = found[: query.limit]
    more = len(found) > query.limit
    return Page(items, _write(items[-1].made, items[-1].id) if more else None)


def next_link(**moved: str) -> str:
    """The `Link` header (RFC 8288) of what follows: this request, with `moved` parameters."""
    query = urlencode(request.args.to_dict() | moved)
    return f'<{request.script_root}{request.path}?{query}>; rel="next"'


def _write(made: datetime, id: str) -> str:
    return base64.urlsafe_b64encode(f"{made.isoformat()}|{id}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        made, id = base64.urlsafe_b64decode(padded).decode().split("|", 1)
        return datetime.fromisoformat(made), id
    except (ValueError, binascii.Error):
        text = Text("use the cursor of the page before as it is", "请原样使用上一页返回的 cursor")
        raise InvalidInput(text, FieldProblem(field="cursor", text=text)) from None

"""What belongs to the client that made it, and is not there for any other."""

from typing import Protocol, TypeVar

from services.reports.store import Store
from shared.errors import NotFound, Text
from shared.storage.aggregates import Aggregates, Loaded
from shared.web.api import Call


class Owned(Protocol):
    """An aggregate that names its client."""

    client: str


T = TypeVar("T", bound=Owned)


def own(call: Call[Store], aggregates: Aggregates[T], id: str) -> Loaded[T]:
    """Raises NotFound, also where it is another client's: that there is one is not told."""
    loaded = aggregates.load(id)
    if loaded.state.client != call.client.id:
        raise NotFound(Text(f"There is no {id}.", f"没有 {id}。"))
    return loaded

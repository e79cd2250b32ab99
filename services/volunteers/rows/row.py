"""A row of a table that came in, and what may be wrong with it."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import ValidationError

from services.volunteers.model.exchange import Import
from services.volunteers.store import Store
from shared.errors import NotFound, ShijianError, Text, invalid
from shared.storage.aggregates import Origin
from shared.web.problems import from_validation

Facts = dict[str, str]

AT_ONCE = 8  # rows; most of its time a row waits for the database


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field of a row; never its value."""

    field: str
    text: Text


@dataclass(frozen=True)
class Row:
    """One row, by field, and where it stands."""

    number: int
    facts: Facts = field(repr=False)
    key: str = field(default="", repr=False)  # sealed: what must not stand twice in the table


@dataclass(frozen=True)
class Chunk:
    """Rows that are kept in one document, and worked on together."""

    number: int
    rows: list[Row]


Problems = list[list[Problem]]
"""Of each row of a chunk, in their order; empty where it is good."""


class Kind(Protocol):
    """How the rows of one kind of table are checked and applied, a chunk at a time."""

    def identity(self, facts: Facts) -> str:
        """What must not stand twice in a table; empty where nothing does."""

    def check(self, chunk: Chunk, now: datetime) -> Problems:
        """What keeps each row from being applied now; nothing is changed."""

    def apply(self, chunk: Chunk, now: datetime) -> Problems:
        """Do it; the same chunk again changes nothing."""


class Work:
    """What each kind needs: the store, and whose rows they are."""

    def __init__(self, store: Store, id: str, job: Import) -> None:
        self.store = store
        self.id = id
        self.job = job

    def origin(self, number: int, part: str = "") -> Origin:
        """Of what a row does: the same, however often it is applied."""
        return Origin(
            client="volunteers.imports",
            command=f"imports.{self.job.kind}",
            key=f"{self.id}:{number}{part}",
            causation=self.id,
        )

    def require_site(self, site: str) -> None:
        """Raises Unprocessable for another site than the import's, or a closed one."""
        if site != self.job.site:
            raise invalid("site", "is not the site of this import", "不是本次导入的站点")
        self.store.sites.require_open(site)


def each_of(rows: Iterable[Row], action: Callable[[Row], None]) -> Problems:
    """Row by row, several at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda row: problems_of(lambda: action(row)), rows))


def problems_of(action: Callable[[], object]) -> list[Problem]:
    """What it is refused for."""
    try:
        action()
    except (ValidationError, ShijianError) as error:
        return why(error)
    return []


def why(error: ValidationError | ShijianError) -> list[Problem]:
    """A refusal, by field of the row."""
    if isinstance(error, ValidationError):
        found = from_validation(error).fields
        return [Problem(each.field.rsplit(".", 1)[-1], each.text) for each in found]
    if isinstance(error, NotFound) or not error.fields:
        return [Problem("", error.detail)]
    return [Problem(each.field.rsplit(".", 1)[-1], each.text) for each in error.fields]

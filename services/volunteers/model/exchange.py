"""An import: a table that came in, its rows sealed, checked before anything is done with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.volunteers.model import commands as asked
from services.volunteers.model.commands import TableKind
from shared.contracts.base import Event
from shared.errors import Conflict, Text

KEPT = timedelta(days=7)
"""How long the rows of an import wait for somebody to apply it; they hold personal data."""


class ImportStatus(StrEnum):
    AWAITING = "awaiting-file"
    RECEIVED = "received"  # being checked
    CHECKED = "checked"  # the dry run is done: what is bad is listed
    APPLYING = "applying"
    DONE = "done"
    CANCELLED = "cancelled"


MOVES: dict[ImportStatus, tuple[str, ...]] = {
    ImportStatus.AWAITING: ("file", "cancel"),
    ImportStatus.RECEIVED: ("cancel",),
    ImportStatus.CHECKED: ("apply", "cancel"),
    ImportStatus.APPLYING: (),
    ImportStatus.DONE: (),
    ImportStatus.CANCELLED: (),
}
WORKING = (ImportStatus.RECEIVED, ImportStatus.APPLYING)
OVER = (ImportStatus.DONE, ImportStatus.CANCELLED)


@dataclass
class Consents:
    """Of everybody in the table."""

    text: str
    given_at: datetime
    channel: str


@dataclass
class Import:
    """Its rows are beside it, a hundred in a document, until it is over."""

    status: ImportStatus
    kind: TableKind
    columns: str  # code of the set of columns
    site: str
    begun_at: datetime
    consent: Consents | None = None
    rows: int = 0
    bad: int = 0  # rows that the dry run refused
    applied: int = 0
    failed: int = 0  # rows that were good and could not be applied any more

    @classmethod
    def begin(
        cls, command: asked.BeginImport, kind: TableKind, now: datetime
    ) -> tuple["Import", list[Event]]:
        """The file comes next."""
        given = command.consent
        consent = Consents(given.text, given.given_at, given.channel) if given else None
        made = cls(ImportStatus.AWAITING, kind, command.columns, command.site, now, consent)
        return made, []

    def receive(self, rows: int) -> Sequence[Event]:
        """All rows are kept, sealed; the dry run begins."""
        self.require("file")
        self.status, self.rows = ImportStatus.RECEIVED, rows
        return []

    def checked(self, bad: int) -> Sequence[Event]:
        """The dry run is done."""
        if self.status is ImportStatus.RECEIVED:
            self.status, self.bad = ImportStatus.CHECKED, bad
        return []

    def apply(self, command: asked.ApplyImport) -> Sequence[Event]:
        """All or nothing, unless bad rows are to be left out."""
        self.require("apply")
        if self.bad and not command.leave_out_bad:
            raise Conflict(
                Text(
                    f"{self.bad} rows are bad; mend the table, or send leave_out_bad.",
                    f"有 {self.bad} 行有误,请更正表格,或使用 leave_out_bad。",
                ),
                extra={"state": self.status, "allowed": ["cancel"], "bad": self.bad},
            )
        self.status = ImportStatus.APPLYING
        return []

    def done(self, failed: int) -> Sequence[Event]:
        """Every row that was good has been tried."""
        if self.status is ImportStatus.APPLYING:
            self.status, self.failed = ImportStatus.DONE, failed
            self.applied = self.rows - self.bad - failed
        return []

    def cancel(self) -> Sequence[Event]:
        """The rows are deleted."""
        self.require("cancel")
        self.status = ImportStatus.CANCELLED
        return []

    def due_at(self) -> datetime | None:
        """When it is given up."""
        waits = self.status in (ImportStatus.AWAITING, ImportStatus.CHECKED)
        return self.begun_at + KEPT if waits else None

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """Nobody has applied it."""
        due = self.due_at()
        if due and due <= now:
            self.status = ImportStatus.CANCELLED
        return []

    def require(self, move: str) -> None:
        """Raises Conflict with the moves that the state allows."""
        if move not in MOVES[self.status]:
            raise Conflict(
                Text(
                    f"An import that is {self.status} does not allow {move}.",
                    f"导入状态为 {self.status},不能执行 {move}。",
                ),
                extra={"state": self.status, "allowed": list(MOVES[self.status])},
            )


@dataclass
class ColumnSet:
    """A form: what stands in which column."""

    code: str
    kind: TableKind
    title: str
    columns: list[asked.Column]
    status: str = "kept"

    @classmethod
    def define(cls, command: asked.DefineColumns) -> "ColumnSet":
        return cls(command.code, command.kind, command.title, list(command.columns))

"""An import: a table that came in, its rows sealed, checked before anything is done with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.volunteers.model import commands as asked
from services.volunteers.model.commands import TableKind
from shared.contracts.base import Event
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import HoursSource
from shared.errors import Conflict, Text, invalid

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
class HoursOrigin:
    """How the hours of a table are known, and by whom they are entered."""

    source: HoursSource
    entered_by: str  # reference of a person; another one checks
    evidence: list[str]  # scans, with their digests
    scans: list[str]
    explanation: str | None
    theme: Theme | None  # where a row names none
    modes: list[Mode]


@dataclass
class Import:
    """Its rows are beside it, a hundred in a document, until it is over."""

    status: ImportStatus
    kind: TableKind
    columns: str  # code of the set of columns
    site: str
    begun_at: datetime
    consent: Consents | None = None
    hours: HoursOrigin | None = None
    digest: str = ""  # SHA-256 of the file
    rows: int = 0
    bad: int = 0  # rows that the dry run refused
    applied: int = 0
    failed: int = 0  # rows that were good and could not be applied any more

    @classmethod
    def begin(
        cls,
        command: asked.BeginImport,
        kind: TableKind,
        now: datetime,
        evidence: Sequence[str] = (),
        by: str = "",
    ) -> tuple["Import", list[Event]]:
        """The file comes next. `evidence`, `by`: of hours, the scans and who enters them."""
        if (kind is TableKind.HOURS) != (command.hours is not None):
            raise invalid(
                "hours", "belongs to a table of hours, and is needed there", "仅导入时长时必填"
            )
        given, hours = command.consent, command.hours
        return cls(
            status=ImportStatus.AWAITING,
            kind=kind,
            columns=command.columns,
            site=command.site,
            begun_at=now,
            consent=Consents(given.text, given.given_at, given.channel) if given else None,
            hours=_hours(hours, evidence, by) if hours else None,
        ), []

    def receive(self, rows: int, digest: str) -> Sequence[Event]:
        """All rows are kept, sealed; the dry run begins."""
        self.require("file")
        self.status, self.rows, self.digest = ImportStatus.RECEIVED, rows, digest
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


def _hours(given: asked.HoursGiven, evidence: Sequence[str], by: str) -> HoursOrigin:
    return HoursOrigin(
        source=given.source,
        entered_by=by,
        evidence=list(evidence),
        scans=list(given.scans),
        explanation=given.explanation,
        theme=given.theme,
        modes=list(given.modes),
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

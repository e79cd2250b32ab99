"""A sheet of hours on its way into the ledger: 录入 → 审核 → 公示 → 入账.

Two people make it: one enters, another checks, all rows or none. Then it is announced, and whoever
objects does so in time. What machines saw needs no sheet, unless a rule announces it as well or
other minutes are in its way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.volunteers.model.commands.hours import (
    CheckSheet,
    DecideObjection,
    EnterSheet,
    ObjectToRow,
    RefuseSheet,
)
from services.volunteers.model.people import another_person
from services.volunteers.model.service import Service
from services.volunteers.model.sheet_row import Objection, Row, RowStatus, rows_of
from services.volunteers.model.times import day_of
from shared.contracts import volunteers as told
from shared.contracts.base import Event
from shared.contracts.vocabulary import Department, Mode, Theme
from shared.contracts.volunteers import HoursRefusal, HoursSource
from shared.errors import Conflict, FieldProblem, NotFound, Text, Unprocessable

BY_MACHINE = ""  # in place of a person


class SheetStatus(StrEnum):
    ENTERED = "entered"  # 录入
    CHECKED = "checked"  # 审核
    ANNOUNCED = "announced"  # 公示
    CREDITED = "credited"  # 入账: each row is in the ledger, or refused, or blocked
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


MOVES: dict[SheetStatus, tuple[str, ...]] = {
    SheetStatus.ENTERED: ("check", "refuse", "withdraw"),
    SheetStatus.CHECKED: ("announce", "refuse", "withdraw"),
    SheetStatus.ANNOUNCED: ("object", "decide"),
    SheetStatus.CREDITED: ("retry",),
    SheetStatus.REFUSED: (),
    SheetStatus.WITHDRAWN: (),
}


@dataclass
class Sheet:
    """`*_by` are references of persons (`X-Person`), never names."""

    id: str
    status: SheetStatus
    site: str
    source: HoursSource
    theme: Theme
    modes: list[Mode]
    rows: dict[str, Row]
    entered_at: datetime
    entered_by: str
    evidence: list[str]  # files with their digests, or the check-out's event
    explanation: str = ""
    checked_at: datetime | None = None
    checked_by: str = BY_MACHINE
    announced_at: datetime | None = None
    announced_until: datetime | None = None
    reason: str = ""  # of a refusal
    retry_at: datetime | None = None
    order: str = ""  # and the others: of machine evidence
    acceptance: str = ""
    department: Department | None = None
    shift: str = ""
    volunteers: list[str] = field(default_factory=list)  # of its rows, to find it by
    table: str = ""  # the import it came by

    # ---- 录入 ----

    @classmethod
    def enter(
        cls, id: str, command: EnterSheet, evidence: Sequence[str], by: str, now: datetime
    ) -> tuple["Sheet", list[Event]]:
        """All rows or none; another person has to check it."""
        rows = rows_of(command, now)
        sheet = cls(
            id=id,
            status=SheetStatus.ENTERED,
            site=command.site,
            source=command.source,
            theme=command.theme,
            modes=list(command.modes),
            rows=rows,
            entered_at=now,
            entered_by=by,
            evidence=list(evidence),
            explanation=command.explanation or "",
            volunteers=sorted({row.volunteer for row in rows.values()}),
        )
        return sheet, [sheet._entered()]

    @classmethod
    def of_machine(
        cls, id: str, service: Service, days: int, in_the_way: str, now: datetime
    ) -> tuple["Sheet", list[Event]]:
        """What a machine saw, where a rule announces it or other minutes are in its way."""
        sheet, _ = cls.of_one(id, service, now)
        sheet.status, sheet.checked_at = SheetStatus.CHECKED, now
        if in_the_way:
            sheet.status = SheetStatus.CREDITED
            sheet.rows["1"].status, sheet.rows["1"].in_the_way = RowStatus.BLOCKED, in_the_way
            return sheet, [sheet._refused(["1"], HoursRefusal.OVERLAP)]
        return sheet, sheet._announce(days, now)

    @classmethod
    def of_one(cls, id: str, service: Service, now: datetime) -> tuple["Sheet", list[Event]]:
        """A sheet of one row, to be checked; who entered it says the service."""
        row = Row(
            volunteer=service.volunteer,
            team=service.team,
            started_at=service.started_at,
            ended_at=service.ended_at,
            minutes=service.minutes,
        )
        sheet = cls(
            id=id,
            status=SheetStatus.ENTERED,
            site=service.site,
            source=service.source,
            theme=service.theme,
            modes=list(service.modes),
            rows={"1": row},
            entered_at=now,
            entered_by=service.entered_by,
            evidence=list(service.evidence),
            order=service.order,
            department=service.department,
            acceptance=service.acceptance,
            shift=service.shift,
            volunteers=[service.volunteer],
        )
        return sheet, [sheet._entered()]

    def withdraw(self, by: str, now: datetime) -> Sequence[Event]:
        """Only who entered it."""
        self._require("withdraw")
        if by != self.entered_by:
            raise another_person(
                "Only who entered the sheet can withdraw it.", "仅录入人可以撤回该录入单。"
            )
        self.status = SheetStatus.WITHDRAWN
        return [told.HoursWithdrawn(site=self.site, sheet=self.id)]

    # ---- 审核 ----

    def check(
        self,
        command: CheckSheet,
        by: str,
        served: Iterable[str],
        in_the_way: Mapping[str, str],
        days: int,
        now: datetime,
    ) -> Sequence[Event]:
        """By a second person who is none of those that `served`. All rows or none: what has
        other minutes in its way is named, and nothing is checked."""
        self._require("check")
        self._require_second(by)
        if by in served:
            raise another_person("Nobody checks hours of their own.", "不得审核本人的服务时长。")
        if in_the_way:
            raise Unprocessable(
                Text("Other credited hours lie at the same time.", "与已入账时长重叠。"),
                *(
                    FieldProblem(field=f"rows.{row}", text=Text(f"see {entry}", f"见 {entry}"))
                    for row, entry in in_the_way.items()
                ),
            )
        self.status, self.checked_at, self.checked_by = SheetStatus.CHECKED, now, by
        return self._announce(days, now) if command.announce else []

    def refuse(self, command: RefuseSheet, by: str, now: datetime) -> Sequence[Event]:
        """The check has failed, for all rows."""
        self._require("refuse")
        self._require_second(by)
        self.status, self.reason, self.checked_by = SheetStatus.REFUSED, command.reason, by
        return [self._turn_down(list(self.rows), HoursRefusal.CHECK)]

    # ---- 公示 ----

    def announce(self, days: int, now: datetime) -> Sequence[Event]:
        """From now on whoever objects may do so, for so many days."""
        self._require("announce")
        return self._announce(days, now)

    def _announce(self, days: int, now: datetime) -> list[Event]:
        self.status, self.announced_at = SheetStatus.ANNOUNCED, now
        self.announced_until = now + timedelta(days=days)
        rows = [
            told.AnnouncedRow(
                row=number,
                volunteer=row.volunteer,
                team=row.team,
                minutes=row.minutes,
                service_date=day_of(row.started_at),
            )
            for number, row in self.rows.items()
        ]
        return [
            told.HoursAnnounced(
                site=self.site, sheet=self.id, rows=rows, until=self.announced_until
            )
        ]

    def object_to(
        self, number: str, command: ObjectToRow, by: str, now: datetime
    ) -> Sequence[Event]:
        """异议, before the announcement ends."""
        self._require("object")
        row = self._row(number)
        if not self.announced_until or now >= self.announced_until:
            raise self._conflict("The announcement is over.", "公示期已过。")
        if row.status not in (RowStatus.WAITING, RowStatus.DISPUTED):
            raise self._conflict(f"This row is {row.status}.", f"该行状态为 {row.status}。")
        row.status = RowStatus.DISPUTED
        row.objections.append(Objection(reason=command.reason, by=by, at=now))
        return [
            told.HoursDisputed(site=self.site, sheet=self.id, row=number, volunteer=row.volunteer)
        ]

    def decide(
        self, number: str, command: DecideObjection, by: str, now: datetime
    ) -> Sequence[Event]:
        """All open objections to a row are right, or none is."""
        self._require("decide")
        row = self._row(number)
        if row.status is not RowStatus.DISPUTED:
            raise self._conflict(f"This row is {row.status}.", f"该行状态为 {row.status}。")
        opened = [each for each in row.objections if each.upheld is None]
        if by in (self.entered_by, *(each.by for each in opened)):
            raise another_person(
                "Neither who entered the row nor who objects can decide.",
                "录入人和异议人均不得作出决定。",
            )
        for each in opened:
            each.upheld, each.decided_by, each.decision = command.uphold, by, command.reason
        if not command.uphold:
            row.status = RowStatus.WAITING
            return []
        event = self._turn_down([number], HoursRefusal.OBJECTION)
        self._finish()
        return [event]

    # ---- 入账 ----

    def due_at(self) -> datetime | None:
        """The end of the announcement, for rows that nobody disputes."""
        if not any(row.status is RowStatus.WAITING for row in self.rows.values()):
            return None
        if self.status is SheetStatus.CREDITED:
            return self.retry_at
        return self.announced_until if self.status is SheetStatus.ANNOUNCED else None

    def waiting(self, now: datetime) -> dict[str, Service]:
        """What is to be credited now, by row."""
        due = self.due_at()
        if due is None or due > now:
            return {}
        return {
            number: self._service(number, row)
            for number, row in self.rows.items()
            if row.status is RowStatus.WAITING
        }

    def settle(
        self, credited: Mapping[str, int], in_the_way: Mapping[str, str], now: datetime
    ) -> Sequence[Event]:
        """These rows are in the ledger, under these numbers; the others can't be."""
        for number, link in credited.items():
            self.rows[number].status, self.rows[number].link = RowStatus.CREDITED, link
            self.rows[number].in_the_way = ""
        for number, entry in in_the_way.items():
            self.rows[number].status, self.rows[number].in_the_way = RowStatus.BLOCKED, entry
        self._finish()
        return [self._refused(list(in_the_way), HoursRefusal.OVERLAP)] if in_the_way else []

    def retry(self, now: datetime) -> Sequence[Event]:
        """What was in the way of blocked rows has been put right, somebody says."""
        self._require("retry")
        blocked = [row for row in self.rows.values() if row.status is RowStatus.BLOCKED]
        if not blocked:
            raise self._conflict("No row is blocked.", "没有被阻挡的行。")
        for row in blocked:
            row.status = RowStatus.WAITING
        self.retry_at = now
        return []

    def entry_id(self, number: str) -> str:
        """Under which a row is in the ledger; what machines saw keeps the id it has."""
        machine = self.source in (HoursSource.ORDER, HoursSource.SHIFT)
        return self.id if machine else f"{self.id}{int(number):03d}"

    def services(self) -> dict[str, Service]:
        """The facts of every row."""
        return {number: self._service(number, row) for number, row in self.rows.items()}

    def _service(self, number: str, row: Row) -> Service:
        return Service(
            entry=self.entry_id(number),
            volunteer=row.volunteer,
            team=row.team,
            site=self.site,
            theme=self.theme,
            modes=list(self.modes),
            started_at=row.started_at,
            ended_at=row.ended_at,
            minutes=row.minutes,
            source=self.source,
            evidence=list(self.evidence),
            order=self.order,
            department=self.department,
            acceptance=self.acceptance,
            shift=self.shift,
            sheet=self.id,
            row=number,
            entered_by=self.entered_by,
            checked_by=self.checked_by,
            announced_until=self.announced_until,
        )

    def _finish(self) -> None:
        """Where nothing waits any more the sheet has ended."""
        found = {row.status for row in self.rows.values()}
        if found & {RowStatus.WAITING, RowStatus.DISPUTED}:
            return
        self.status = SheetStatus.REFUSED if found == {RowStatus.REFUSED} else SheetStatus.CREDITED

    def _turn_down(self, numbers: list[str], reason: HoursRefusal) -> Event:
        for number in numbers:
            self.rows[number].status = RowStatus.REFUSED
        return self._refused(numbers, reason)

    def _entered(self) -> Event:
        return told.HoursEntered(
            site=self.site,
            sheet=self.id,
            source=self.source,
            rows=len(self.rows),
            minutes=sum(row.minutes for row in self.rows.values()),
        )

    def _refused(self, numbers: list[str], reason: HoursRefusal) -> Event:
        return told.HoursRefused(site=self.site, sheet=self.id, rows=numbers, reason=reason)

    def _row(self, number: str) -> Row:
        if number not in self.rows:
            raise NotFound(Text(f"There is no row {number}.", f"没有第 {number} 行。"))
        return self.rows[number]

    def _require_second(self, by: str) -> None:
        if by == self.entered_by:
            raise another_person(
                "Another person than who entered it has to check.", "须由录入人以外的人员审核。"
            )

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise self._conflict(
                f"A sheet that is {self.status} can't be moved by {move}.",
                f"录入单状态为 {self.status},不能执行 {move}。",
            )

    def _conflict(self, en: str, zh: str) -> Conflict:
        extra: dict[str, object] = {"state": self.status, "allowed": list(MOVES[self.status])}
        return Conflict(Text(en, zh), extra=extra)

"""A correction of a credited entry: one person proposes it, another one approves it.

The entry itself is never changed: an approved correction becomes a link of its own in the ledger.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.volunteers.model.commands.hours import ProposeCorrection, RefuseCorrection
from services.volunteers.model.ledger import Link
from services.volunteers.model.people import another_person
from services.volunteers.model.service import Amendment
from services.volunteers.model.sheet_row import minutes_between, problem_of
from services.volunteers.model.times import day_of
from shared.contracts.base import Event
from shared.errors import Conflict, Text, invalid


class CorrectionStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"  # the ledger takes it in a moment
    APPLIED = "applied"
    BLOCKED = "blocked"  # other credited minutes lie at the new time
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


MOVES: dict[CorrectionStatus, tuple[str, ...]] = {
    CorrectionStatus.PROPOSED: ("approve", "refuse", "withdraw"),
    CorrectionStatus.APPROVED: (),
    CorrectionStatus.APPLIED: (),
    CorrectionStatus.BLOCKED: ("approve", "refuse", "withdraw"),
    CorrectionStatus.REFUSED: (),
    CorrectionStatus.WITHDRAWN: (),
}


@dataclass
class Correction:
    """`minutes` is what the entry should have; 0: it was not served at all."""

    id: str
    status: CorrectionStatus
    site: str
    volunteer: str
    entry: str
    started_at: datetime
    ended_at: datetime
    minutes: int
    was_minutes: int
    reason: str
    proposed_by: str
    evidence: list[str] = field(default_factory=list)
    approved_by: str = ""
    approved_at: datetime | None = None
    refusal: str = ""
    link: int = 0  # number in the volunteer's chain
    in_the_way: str = ""

    @classmethod
    def propose(
        cls,
        id: str,
        command: ProposeCorrection,
        entry: Sequence[Link],
        evidence: Sequence[str],
        by: str,
        now: datetime,
    ) -> tuple["Correction", list[Event]]:
        """`entry`: its links in the ledger. Raises Unprocessable."""
        last = entry[-1]
        started_at = command.started_at or last.started_at
        ended_at = command.ended_at or last.ended_at
        minutes = 0
        if command.started_at or command.ended_at or command.pause:
            problem = problem_of(started_at, ended_at, command.pause, now)
            if problem:
                raise invalid("ended_at", *problem)
            if day_of(started_at).isoformat() != last.service_date:
                raise invalid(
                    "started_at",
                    "another day: correct the entry to nothing and enter it anew",
                    "日期不同:请将原记录更正为零后重新录入",
                )
            minutes = minutes_between(started_at, ended_at, command.pause)
        was = sum(link.minutes for link in entry)
        same = (last.started_at, last.ended_at, was) == (started_at, ended_at, minutes)
        if same or (was == 0 and minutes == 0):
            raise invalid("entry", "nothing would change", "更正内容与原记录相同")
        return cls(
            id=id,
            status=CorrectionStatus.PROPOSED,
            site=last.site,
            volunteer=command.volunteer,
            entry=command.entry,
            started_at=started_at,
            ended_at=ended_at,
            minutes=minutes,
            was_minutes=was,
            reason=command.reason,
            proposed_by=by,
            evidence=list(evidence),
        ), []

    def approve(self, by: str, served: Iterable[str], now: datetime) -> Sequence[Event]:
        """A second person, who is not the volunteer."""
        self._require("approve")
        self._require_second(by)
        if by in served:
            raise another_person(
                "Nobody approves a correction of their own hours.", "不得审核本人时长的更正。"
            )
        self.status, self.approved_by, self.approved_at = CorrectionStatus.APPROVED, by, now
        return []

    def refuse(self, command: RefuseCorrection, by: str, now: datetime) -> Sequence[Event]:
        """A second person does not agree."""
        self._require("refuse")
        self._require_second(by)
        self.status, self.refusal = CorrectionStatus.REFUSED, command.reason
        return []

    def withdraw(self, by: str, now: datetime) -> Sequence[Event]:
        """Only who proposed it."""
        self._require("withdraw")
        if by != self.proposed_by:
            raise another_person(
                "Only who proposed it can withdraw it.", "仅提出人可以撤回该更正。"
            )
        self.status = CorrectionStatus.WITHDRAWN
        return []

    def due_at(self) -> datetime | None:
        """An approved one goes into the ledger at once, by the service's clock."""
        return self.approved_at if self.status is CorrectionStatus.APPROVED else None

    def amendment(self) -> Amendment:
        """What the ledger is to take."""
        return Amendment(
            entry=self.entry,
            started_at=self.started_at,
            ended_at=self.ended_at,
            minutes=self.minutes,
            reason=self.reason,
            evidence=list(self.evidence),
            correction=self.id,
            entered_by=self.proposed_by,
            checked_by=self.approved_by,
        )

    def settle(self, link: int, in_the_way: str, now: datetime) -> Sequence[Event]:
        """It is in the ledger under this number, or something is in its way."""
        self.link, self.in_the_way = link, in_the_way
        self.status = CorrectionStatus.BLOCKED if in_the_way else CorrectionStatus.APPLIED
        return []

    def _require_second(self, by: str) -> None:
        if by == self.proposed_by:
            raise another_person(
                "Another person than who proposed it has to decide.", "须由提出人以外的人员决定。"
            )

    def _require(self, move: str) -> None:
        if move not in MOVES[self.status]:
            raise Conflict(
                Text(
                    f"A correction that is {self.status} can't be moved by {move}.",
                    f"更正状态为 {self.status},不能执行 {move}。",
                ),
                extra={"state": self.status, "allowed": list(MOVES[self.status])},
            )

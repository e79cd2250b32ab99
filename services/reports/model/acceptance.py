"""An acceptance (验收) of a site by one level: the checklist as it was found, and the outcome."""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.reports.model.commands.construction import DecideAcceptance
from shared.contracts.reports import AcceptanceLevel
from shared.errors import invalid


class Outcome(StrEnum):
    WAITING = "waiting"
    PASSED = "passed"
    SENT_BACK = "sent-back"
    WITHDRAWN = "withdrawn"


@dataclass
class Found:
    """For one line of the checklist."""

    met: bool
    note: str | None


@dataclass
class Acceptance:
    """`*_by` are references of persons, never names."""

    level: AcceptanceLevel
    applied_by: str
    applied_at: datetime
    outcome: Outcome = Outcome.WAITING
    findings: dict[str, Found] = field(default_factory=dict)  # by item of the checklist
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None

    @property
    def unmet(self) -> list[str]:
        """Items of the checklist."""
        return [item for item, found in self.findings.items() if not found.met]

    def check(self, command: DecideAcceptance, known: Set[str], required: Set[str]) -> None:
        """Take the findings. Raises Unprocessable where they are not of this checklist, or do not
        bear the outcome out: accepted is what meets all that is required."""
        findings = {each.item: Found(each.met, each.note) for each in command.findings}
        for number, each in enumerate(command.findings):
            if each.item not in known:
                raise invalid(
                    f"findings.{number}.item", "is not in the checklist", "不在验收标准中"
                )
        lacking = sorted(required - findings.keys())
        if lacking:
            names = ", ".join(lacking)
            raise invalid("findings", f"nothing is said of: {names}", f"以下标准未填写:{names}")
        unmet = sorted(item for item in required if not findings[item].met)
        if command.outcome == "accept" and unmet:
            names = ", ".join(unmet)
            raise invalid("outcome", f"not met: {names}", f"以下标准未达到:{names}")
        if command.outcome == "send-back" and not command.reason:
            raise invalid("reason", "say what is to be mended", "请说明需整改的内容")
        self.findings = findings

    def settle(
        self, outcome: Outcome, person: str | None, reason: str | None, now: datetime
    ) -> None:
        """It is over."""
        self.outcome, self.decided_by, self.decided_at = outcome, person, now
        self.reason = reason

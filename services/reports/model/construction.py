"""The construction of a site (建设, plan 五): milestones by their days, and acceptance."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from services.reports.model.acceptance import Acceptance, Outcome
from services.reports.model.commands import construction as asked
from services.reports.model.milestone import (
    MOST_EVIDENCE,
    EvidenceFile,
    Milestone,
    MilestoneStatus,
)
from services.reports.model.moves import past_day, refused, require, today
from services.reports.model.people import another, named
from shared.contracts import reports as told
from shared.contracts.base import Event
from shared.contracts.reports import MilestoneTold
from shared.errors import NotFound, Text, invalid

FURTHEST = timedelta(days=20 * 366)  # of a milestone from today


class ConstructionStatus(StrEnum):
    BUILDING = "building"
    APPLIED = "applied"  # acceptance is asked for
    ACCEPTED = "accepted"


_WORK = ("add", "move", "drop", "attach", "remove", "reach", "reopen")
MOVES: dict[str, tuple[str, ...]] = {
    ConstructionStatus.BUILDING: (*_WORK, "apply"),
    ConstructionStatus.APPLIED: ("attach", "decide", "withdraw"),
    ConstructionStatus.ACCEPTED: (*_WORK, "apply"),
}


@dataclass
class Phase:
    """阶段; days are ISO 8601."""

    title: str
    title_en: str
    begins_on: str
    ends_on: str


@dataclass
class CheckItem:
    """A line of the checklist of acceptance."""

    title: str
    title_en: str
    required: bool
    source: str | None


@dataclass
class Construction:
    """Of one site by one plan. Milestones are by their code; no order is assumed."""

    id: str
    status: ConstructionStatus
    site: str
    plan: str
    warn_days: int
    phases: dict[str, Phase]
    milestones: dict[str, Milestone]
    checklist: dict[str, CheckItem]
    acceptances: dict[str, Acceptance] = field(default_factory=dict)

    @classmethod
    def lay_out(
        cls, id: str, plan: str, command: asked.PlanConstruction, now: datetime
    ) -> tuple["Construction", list[Event]]:
        """The command names all milestones: those of the plan are in it by now."""
        made = cls(
            id=id,
            status=ConstructionStatus.BUILDING,
            site=command.site,
            plan=plan,
            warn_days=command.warn_days,
            phases={
                each.code: Phase(
                    each.title, each.title_en, each.begins_on.isoformat(), each.ends_on.isoformat()
                )
                for each in command.phases
            },
            milestones={},
            checklist={
                each.code: CheckItem(each.title, each.title_en, each.required, each.source)
                for each in command.checklist
            },
        )
        for number, given in enumerate(command.milestones):
            made._put(given, now, f"milestones.{number}")
        milestones = [
            MilestoneTold(milestone=code, phase=each.phase, due_on=each.day)
            for code, each in made.milestones.items()
        ]
        event = told.ConstructionPlanned(
            construction=id, site=made.site, plan=plan, milestones=milestones
        )
        return made, [event]

    # ---- milestones ----

    def add(self, command: asked.AddMilestone, now: datetime) -> Sequence[Event]:
        """One more."""
        require(MOVES, self.status, "add")
        if len(self.milestones) >= asked.MOST_MILESTONES:
            most = asked.MOST_MILESTONES
            raise invalid("code", f"at most {most} milestones", f"最多 {most} 个节点")
        self._put(command, now, "")
        return [self._tell(told.MilestonePlanned, command.code)]

    def move(self, code: str, command: asked.MoveMilestone, now: datetime) -> Sequence[Event]:
        """Another day, with a reason; what was overdue may be in time again."""
        milestone = self._open_one(code, "move")
        _require_near(command.due_on, now, "due_on")
        if command.due_on == milestone.day:
            return []
        before = milestone.day
        milestone.set_day(command.due_on)
        milestone.remember(f"moved from {before.isoformat()}", command.reason, now)
        return [self._tell(told.MilestoneMoved, code, before=before)]

    def drop(self, code: str, command: asked.DropMilestone, now: datetime) -> Sequence[Event]:
        """Not wanted of this site."""
        milestone = self._open_one(code, "drop")
        milestone.status = MilestoneStatus.DROPPED
        milestone.remember("dropped", command.reason, now)
        return [self._tell(told.MilestoneDropped, code)]

    def attach(
        self, code: str, command: asked.AttachEvidence, person: str, now: datetime
    ) -> Sequence[Event]:
        """佐证材料; also of a milestone that is reached."""
        require(MOVES, self.status, "attach")
        milestone = self.milestone(code)
        if milestone.status is MilestoneStatus.DROPPED:
            raise refused(MOVES, self.status, "It is dropped.", "该节点已取消。")
        if len(milestone.evidence) >= MOST_EVIDENCE:
            raise invalid("file", f"at most {MOST_EVIDENCE} files", f"最多 {MOST_EVIDENCE} 份材料")
        milestone.evidence[command.file] = EvidenceFile(command.title, person, now)
        return []

    def remove(
        self, code: str, file: str, command: asked.RemoveEvidence, now: datetime
    ) -> Sequence[Event]:
        """What is reached keeps as many files as it needs."""
        require(MOVES, self.status, "remove")
        milestone = self.milestone(code)
        if file not in milestone.evidence:
            raise NotFound(Text(f"There is no file {file} here.", f"该节点没有文件 {file}。"))
        reached = milestone.status is MilestoneStatus.REACHED
        if reached and len(milestone.evidence) <= milestone.wanted:
            raise refused(
                MOVES,
                self.status,
                "It is reached by this evidence; open it again first.",
                "该节点凭此材料完成,请先重开。",
            )
        del milestone.evidence[file]
        milestone.remember(f"removed {file}", command.reason, now)
        return []

    def reach(self, code: str, command: asked.ReachMilestone, now: datetime) -> Sequence[Event]:
        """完成, with its evidence; in time or late."""
        milestone = self._open_one(code, "reach")
        missing = milestone.wanted - len(milestone.evidence)
        if missing > 0:
            raise invalid(
                "evidence",
                f"{missing} more files are wanted; attach them first",
                f"还缺 {missing} 份佐证材料,请先上传",
            )
        day = command.reached_on or today(now)
        milestone.reached_on = past_day(day, now, "reached_on")
        milestone.status, milestone.note = MilestoneStatus.REACHED, command.note
        facts = {"reached_on": day, "evidence": len(milestone.evidence)}
        late = max(0, (day - milestone.day).days)
        return [self._tell(told.MilestoneReached, code, days_late=late, **facts)]

    def reopen(self, code: str, command: asked.ReopenMilestone, now: datetime) -> Sequence[Event]:
        """It was not reached after all."""
        require(MOVES, self.status, "reopen")
        if self.milestone(code).status is not MilestoneStatus.REACHED:
            raise refused(MOVES, self.status, "It is not reached.", "该节点未完成。")
        return [self._reopen(code, command.reason, now)]

    # ---- acceptance ----

    def apply(
        self, id: str, command: asked.ApplyForAcceptance, person: str, now: datetime
    ) -> Sequence[Event]:
        """申请验收, once everything that it needs is reached; each level by itself."""
        require(MOVES, self.status, "apply")
        for each in self.acceptances.values():
            if each.level is command.level and each.outcome is Outcome.PASSED:
                raise refused(MOVES, self.status, "This level has accepted.", "该级已验收通过。")
        lacking = [code for code, each in self.milestones.items() if each.needed and each.is_open]
        if lacking:
            names = ", ".join(lacking)
            raise invalid(
                "milestones", f"still to be reached: {names}", f"以下节点尚未完成:{names}"
            )
        self.acceptances[id] = Acceptance(command.level, named(person), now)
        self.status = ConstructionStatus.APPLIED
        return [self._of_acceptance(told.AcceptanceApplied, id)]

    def withdraw(
        self, id: str, command: asked.WithdrawApplication, now: datetime
    ) -> Sequence[Event]:
        """It is not asked for now."""
        acceptance = self._waiting(id, "withdraw")
        acceptance.settle(Outcome.WITHDRAWN, None, command.reason, now)
        self.status = self._standing()
        return [self._of_acceptance(told.AcceptanceWithdrawn, id)]

    def decide(
        self, id: str, command: asked.DecideAcceptance, person: str, now: datetime
    ) -> Sequence[Event]:
        """验收, by another person than who applied, line by line of the checklist."""
        acceptance = self._waiting(id, "decide")
        another(person, acceptance.applied_by)
        required = {code for code, each in self.checklist.items() if each.required}
        acceptance.check(command, set(self.checklist), required)
        day = today(now)
        if command.outcome == "accept":
            acceptance.settle(Outcome.PASSED, person, command.reason, now)
            self.status = ConstructionStatus.ACCEPTED
            return [self._of_acceptance(told.AcceptancePassed, id, decided_on=day)]
        self._require_again(command.again, now)
        acceptance.settle(Outcome.SENT_BACK, person, command.reason, now)
        self.status = self._standing()
        event = self._of_acceptance(
            told.AcceptanceSentBack,
            id,
            decided_on=day,
            unmet=acceptance.unmet,
            again=[each.milestone for each in command.again],
        )
        return [event, *(self._do_again(each, command.reason, now) for each in command.again)]

    # ---- time ----

    def due_at(self) -> datetime | None:
        """When the next milestone is near, or overdue."""
        moments = [each.next_at(self.warn_days) for each in self.milestones.values()]
        return min((each for each in moments if each), default=None)

    def pass_time(self, now: datetime) -> Sequence[Event]:
        """What is due is told as due, and what is overdue as overdue; each once for its day."""
        events: list[Event] = []
        for code, each in self.milestones.items():
            while (at := each.next_at(self.warn_days)) and at <= now:
                if each.status is MilestoneStatus.PLANNED:
                    each.status = MilestoneStatus.DUE
                    events.append(self._tell(told.MilestoneDue, code))
                else:
                    each.status = MilestoneStatus.OVERDUE
                    events.append(self._tell(told.MilestoneOverdue, code))
        return events

    # ---- inside ----

    def milestone(self, code: str) -> Milestone:
        """Raises NotFound."""
        if code not in self.milestones:
            raise NotFound(Text(f"There is no milestone {code}.", f"没有节点 {code}。"))
        return self.milestones[code]

    def _put(self, given: asked.PlannedMilestone, now: datetime, at: str) -> None:
        path = f"{at}." if at else ""
        if given.code in self.milestones:
            raise invalid(f"{path}code", "is there already", "该节点已存在")
        if self.phases and given.phase not in self.phases:
            known = ", ".join(self.phases)
            raise invalid(f"{path}phase", f"one of: {known}", f"应为其中之一:{known}")
        _require_near(given.due_on, now, f"{path}due_on")
        self.milestones[given.code] = Milestone.planned(given)

    def _open_one(self, code: str, move: str) -> Milestone:
        require(MOVES, self.status, move)
        milestone = self.milestone(code)
        if not milestone.is_open:
            raise refused(
                MOVES,
                self.status,
                f"This milestone is {milestone.status}.",
                f"该节点状态为 {milestone.status}。",
            )
        return milestone

    def _reopen(self, code: str, reason: str, now: datetime) -> Event:
        milestone = self.milestone(code)
        day = date.fromisoformat(str(milestone.reached_on))
        milestone.reached_on = None
        milestone.set_day(milestone.day)
        milestone.remember("reopened", reason, now)
        return self._tell(told.MilestoneReopened, code, reached_on=day)

    def _do_again(self, again: asked.Again, reason: str | None, now: datetime) -> Event:
        self.milestone(again.milestone).set_day(again.due_on)
        return self._reopen(again.milestone, reason or "", now)

    def _require_again(self, again: Sequence[asked.Again], now: datetime) -> None:
        seen = set[str]()
        for number, each in enumerate(again):
            found = self.milestones.get(each.milestone)
            reached = found and found.status is MilestoneStatus.REACHED
            if not reached or each.milestone in seen:
                text = ("is no milestone that is reached", "不是已完成的节点")
                raise invalid(f"again.{number}.milestone", *text)
            seen.add(each.milestone)
            if each.due_on < today(now):
                raise invalid(f"again.{number}.due_on", "should be today or later", "不应早于今天")
            _require_near(each.due_on, now, f"again.{number}.due_on")

    def _waiting(self, id: str, move: str) -> Acceptance:
        require(MOVES, self.status, move)
        found = self.acceptances.get(id)
        if found is None or found.outcome is not Outcome.WAITING:
            raise NotFound(Text(f"No application {id} waits.", f"没有待验收的申请 {id}。"))
        return found

    def _standing(self) -> ConstructionStatus:
        passed = any(each.outcome is Outcome.PASSED for each in self.acceptances.values())
        return ConstructionStatus.ACCEPTED if passed else ConstructionStatus.BUILDING

    def _tell(self, event: type[told.MilestoneEvent], code: str, **facts: Any) -> Event:
        milestone = self.milestones[code]
        named_by = {"construction": self.id, "site": self.site, "milestone": code}
        return event(phase=milestone.phase, due_on=milestone.day, **named_by, **facts)

    def _of_acceptance(self, event: type[told.AcceptanceEvent], id: str, **facts: Any) -> Event:
        level = self.acceptances[id].level
        return event(construction=self.id, site=self.site, acceptance=id, level=level, **facts)


def _require_near(day: date, now: datetime, field: str) -> None:
    if abs(day - today(now)) > FURTHEST:
        raise invalid(field, "should be within twenty years", "应在二十年之内")

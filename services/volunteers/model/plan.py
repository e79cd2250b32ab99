"""A template of shifts (排班模板) and a bulk plan (批量排班) that lays out its weeks.

A plan is one document; the shifts are made from it by reaction, under ids that follow from the
plan's, so that making and taking back may each be interrupted and begun again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.volunteers.model.commands import MakePlan, MakeTemplate, PlanShift, UndoPlan
from shared.contracts.base import Event
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import PlanMade, PlanUndone, SignedUp, SignUpMode
from shared.errors import Conflict, Text, invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOST_SHIFTS = 400
"""Of one plan: laid out within seconds, between which other events wait."""


class TemplateStatus(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"


class PlanStatus(StrEnum):
    MADE = "made"
    UNDONE = "undone"


@dataclass
class WeeklySlot:
    """A shift of each week."""

    weekday: int  # 1: Monday
    at: str  # in Asia/Shanghai, "08:30"
    minutes: int
    hands: int

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Begin and end, by the clock on the wall."""
        starts_at = datetime.combine(day, time.fromisoformat(self.at), SHANGHAI)
        return starts_at, starts_at + timedelta(minutes=self.minutes)


@dataclass
class Template:
    """A weekly pattern of shifts with all that they have in common."""

    status: TemplateStatus
    site: str
    title: str
    post: str
    theme: Theme
    modes: list[Mode]
    slots: list[WeeklySlot]
    team: str | None
    sign_up_mode: SignUpMode
    qualifications: list[str]
    cut_off_minutes: int | None
    remind_minutes_before: list[int] | None

    @classmethod
    def make(cls, command: MakeTemplate) -> tuple["Template", list[Event]]:
        """Nothing is told: it changes no roster by itself."""
        facts = dict(command) | {"slots": [WeeklySlot(**dict(slot)) for slot in command.slots]}
        return cls(status=TemplateStatus.ACTIVE, **facts), []

    def retire(self, now: datetime) -> Sequence[Event]:
        """Nothing new is planned from it; what was stays."""
        self.status = TemplateStatus.RETIRED
        return []


@dataclass
class Plan:
    """One batch of shifts, with the template as it was."""

    status: PlanStatus
    site: str
    template: str
    shifts: list[PlanShift]
    signed_up: SignedUp | None = None  # how it was undone

    @classmethod
    def make(
        cls, id: str, command: MakePlan, template: Template, now: datetime
    ) -> tuple["Plan", list[Event]]:
        """Every slot of every week between the days that lies ahead; by day and time."""
        if template.status is not TemplateStatus.ACTIVE:
            raise invalid("template", "is retired", "该模板已停用")
        if not command.from_day <= command.until_day <= command.from_day + timedelta(days=366):
            raise invalid(
                "until_day",
                "should be from_day or later, within a year",
                "应不早于开始日期,且在一年内",
            )
        shifts = list(_laid_out(command, template, now))
        if not 0 < len(shifts) <= MOST_SHIFTS:
            raise invalid(
                "until_day",
                f"these weeks give {len(shifts)} shifts that lie ahead; 1 to {MOST_SHIFTS} may be",
                f"所选日期共产生 {len(shifts)} 个班次,应为 1 至 {MOST_SHIFTS} 个",
            )
        plan = cls(PlanStatus.MADE, template.site, command.template, shifts)
        return plan, [
            PlanMade(plan=id, site=plan.site, template=command.template, shifts=len(shifts))
        ]

    def undo(self, id: str, command: UndoPlan, now: datetime) -> Sequence[Event]:
        """All of its shifts are taken back, each by itself."""
        if self.status is PlanStatus.UNDONE:
            raise Conflict(
                Text("It is undone already.", "该批次已撤销。"),
                extra={"state": self.status, "allowed": []},
            )
        self.status, self.signed_up = PlanStatus.UNDONE, command.signed_up
        return [PlanUndone(plan=id, site=self.site, signed_up=command.signed_up)]


def _laid_out(command: MakePlan, template: Template, now: datetime) -> Iterator[PlanShift]:
    common = {
        name: getattr(template, name)
        for name in (
            *("site", "post", "theme", "modes", "team", "sign_up_mode", "qualifications"),
            *("cut_off_minutes", "remind_minutes_before"),
        )
    }
    for number in range((command.until_day - command.from_day).days + 1):
        day = command.from_day + timedelta(days=number)
        if day in command.without:
            continue
        for slot in sorted(template.slots, key=lambda each: each.at):
            starts_at, ends_at = slot.on(day)
            if slot.weekday == day.isoweekday() and starts_at > now:
                yield PlanShift(**common, starts_at=starts_at, ends_at=ends_at, hands=slot.hands)

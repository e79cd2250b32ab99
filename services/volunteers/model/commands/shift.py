"""What can be asked of a shift (班次), of a template and a bulk plan, and of the rules."""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared.contracts.base import OR_IN_CHINESE, Command, Id, Line, Minutes, Moment, SiteCode
from shared.contracts.events import SessionCode
from shared.contracts.vocabulary import Mode, Theme
from shared.contracts.volunteers import QualificationCode, SignedUp, SignUpMode

MOST_HANDS = 200
MOST_SLOTS = 60  # of a template's week
WEEK = 7 * 24 * 60


def _each_once(values: list[int]) -> list[int]:
    if len(set(values)) != len(values):
        raise ValueError(f"names one more than once{OR_IN_CHINESE}有重复项")
    return values


Hands = Annotated[int, Field(ge=1, le=MOST_HANDS)]
CutOff = Annotated[int, Field(ge=0, le=WEEK, description="Minutes before it begins")]
Reminders = Annotated[
    list[Annotated[int, Field(ge=1, le=WEEK)]],
    Field(max_length=5, description="Minutes before it begins"),
    AfterValidator(_each_once),
]
Qualifications = Annotated[list[QualificationCode], Field(max_length=20)]
Modes = Annotated[list[Mode], Field(min_length=1, max_length=6)]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""In Asia/Shanghai, `08:30`."""


class PlanShift(Command):
    """A shift: standing duty (值班), or for an order or an activity."""

    site: SiteCode
    post: Line
    theme: Theme
    modes: Modes
    starts_at: Moment
    ends_at: Moment
    hands: Hands = 1
    team: Id | None = None
    order: Id | None = None
    activity: Id | None = None
    session: Annotated[SessionCode | None, Field(description="Of the activity")] = None
    sign_up_mode: SignUpMode = SignUpMode.INSTANT
    qualifications: Qualifications = []
    cut_off_minutes: CutOff | None = None
    remind_minutes_before: Reminders | None = None

    @model_validator(mode="after")
    def _session_of_an_activity(self) -> Self:
        if self.session and not self.activity:
            raise ValueError(f"a session is of an activity{OR_IN_CHINESE}场次须属于活动")
        return self

    @model_validator(mode="after")
    def _one_purpose(self) -> Self:
        if self.order and self.activity:
            raise ValueError(
                f"is for an order or for an activity, not both{OR_IN_CHINESE}点单与活动只能二选一"
            )
        return self


class ChangeShift(Command):
    """Other times release and reserve anew whoever is in. What is left out stays."""

    post: Line | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    hands: Hands | None = None
    sign_up_mode: SignUpMode | None = None
    qualifications: Qualifications | None = None
    cut_off_minutes: CutOff | None = None


class CancelShift(Command):
    """Whoever is in is told."""

    reason: Line


class SignUpForShift(Command):
    """报名."""

    volunteer: Id
    team: Id


class Override(Command):
    """What is in the way is released, and who loses it is told."""

    reason: Line


class AssignToShift(Command):
    """By the leader; with an override also where the time is taken."""

    volunteer: Id
    team: Id
    override: Override | None = None


class ApproveSignUp(Command):
    """By the leader."""


class DeclineSignUp(Command):
    """By the leader."""


class WithdrawSignUp(Command):
    """By the volunteer, before the cut-off."""


class RemoveSignUp(Command):
    """By the leader, until it begins."""


class WantSubstitute(Command):
    """顶班: ask one volunteer, or anybody."""

    asked: Id | None = None


class Substitute(Command):
    """顶班: take the place of who asked."""

    volunteer: Id
    team: Id


class ProposeSwap(Command):
    """换班: the place of `sign_up` for that of `for_sign_up`."""

    shift: Id
    sign_up: Id
    for_shift: Id
    for_sign_up: Id


class AgreeToSwap(Command):
    """By who was asked."""


class DeclineSwap(Command):
    """By either."""


class CheckInToShift(Command):
    """签到."""


class CheckOutOfShift(Command):
    """签退. Later than four hours after the end, `ended_at` says when it was."""

    ended_at: Moment | None = None


class ExcuseSignUp(Command):
    """A missed shift does not count."""

    reason: Line


class SlotOfWeek(Command):
    """A shift of each week."""

    weekday: Annotated[int, Field(ge=1, le=7, description="1: Monday")]
    at: TimeOfDay
    minutes: Minutes
    hands: Hands = 1


class MakeTemplate(Command):
    """A weekly pattern of shifts with all that they have in common."""

    site: SiteCode
    title: Line
    post: Line
    theme: Theme
    modes: Modes
    slots: Annotated[list[SlotOfWeek], Field(min_length=1, max_length=MOST_SLOTS)]
    team: Id | None = None
    sign_up_mode: SignUpMode = SignUpMode.INSTANT
    qualifications: Qualifications = []
    cut_off_minutes: CutOff | None = None
    remind_minutes_before: Reminders | None = None


class RetireTemplate(Command):
    """Nothing new is planned from it."""


class MakePlan(Command):
    """Lay out a template's weeks between two days, both included, in Asia/Shanghai."""

    template: Id
    from_day: date
    until_day: date
    without: Annotated[list[date], Field(max_length=100)] = []


class UndoPlan(Command):
    """Take its shifts back, as far as they have not begun."""

    signed_up: SignedUp


class SetRosterRules(Command):
    """The whole of them."""

    gap_minutes: Annotated[int, Field(ge=0, le=240)]
    travel_minutes: Annotated[int, Field(ge=0, le=240)]
    cut_off_minutes: CutOff
    remind_minutes_before: Reminders
    misses: Annotated[int, Field(ge=1, le=20)]
    misses_within_days: Annotated[int, Field(ge=1, le=366)]
    bar_days: Annotated[int, Field(ge=0, le=366)]

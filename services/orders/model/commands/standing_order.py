"""What can be asked about a standing order."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.base import OR_IN_CHINESE, Command, Id, PersonRef, SiteCode
from shared.contracts.vocabulary import Festival

TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""`HH:MM` in Asia/Shanghai."""


class Rhythm(StrEnum):
    """Which days it is for."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    FESTIVAL = "festival"


class Schedule(Command):
    """When: weekly on `weekdays` of every so many weeks, monthly on `days` (the last one of a month
    that is shorter), or so many days before `festivals`."""

    rhythm: Rhythm
    at: TimeOfDay
    weekdays: Annotated[
        list[Annotated[int, Field(ge=1, le=7)]], Field(max_length=7, description="1 is Monday")
    ] = []
    every_weeks: Annotated[int, Field(ge=1, le=26)] = 1
    days: Annotated[list[Annotated[int, Field(ge=1, le=31)]], Field(max_length=31)] = []
    festivals: Annotated[list[Festival], Field(max_length=20)] = []
    days_before: Annotated[int, Field(ge=0, le=30)] = 0
    starts_on: date
    ends_on: date | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {
            Rhythm.WEEKLY: ("weekdays", self.weekdays),
            Rhythm.MONTHLY: ("days", self.days),
            Rhythm.FESTIVAL: ("festivals", self.festivals),
        }
        for rhythm, (name, given) in needed.items():
            if (rhythm is self.rhythm) is not bool(given):
                raise ValueError(
                    f"{self.rhythm} should have {needed[self.rhythm][0]}, and no other days"
                    f"{OR_IN_CHINESE}{self.rhythm} 应填写 {needed[self.rhythm][0]},不填 {name}"
                    if rhythm is not self.rhythm
                    else f"{name} should name some{OR_IN_CHINESE}{name} 不能为空"
                )
        if self.ends_on and self.ends_on < self.starts_on:
            raise ValueError(
                f"ends_on should not be before starts_on{OR_IN_CHINESE}ends_on 不应早于 starts_on"
            )
        return self


class SetStandingOrder(Command):
    """Orders of an item, again and again: for a resident, or for a recipient."""

    site: SiteCode
    item: Id
    resident: PersonRef | None = None
    recipient: Id | None = None
    pairing: Id | None = None
    schedule: Schedule
    hands: Annotated[int | None, Field(ge=1, le=50, description="Default: the item's")] = None
    ahead_days: Annotated[int, Field(ge=1, le=30, description="Order so long before")] = 7

    @model_validator(mode="after")
    def _for_one(self) -> Self:
        if (self.resident is None) is (self.recipient is None):
            raise ValueError(
                f"needs resident or recipient{OR_IN_CHINESE}须填写 resident 或 recipient 之一"
            )
        return self


class PauseStandingOrder(Command):
    """No orders for a time."""


class ResumeStandingOrder(Command):
    """Orders again."""


class SkipTime(Command):
    """Leave the next time out."""


class EndStandingOrder(Command):
    """No more orders."""

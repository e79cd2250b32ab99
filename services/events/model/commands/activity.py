"""What can be asked of activities (活动) and registrations for them."""

from typing import Annotated

from pydantic import Field, model_validator

from services.events.model.commands.series import SeriesCode
from shared.contracts.base import OR_IN_CHINESE, Command, Line, Moment, PersonRef, SiteCode
from shared.contracts.vocabulary import Mode, Theme


class AnnounceActivity(Command):
    """Any organised gathering: lecture, party-day, performance, service."""

    site: SiteCode
    title: Line
    theme: Theme
    modes: Annotated[list[Mode], Field(min_length=1, max_length=6)]
    starts_at: Moment
    ends_at: Moment
    capacity: Annotated[int, Field(ge=1, le=2000)]
    series: SeriesCode | None = None

    @model_validator(mode="after")
    def _forward(self) -> "AnnounceActivity":
        if self.ends_at <= self.starts_at:
            raise ValueError(
                f"ends_at should be after starts_at{OR_IN_CHINESE}ends_at 应晚于 starts_at"
            )
        return self


class CancelActivity(Command):
    """It will not be held."""

    reason: Line


class HoldActivity(Command):
    """It was held: its attendances are fixed."""


class Register(Command):
    """A resident wants a seat."""

    resident: PersonRef


class CancelRegistration(Command):
    """The resident gives the seat, or the place in the list, back."""


class Attend(Command):
    """The resident has come."""

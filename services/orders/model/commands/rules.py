"""What can be asked about the rules of a site or an item: deadlines, automatic dispatch."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.contracts.base import OR_IN_CHINESE, Command, Id, SiteCode


class LimitName(StrEnum):
    """What can be limited: the stages of an order, and the steps of an escalation."""

    VET = "vet"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    SERVE = "serve"
    RATE = "rate"
    ESCALATE = "escalate"


class TimeLimit(Command):
    """Working days by the Chinese calendar, then hours by the clock."""

    working_days: Annotated[int, Field(ge=0, le=250)] = 0
    hours: Annotated[int, Field(ge=0, le=365 * 24)] = 0

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.working_days and not self.hours:
            raise ValueError(f"needs some time{OR_IN_CHINESE}期限须大于零")
        return self


class AutomaticDispatch(Command):
    """派单 by rule: whoever fits best is asked, as soon as the order is vetted."""

    ask: Annotated[int, Field(ge=1, le=20, description="Volunteers for each free hand")] = 2


class SetRules(Command):
    """The rules of a site, an item, an item at a site, or of everything: all of them, anew."""

    site: SiteCode | None = None
    item: Id | None = None
    limits: Annotated[dict[LimitName, TimeLimit], Field(max_length=6)] = {}
    automatic: AutomaticDispatch | None = None

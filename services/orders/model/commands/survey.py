"""What can be asked about a survey of needs (需求征集)."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from services.orders.model.commands.order import OnBehalf
from shared.contracts.base import OR_IN_CHINESE, Command, Id, Moment, PersonRef, SiteCode
from shared.contracts.texts import PlainLine
from shared.contracts.vocabulary import Theme

OptionCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""Short code of something that can be needed, such as `haircut-at-home`."""
Items = Annotated[list[Id], Field(max_length=20)]


class NeedOption(Command):
    """Something that residents may need, and the menu items that meet it (none yet: empty)."""

    code: OptionCode
    title: PlainLine
    theme: Theme
    items: Items = []


class OpenSurvey(Command):
    """Ask residents what they need."""

    title: PlainLine
    options: Annotated[list[NeedOption], Field(min_length=1, max_length=60)]
    sites: Annotated[list[SiteCode], Field(max_length=200, description="Empty: all")] = []
    closes_at: Moment

    @model_validator(mode="after")
    def _codes(self) -> "OpenSurvey":
        if len({each.code for each in self.options}) != len(self.options):
            raise ValueError(
                f"options should each have a code of its own{OR_IN_CHINESE}options 的 code 不能重复"
            )
        return self


class LinkOption(Command):
    """These menu items meet the option; they replace those before."""

    option: OptionCode
    items: Items


class CloseSurvey(Command):
    """Nobody is asked any more."""


class AnswerSurvey(Command):
    """What a resident needs, or what a meeting asked for, with so many voices."""

    site: SiteCode
    resident: PersonRef | None = None
    voices: Annotated[int, Field(ge=1, le=1000, description="1 where a resident is named")] = 1
    wants: Annotated[list[OptionCode], Field(min_length=1, max_length=20)]
    other: PlainLine | None = None
    on_behalf: OnBehalf | None = None

    @model_validator(mode="after")
    def _one_voice(self) -> "AnswerSurvey":
        if self.resident is not None and self.voices != 1:
            raise ValueError(
                "voices should be 1 where a resident is named"
                f"{OR_IN_CHINESE}填写 resident 时 voices 应为 1"
            )
        return self

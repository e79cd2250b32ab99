"""What can be asked of brands and series (品牌活动, 系列活动)."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Command, Line
from shared.contracts.vocabulary import ActivityKind, Festival, Mode, Theme

SeriesCode = Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]


class PlanSeries(Command):
    """A brand or series (品牌活动, 系列活动)."""

    code: SeriesCode
    title: Line
    title_en: Line
    theme: Theme
    modes: Annotated[list[Mode], Field(max_length=len(Mode))] = [Mode.HOST]
    kind: ActivityKind = ActivityKind.OTHER
    festival: Annotated[Festival | None, Field(description="It is held for")] = None
    months: Annotated[
        list[Annotated[int, Field(ge=1, le=12)]],
        Field(max_length=12, description="In which it is held, where it is for no festival"),
    ] = []

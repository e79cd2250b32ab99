"""What can be asked of brands and series (品牌活动, 系列活动)."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Command, Line
from shared.contracts.vocabulary import Theme

SeriesCode = Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]


class PlanSeries(Command):
    """A brand or series (品牌活动, 系列活动)."""

    code: SeriesCode
    title: Line
    title_en: Line
    theme: Theme

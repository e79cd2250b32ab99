"""What is told of brands and series (系列活动)."""

from shared.contracts.base import Event, Id
from shared.contracts.vocabulary import Theme


class SeriesPlanned(Event, name="events.series.planned", version=1):
    """A brand or series (品牌活动, 系列活动)."""

    series: Id
    code: str
    title: str
    title_en: str
    theme: Theme

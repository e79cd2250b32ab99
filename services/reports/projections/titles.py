"""What teams, series and menu items are called, for the files of reports."""

from typing import Any

from shared.contracts import events, orders, volunteers
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Projection
from shared.storage.mongo import Document


class Titles(Projection):
    """One document for each team and menu item, by its id, and each series, by its code."""

    name = "titles"
    hears = (
        *(volunteers.TeamFormed, volunteers.TeamChanged, events.SeriesPlanned),
        *(orders.MenuItemPublished, orders.MenuItemChanged),
    )

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        match event:
            case volunteers.TeamFormed() | volunteers.TeamChanged():
                return [event.team]
            case events.SeriesPlanned():
                return [event.code]
        return [event.item]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        document["title"] = event.title
        document["title_en"] = getattr(event, "title_en", event.title)

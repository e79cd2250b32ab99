"""Sums of counts: of each day and month, site and street, by theme and by mode; and by group.

Cases (件), sessions (场次), attendances (人次) and people (人数) are counted separately; an
attendance is never a person. `STREET` stands for all sites. Quarters and years are their months.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.reports.projections.counting import (
    COUNTED,
    Counts,
    counted,
    counted_in,
    day_of,
    group_of,
    site_of,
)
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Projection, Read, Work
from shared.storage.mongo import Document

STREET = "street"

GROUPS = ("team", "series", "item", "department")
"""Fields of events that make groups: the volunteer team, the series of activities, what was
ordered, the department that handles or hosts it. There is no bound to how many there are, so each
has documents of its own."""


class Counting(Projection):
    """A projection that folds what events count; `known` is that of one batch's events."""

    hears = COUNTED

    def __init__(self, known: Mapping[str, Counts] | None = None) -> None:
        self._known = known or {}

    def knowing(self, work: Sequence[Work], read: Read) -> "Counting":
        return type(self)(counted_in(work, read))

    def counts(self, event: Any, envelope: Envelope) -> Counts:
        """All that the event adds."""
        return self._known.get(envelope.id) or counted(event)


class Sums(Counting):
    """One document for each period and site: totals, by theme and by mode."""

    name = "sums"
    indexes = ((("period", 1), ("site", 1)), (("site", 1), ("period", 1)))

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        day = day_of(event, envelope).isoformat()
        return [f"{each}:{site}" for each in (day, day[:7]) for site in (site_of(event), STREET)]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        counts = self.counts(event, envelope)
        document["period"], document["site"] = document["_id"].split(":")
        add(document.setdefault("totals", {}), counts)
        themes = [str(event.theme)] if getattr(event, "theme", None) else []
        add_to(document.setdefault("by_theme", {}), themes, counts)
        add_to(document.setdefault("by_mode", {}), getattr(event, "modes", ()), counts)


class Groups(Counting):
    """One document for each month, site and group: a team, a series, a menu item, a department."""

    name = "groups"
    indexes = ((("period", 1), ("kind", 1), ("site", 1)),)

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        month = day_of(event, envelope).isoformat()[:7]
        return [
            f"{month}:{site_of(event)}:{kind}:{group}"
            for kind in GROUPS
            if (group := group_of(event, kind))
        ]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        parts = document["_id"].split(":", 3)
        document |= dict(zip(("period", "site", "kind", "group"), parts, strict=True))
        add(document.setdefault("totals", {}), self.counts(event, envelope))


def add(sums: Counts, counts: Counts) -> None:
    """Names are kept sorted, so that a document does not depend on the order of events."""
    new = counts.keys() - sums.keys()
    for name, count in counts.items():
        sums[name] = sums.get(name, 0) + count
    if new:
        _sort(sums)


def add_to(groups: dict[str, Counts], names: Sequence[str], counts: Counts) -> None:
    """The same in each of the named groups."""
    new = False
    for name in map(str, names):
        if name not in groups:
            groups[name], new = {}, True
        add(groups[name], counts)
    if new:
        _sort(groups)


def _sort(mapping: dict[str, Any]) -> None:
    items = sorted(mapping.items())
    mapping.clear()
    mapping.update(items)

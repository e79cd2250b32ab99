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
    groups_of,
    site_of,
)
from shared.messaging.envelope import Envelope
from shared.messaging.kept_documents import Read
from shared.messaging.projections import Projection, Work
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


PLACE = "place"
"""The kind of a document that is of no group: of a site, or of the street."""


class Sums(Counting):
    """One document for each period and site: totals, by theme and by mode."""

    name = "sums"

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        day = day_of(event, envelope).isoformat()
        site = site_of(event)
        return [f"{each}:{at}" for each in (day, day[:7]) for at in (site, STREET)]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        counts = self.counts(event, envelope)
        if "period" not in document:
            document["period"], document["site"] = document["_id"].split(":")
            document |= {"kind": PLACE, "totals": {}, "by_theme": {}, "by_mode": {}}
        add(document["totals"], counts)
        facts = vars(event)
        if theme := facts.get("theme"):
            add_to(document["by_theme"], (theme,), counts)
        add_to(document["by_mode"], facts.get("modes", ()), counts)


class Groups(Counting):
    """One document for each month and group (a team, a series, a menu item, a department): its
    totals, also by site. There are few sites and many groups, so a month has few documents."""

    name = "sums"

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        groups = groups_of(event, GROUPS)
        if not groups:
            return []
        month = day_of(event, envelope).isoformat()[:7]
        return [f"{month}:{kind}:{group}" for kind, group in groups.items() if group]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        if "period" not in document:
            parts = document["_id"].split(":", 2)
            document |= dict(zip(("period", "kind", "group"), parts, strict=True))
            document |= {"totals": {}, "by_site": {}}
        counts = self.counts(event, envelope)
        add(document["totals"], counts)
        add_to(document["by_site"], (site_of(event),), counts)


class AllSums(Counting):
    """`Sums` and `Groups` in one collection, so that one write takes what an event adds to both."""

    name = "sums"
    indexes = ((("period", 1), ("kind", 1), ("site", 1)),)

    def __init__(self, known: Mapping[str, Counts] | None = None) -> None:
        super().__init__(known)
        self._sums, self._groups = Sums(known), Groups(known)

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        return [*self._sums.keys(event, envelope), *self._groups.keys(event, envelope)]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        of_place = document["_id"].count(":") == 1
        (self._sums if of_place else self._groups).fold(document, event, envelope)


def add(sums: Counts, counts: Counts) -> None:
    """Names are kept sorted, so that a document does not depend on the order of events."""
    new = False
    for name, count in counts.items():
        if name in sums:
            sums[name] += count
        else:
            sums[name], new = count, True
    if new:
        _sort(sums)


def add_to(groups: dict[str, Counts], names: Sequence[str], counts: Counts) -> None:
    """The same in each of the named groups."""
    new = False
    for name in names:
        if name not in groups:
            groups[str(name)], new = {}, True
        add(groups[name], counts)
    if new:
        _sort(groups)


def _sort(mapping: dict[str, Any]) -> None:
    items = sorted(mapping.items())
    mapping.clear()
    mapping.update(items)

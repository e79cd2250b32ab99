"""How many orders wait, in each stage at each site: kept as a number, so that a board need not look
at the orders.

An event moves its order from one count to another; where the order was before is looked up in
`cases`, which is written after this.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.reports.projections import cases
from services.reports.projections.cases import Cases
from shared.messaging.envelope import Envelope
from shared.messaging.kept_documents import Read
from shared.messaging.projections import Projection, Work
from shared.storage.mongo import Document

NAME = "waiting"
ALL = "orders"
"""The one document: there are few sites, and an order may go from one to another."""

Place = tuple[str, str, bool, bool] | None
"""Site, stage, due soon, overdue; None of an order that waits for nothing."""
Move = tuple[Place, Place]
"""Before an event, and after it."""


class Waiting(Projection):
    """`sites`: {site: {stage: [waiting, soon, overdue]}}. What is overdue is not due soon;
    where nothing waits is nothing."""

    name = NAME
    hears = Cases.hears

    def __init__(self, moves: Mapping[str, Move] | None = None) -> None:
        self._moves = moves or {}

    def knowing(self, work: Sequence[Work], read: Read) -> "Waiting":
        return Waiting(_moves_in(work, read))

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        return [ALL]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> bool:
        before, after = self._moves.get(envelope.id, (None, None))
        if before == after:
            return False
        sites = document.setdefault("sites", {})
        for place, step in ((before, -1), (after, 1)):
            if place:
                _count(sites, place, step)
        document["sites"] = dict(sorted(sites.items()))
        return True


def _count(sites: dict[str, dict[str, list[int]]], place: Place, step: int) -> None:
    assert place
    site, stage, soon, overdue = place
    stages = sites.pop(site, {})
    waiting, due, late = stages.pop(stage, (0, 0, 0))
    counts = [waiting + step, due + step * (soon and not overdue), late + step * overdue]
    if any(counts):
        stages[stage] = counts
    if stages:
        sites[site] = dict(sorted(stages.items()))


def _moves_in(work: Sequence[Work], read: Read) -> dict[str, Move]:
    """By id of each event of a batch, where its order waited before it, and after."""
    folding = Cases()
    rows = {**read(cases.NAME, sorted({each.event.order for each in work}))}
    moves = {}
    for each in work:
        row = rows.setdefault(each.event.order, {"heard": {}})
        if each.envelope.sequence > row["heard"].get(each.envelope.source, 0):
            before = _place(row)
            folding.fold(row, each.event, each.envelope)
            moves[each.envelope.id] = (before, _place(row))
    return moves


def _place(case: Document) -> Place:
    stage = case.get("stage")
    return (case["site"], stage, case["soon"], case["overdue"]) if stage else None

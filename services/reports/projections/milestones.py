"""Milestones of all sites, as a list: what is near, overdue, reached."""

from typing import Any

from shared.contracts import reports
from shared.contracts.base import Event
from shared.messaging.envelope import Envelope
from shared.messaging.projections import Projection
from shared.storage.mongo import Document


class Milestones(Projection):
    """One document for each milestone of each construction."""

    name = "milestones"
    hears = (
        *(reports.ConstructionPlanned, reports.MilestonePlanned, reports.MilestoneMoved),
        *(reports.MilestoneDropped, reports.MilestoneDue, reports.MilestoneOverdue),
        *(reports.MilestoneReached, reports.MilestoneReopened),
    )
    indexes = (
        (("site", 1), ("due_on", 1), ("_id", 1)),
        (("status", 1), ("due_on", 1), ("_id", 1)),
        (("due_on", 1), ("_id", 1)),
    )

    def keys(self, event: Any, envelope: Envelope) -> list[str]:
        if isinstance(event, reports.ConstructionPlanned):
            return [f"{event.construction}:{each.milestone}" for each in event.milestones]
        return [f"{event.construction}:{event.milestone}"]

    def fold(self, document: Document, event: Any, envelope: Envelope) -> None:
        construction, code = document["_id"].split(":")
        document |= {"construction": construction, "milestone": code, "site": event.site}
        if isinstance(event, reports.ConstructionPlanned):
            event_of = next(each for each in event.milestones if each.milestone == code)
        else:
            event_of = event
        document |= {"phase": event_of.phase, "due_on": event_of.due_on.isoformat()}
        document |= {"status": _STATUS[type(event)], "reached_on": None}
        if isinstance(event, reports.MilestoneReached):
            document |= {"reached_on": event.reached_on.isoformat(), "days_late": event.days_late}


_STATUS: dict[type[Event], str] = {
    reports.ConstructionPlanned: "planned",
    reports.MilestonePlanned: "planned",
    reports.MilestoneMoved: "planned",
    reports.MilestoneReopened: "planned",
    reports.MilestoneDropped: "dropped",
    reports.MilestoneDue: "due",
    reports.MilestoneOverdue: "overdue",
    reports.MilestoneReached: "reached",
}

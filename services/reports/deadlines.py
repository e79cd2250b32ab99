"""What waits: how many orders in each stage and at each site, and which of them are late."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.reports.model.period import SHANGHAI
from services.reports.projections.cases import NAME
from shared.service import Kit
from shared.storage.mongo import Document

STAGES = ("vet", "accept", "serve", "rate")
"""In the order of an order's life."""


@dataclass
class Waiting:
    """How many orders wait, how many of them are due soon, and how many are overdue."""

    waiting: int = 0
    soon: int = 0
    overdue: int = 0

    def add(self, row: Document) -> None:
        self.waiting += row["waiting"]
        self.soon += row["soon"]
        self.overdue += row["overdue"]


@dataclass(frozen=True)
class Late:
    """An order whose stage is overdue, or soon will be."""

    order: str
    site: str
    stage: str
    overdue: bool
    since: str  # when the stage began, in Asia/Shanghai
    due: str  # empty where it has not been told


@dataclass(frozen=True)
class Deadlines:
    """Of the street or one site."""

    stages: dict[str, Waiting] = field(default_factory=dict)
    sites: dict[str, Waiting] = field(default_factory=dict)
    late: list[Late] = field(default_factory=list)


def deadlines(kit: Kit, site: str | None, most: int) -> Deadlines:
    """Reads the orders that wait, which are as many as are open, whatever there has been."""
    cases = kit.generations.collection(NAME, kit.generations.live())
    match: Document = {"stage": {"$gt": ""}} | ({"site": site} if site else {})
    group: Document = {"_id": {"stage": "$stage", "site": "$site"}, "waiting": {"$sum": 1}}
    overdue = {"$eq": ["$overdue", True]}
    soon = {"$and": [{"$eq": ["$soon", True]}, {"$not": [overdue]}]}
    group |= {
        name: {"$sum": {"$cond": [condition, 1, 0]}}
        for name, condition in (("soon", soon), ("overdue", overdue))
    }
    found = Deadlines(stages={stage: Waiting() for stage in STAGES})
    for row in cases.aggregate([{"$match": match}, {"$group": group}]):
        found.stages.setdefault(row["_id"]["stage"], Waiting()).add(row)
        found.sites.setdefault(row["_id"]["site"], Waiting()).add(row)
    for condition in ({"overdue": True}, {"overdue": False, "soon": True}):
        rows = cases.find(match | condition).sort("since", 1).limit(most - len(found.late))
        found.late.extend(_late(row) for row in rows)
        if len(found.late) >= most:  # a limit of none would be no limit
            break
    return found


def _late(row: Document) -> Late:
    return Late(
        order=row["_id"],
        site=row["site"],
        stage=row["stage"],
        overdue=row["overdue"],
        since=_local(row["since"]),
        due=_local(row["due"]) if row.get("due") else "",
    )


def _local(moment: Any) -> str:
    assert isinstance(moment, datetime)
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")

"""What waits: how many orders in each stage and at each site, and which of them are late."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.reports.model.period import SHANGHAI
from services.reports.projections import cases, waiting
from shared.service import Kit
from shared.storage.mongo import Document

STAGES = ("vet", "accept", "serve", "rate")
"""In the order of an order's life."""

OVERDUE: Document = {"overdue": True}
SOON: Document = {"overdue": False, "soon": True}
LATE = dict.fromkeys(("site", "stage", "overdue", "since", "due"), 1)


@dataclass
class Waiting:
    """How many orders wait, how many of them are due soon, and how many are overdue."""

    waiting: int = 0
    soon: int = 0
    overdue: int = 0

    def add(self, counts: Sequence[int]) -> None:
        waiting, soon, overdue = counts
        self.waiting += waiting
        self.soon += soon
        self.overdue += overdue


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
    """How many wait is kept as a number; of the orders, no more are read than are shown."""
    generation = kit.generations.live()
    counted = kit.generations.collection(waiting.NAME, generation).find_one({"_id": waiting.ALL})
    found = Deadlines(stages={stage: Waiting() for stage in STAGES})
    sites = counted["sites"] if counted else {}
    for at in sorted(sites) if site is None else {site} & sites.keys():
        for stage, counts in sites[at].items():
            found.stages.setdefault(stage, Waiting()).add(counts)
            found.sites.setdefault(at, Waiting()).add(counts)
    rows = kit.generations.collection(cases.NAME, generation)
    for condition, name in ((OVERDUE, "overdue"), (SOON, "soon")):
        late = [at for at, counts in found.sites.items() if getattr(counts, name)]
        more = most - len(found.late)
        if late and more > 0:  # a limit of none would be no limit
            query: Document = {"site": {"$in": late}, "stage": {"$gt": ""}} | condition
            found.late.extend(map(_late, rows.find(query, LATE).sort("since", 1).limit(more)))
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

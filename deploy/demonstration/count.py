"""Counts a month again from what the services say of each thing, not from what reports has heard.

Orders, their audit, activities and the hours ledger say almost all. Only three things are no longer
to be seen in them, and are taken from the feeds: earlier ratings' stars, when a stage was told as
overdue, and when an activity was cancelled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime

from deploy.demonstration.client import Caller, Document
from deploy.demonstration.month import Month

Counts = dict[str, int]

FEED_PAGE = 1000
COUNTED = frozenset(
    {
        *("orders_placed", "orders_on_behalf", "orders_rejected", "orders_cancelled"),
        *("orders_completed", "orders_closed", "orders_reopened", "ratings", "stars"),
        *("stages_overdue", "service_entries", "service_minutes"),
        *("activities_announced", "activities_cancelled", "sessions_held", "attendances"),
        "people",
    }
)
"""Numbers of the report that are counted again."""

RATED = "shijian.orders.order.rated.v1"
OVERDUE = "shijian.orders.order.overdue.v1"
ACTIVITY_CANCELLED = "shijian.events.activity.cancelled.v1"


@dataclass(frozen=True)
class Holdings:
    """Everything that the services hold, read once: what several months are counted from."""

    orders: list[Document]
    audits: dict[str, list[Document]]  # by order
    hours: list[Document]
    activities: list[Document]
    told: list[Document]  # events of the three types


@dataclass
class Figures:
    """A month's sums, in the shape in which reports gives them."""

    totals: Counts = field(default_factory=lambda: defaultdict(int))
    by_theme: dict[str, Counts] = field(default_factory=lambda: _groups())
    by_mode: dict[str, Counts] = field(default_factory=lambda: _groups())
    by_site: dict[str, Counts] = field(default_factory=lambda: _groups())

    def add(self, of: Mapping[str, object], name: str, count: int = 1) -> None:
        """Count something of an order, entry, activity or event: each has site, theme and modes."""
        self.totals[name] += count
        self.by_theme[str(of["theme"])][name] += count
        self.by_site[str(of["site"])][name] += count
        modes = of["modes"]
        assert isinstance(modes, list)
        for mode in modes:
            self.by_mode[mode][name] += count


def _groups() -> dict[str, Counts]:
    return defaultdict(lambda: defaultdict(int))


def read_holdings(office: Caller, since: Month, pool: Executor) -> Holdings:
    """What is needed to count `since` and later months."""
    orders = list(office.pages("orders", "/v1/orders"))
    begin = since.at(1, 0)
    # An order whose present stage began before has no move in any of these months.
    moved = [o["id"] for o in orders if datetime.fromisoformat(o["stage_since"]) >= begin]
    audits = pool.map(lambda id: office.get("orders", f"/v1/orders/{id}/audit"), moved)
    return Holdings(
        orders=orders,
        audits={id: audit["entries"] for id, audit in zip(moved, audits, strict=True)},
        hours=list(office.pages("volunteers", "/v1/hours")),
        activities=list(office.pages("events", "/v1/activities")),
        told=[
            *told(office, "orders", (RATED, OVERDUE)),
            *told(office, "events", (ACTIVITY_CANCELLED,)),
        ],
    )


def told(office: Caller, service: str, types: Sequence[str]) -> Iterator[Document]:
    """All events of these types, from a service's feed."""
    after = 0
    while True:
        page = office.get(service, "/v1/feed", after=after, limit=FEED_PAGE, type=",".join(types))
        yield from page["events"]
        if len(page["events"]) < FEED_PAGE:
            return
        after = page["next"]


def count(month: Month, held: Holdings) -> Figures:
    """The month's figures, from what the services hold."""
    figures = Figures()
    for order in held.orders:
        _count_order(figures, month, order, held.audits.get(order["id"], []))
    for event in held.told:
        if month.holds(event["time"]):
            _count_told(figures, event)
    for entry in held.hours:
        if month.holds_day(entry["service_date"]):
            figures.add(entry, "service_entries")
            figures.add(entry, "service_minutes", entry["minutes"])
    for activity in held.activities:
        _count_activity(figures, month, activity)
    _count_people(figures, month, held)
    return figures


def _count_order(figures: Figures, month: Month, order: Document, audit: list[Document]) -> None:
    if month.holds(order["made"]):
        figures.add(order, "orders_placed")
        if order["on_behalf"]:
            figures.add(order, "orders_on_behalf")
    for entry in audit:
        if month.holds(entry["at"]):
            for name in _meaning(entry):
                figures.add(order, name)


def _meaning(entry: Document) -> Sequence[str]:
    """What an entry of an order's audit counts as."""
    command, status = entry["command"].rsplit(".", 1)[-1], entry["status"]
    if command == "reject":
        return ("orders_rejected",)
    if command == "cancel":
        return ("orders_cancelled",)
    if command == "complete":
        return ("orders_completed",)
    if command == "rate":
        return ("ratings", "orders_closed" if status == "closed" else "orders_reopened")
    if command == "pass-time" and status == "closed":  # rated by the clock
        return ("ratings", "orders_closed")
    return ()


def _count_told(figures: Figures, event: Document) -> None:
    if event["type"] == RATED:
        figures.add(event["data"], "stars", event["data"]["stars"])
    elif event["type"] == OVERDUE:
        figures.add(event["data"], "stages_overdue")
    elif event["type"] == ACTIVITY_CANCELLED:
        figures.add(event["data"], "activities_cancelled")


def _count_activity(figures: Figures, month: Month, activity: Document) -> None:
    if month.holds(activity["made"]):
        figures.add(activity, "activities_announced")
    if not month.holds(activity["starts_at"]):
        return
    if activity["status"] == "held":
        figures.add(activity, "sessions_held")
    attended = len(list(_attending(activity)))
    if attended:
        figures.add(activity, "attendances", attended)


def _count_people(figures: Figures, month: Month, held: Holdings) -> None:
    """Distinct people, of each site and of the street: one may be reached at several sites."""
    reached: dict[str, set[str]] = defaultdict(set)
    for order in held.orders:
        audit = held.audits.get(order["id"], [])
        done = (e for e in audit if e["command"].endswith(".complete") and month.holds(e["at"]))
        if any(done):
            reached[order["site"]].add(order["resident"])
    for activity in held.activities:
        if month.holds(activity["starts_at"]):
            reached[activity["site"]].update(_attending(activity))
    for site, people in reached.items():
        if people:
            figures.by_site[site]["people"] = len(people)
    figures.totals["people"] = len(set().union(*reached.values()))


def _attending(activity: Document) -> Iterable[str]:
    registrations = activity["registrations"].values()
    return (each["resident"] for each in registrations if each["status"] == "attended")


# ---- against what reports says ----


@dataclass(frozen=True)
class Comparison:
    """How many numbers were compared, and those that differ."""

    numbers: int
    differences: list[str]

    @property
    def agrees(self) -> bool:
        return not self.differences


def compare(counted: Figures, reported: Document) -> Comparison:
    """Number by number, of those that are counted here; what only one side knows counts as nothing
    on the other."""
    numbers, differences = 0, []
    groups = [("totals", "", counted.totals, reported["totals"])]
    for part in ("by_theme", "by_mode", "by_site"):
        mine: dict[str, Counts] = getattr(counted, part)
        for name in sorted(mine.keys() | reported[part].keys()):
            row = (part, name, mine.get(name, {}), reported[part].get(name, {}))
            groups.append(row)
    for part, name, ours, theirs in groups:
        names = COUNTED if part in ("totals", "by_site") else COUNTED - {"people"}
        for what in sorted(names & (ours.keys() | theirs.keys())):
            numbers += 1
            if ours.get(what, 0) != theirs.get(what, 0):
                where = f"{part} {name}".strip()
                differences.append(
                    f"{where} {what}: counted {ours.get(what, 0)}, reported {theirs.get(what, 0)}"
                )
    return Comparison(numbers, differences)

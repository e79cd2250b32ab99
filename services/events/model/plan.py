"""A site's plan of a year (全年活动计划; plan 四(四), 五(三)): drafted, adjusted, confirmed.

One command asks for the drafts of all sites (`Drafting`); each site's plan is an own document.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from services.events.model.commands import MOST_ENTRIES, AdjustPlan, PlannedEntry
from services.events.model.series import Series
from shared.contracts.base import Event
from shared.contracts.events import EntryTold, PlanConfirmed, PlanDrafted, PlansAsked
from shared.contracts.vocabulary import LABELS, ActivityKind, Festival, Mode, Theme
from shared.errors import Conflict, Text, invalid

DAY_OF_MONTH = 15  # proposed for a series that is held in a month
TRADITIONAL = (
    Festival.SPRING_FESTIVAL,
    Festival.LANTERN_FESTIVAL,
    Festival.QINGMING,
    Festival.DRAGON_BOAT,
    Festival.QIXI,
    Festival.MID_AUTUMN,
    Festival.DOUBLE_NINTH,
)
"""我们的节日: each is in every plan (plan, 四(四)), whether a series is held on it or not."""


class PlanStatus(StrEnum):
    DRAFT = "draft"
    CONFIRMED = "confirmed"


@dataclass
class PlanEntry:
    """What a site means to hold, and what has become of it."""

    title: str
    day: str  # ISO 8601, of Asia/Shanghai
    theme: Theme
    modes: list[Mode]
    kind: ActivityKind
    series: str | None = None
    festival: Festival | None = None
    starts: str | None = None  # "HH:MM"
    minutes: int | None = None
    room: str | None = None
    people: list[str] = field(default_factory=list)
    activities: list[str] = field(default_factory=list)  # announced for it
    cancelled: list[str] = field(default_factory=list)  # of these
    held: int = 0  # sessions
    dropped: bool = False  # nothing will be announced for it: the site has closed

    @classmethod
    def of(cls, given: PlannedEntry) -> "PlanEntry":
        facts = dict(given)
        return cls(**facts | {"day": given.day.isoformat()})


@dataclass
class Drafting:
    """One asking for drafts."""

    year: int
    sites: list[str]
    status: str = "asked"

    @classmethod
    def ask(
        cls, id: str, year: int, sites: list[str], entries: list[EntryTold]
    ) -> tuple["Drafting", list[Event]]:
        """The same proposals for each site; the sites adjust them."""
        event = PlansAsked(drafting=id, year=year, sites=sites, entries=entries)
        return cls(year, sites), [event]


@dataclass
class Plan:
    """Of one site and year."""

    id: str
    site: str
    year: int
    status: PlanStatus
    entries: dict[str, PlanEntry]
    revision: int = 0  # how often it was confirmed

    @classmethod
    def draft(
        cls, id: str, site: str, year: int, proposed: Iterable[EntryTold]
    ) -> tuple["Plan", list[Event]]:
        """To be adjusted and confirmed by the site."""
        entries = {
            each.entry: PlanEntry(
                each.title,
                each.day.isoformat(),
                each.theme,
                each.modes,
                each.kind,
                each.series,
                each.festival,
            )
            for each in proposed
        }
        plan = cls(id, site, year, PlanStatus.DRAFT, entries)
        return plan, [PlanDrafted(site=site, plan=id, year=year, entries=len(entries))]

    def adjust(self, command: AdjustPlan, now: datetime) -> Sequence[Event]:
        """Entries put in and dropped. A confirmed plan is a draft again; what is announced stays
        tied to its entry, which can't be dropped."""
        for code in command.drop:
            if code not in self.entries:
                raise invalid("drop", f"there is no entry {code}", f"没有条目 {code}")
            if self.entries[code].activities:
                raise Conflict(
                    Text(f"{code} is announced: cancel it.", f"{code} 已发布,请取消活动。"),
                    extra={"allowed": []},
                )
            del self.entries[code]
        for code, given in command.put.items():
            if given.day.year != self.year:
                raise invalid(
                    f"put.{code}.day", f"should be in {self.year}", f"应在 {self.year} 年"
                )
            before = self.entries.get(code)
            self.entries[code] = PlanEntry.of(given)
            if before:
                fate = (before.activities, before.cancelled, before.held)
                entry = self.entries[code]
                entry.activities, entry.cancelled, entry.held = fate
        if len(self.entries) > MOST_ENTRIES:
            raise invalid("put", f"at most {MOST_ENTRIES} entries", f"最多 {MOST_ENTRIES} 条")
        self.status = PlanStatus.DRAFT
        return []

    def confirm(self, now: datetime) -> Sequence[Event]:
        """The site stands by it."""
        if self.status is PlanStatus.CONFIRMED:
            raise Conflict(
                Text("It is confirmed.", "该计划已确认。"), extra={"allowed": ["adjust"]}
            )
        self.status = PlanStatus.CONFIRMED
        self.revision += 1
        return [
            PlanConfirmed(
                site=self.site,
                plan=self.id,
                year=self.year,
                entries=len(self.entries),
                revision=self.revision,
            )
        ]

    def drop_rest(self, today: date) -> Sequence[Event]:
        """The site has closed: what is not on its way by now never will be."""
        for entry in self.entries.values():
            if not entry.activities and entry.day >= today.isoformat():
                entry.dropped = True
        return []

    def require_entry(self, code: str | None, site: str) -> None:
        """Raises Unprocessable naming the field: of what is announced for it."""
        if site != self.site:
            raise invalid("plan", f"is of {self.site}", f"属于站点 {self.site}")
        if code not in self.entries:
            codes = ", ".join(sorted(self.entries))
            raise invalid("entry", f"should be one of {codes}", f"应为以下之一:{codes}")

    # ---- fact, heard from activities ----

    def announced(self, code: str | None, activity: str) -> Sequence[Event]:
        """It is on its way. What is heard twice counts once."""
        entry = self.entries.get(code or "")
        if entry and activity not in entry.activities:
            entry.activities.append(activity)
        return []

    def held(self, code: str | None) -> Sequence[Event]:
        """One session was held."""
        if entry := self.entries.get(code or ""):
            entry.held += 1
        return []

    def called_off(self, code: str | None, activity: str) -> Sequence[Event]:
        """It will not be held."""
        entry = self.entries.get(code or "")
        if entry and activity not in entry.cancelled:
            entry.cancelled.append(activity)
        return []


def proposals(
    year: int, festivals: Iterable[tuple[Festival, date]], series: Iterable[Series]
) -> list[EntryTold]:
    """An entry for each series on its festival and in each of its months, and for each traditional
    festival that has no series."""
    days, known = dict(festivals), list(series)
    held = {each.festival for each in known}
    found = [_festival(each, days[each]) for each in TRADITIONAL if each not in held]
    for each in known:
        if each.festival:
            found.append(_entry(each, each.code, days[each.festival]))
        for month in sorted(set(each.months)):
            day = date(year, month, DAY_OF_MONTH)
            found.append(_entry(each, f"{each.code[:37]}-{month:02d}", day))
    return sorted(found, key=lambda entry: (entry.day, entry.entry))[:MOST_ENTRIES]


def _festival(festival: Festival, day: date) -> EntryTold:
    return EntryTold(
        entry=f"festival-{festival}",
        title=f"我们的节日·{LABELS[festival][1]}",
        day=day,
        theme=Theme.CULTURE,
        modes=[Mode.HOST],
        kind=ActivityKind.FESTIVAL,
        series=None,
        festival=festival,
    )


def _entry(series: Series, code: str, day: date) -> EntryTold:
    return EntryTold(
        entry=code,
        title=series.title,
        day=day,
        theme=series.theme,
        modes=series.modes,
        kind=series.kind,
        series=series.code,
        festival=series.festival,
    )


class Progress(StrEnum):
    """Plan against fact, of one entry."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    HELD = "held"
    CANCELLED = "cancelled"
    OVERDUE = "overdue"  # its day is past, and nothing was held


def progress(entry: PlanEntry, today: date) -> Progress:
    """As things stand today (Asia/Shanghai)."""
    if entry.held:
        return Progress.HELD
    called_off = set(entry.activities) <= set(entry.cancelled)
    if called_off and (entry.activities or entry.dropped):
        return Progress.CANCELLED
    if entry.day < today.isoformat():
        return Progress.OVERDUE
    return Progress.ANNOUNCED if entry.activities else Progress.PLANNED


@dataclass(frozen=True)
class Clash:
    """Two entries that want the same room, or the same person, at the same time."""

    day: str
    what: str  # "room" or "person"
    of: str  # site and room, or the person
    entries: tuple[tuple[str, str], tuple[str, str]]  # site and entry


def clashes(plans: Sequence[Plan]) -> list[Clash]:
    """Between all plans of a year. An entry without a time is taken to last all day."""
    wanted: dict[tuple[str, str, str], list[tuple[str, str, PlanEntry]]] = {}
    for plan in plans:
        for code, entry in plan.entries.items():
            for what, of in _wants(plan, entry):
                wanted.setdefault((entry.day, what, of), []).append((plan.site, code, entry))
    return [
        Clash(day, what, of, ((one[0], one[1]), (two[0], two[1])))
        for (day, what, of), those in sorted(wanted.items(), key=lambda item: item[0])
        for number, one in enumerate(those)
        for two in those[number + 1 :]
        if _overlap(one[2], two[2])
    ]


def _wants(plan: Plan, entry: PlanEntry) -> Iterable[tuple[str, str]]:
    if entry.room:
        yield "room", f"{plan.site}/{entry.room}"
    for person in entry.people:
        yield "person", person


def _overlap(one: PlanEntry, two: PlanEntry) -> bool:
    (starts, ends), (begins, finishes) = _minutes(one), _minutes(two)
    return starts < finishes and begins < ends


def _minutes(entry: PlanEntry) -> tuple[int, int]:
    if entry.starts is None:
        return 0, 24 * 60
    hours, minutes = entry.starts.split(":")
    starts = int(hours) * 60 + int(minutes)
    return starts, starts + (entry.minutes or 120)

"""Rows of hours: they come in as sheets (录入), which another person checks like any other.

A chunk becomes a sheet for each theme and mode in it. Nothing is credited here: 审核, 公示 and 入账
follow, and the evidence of each minute names the table and its digest.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import groupby
from typing import TypeVar

from services.volunteers.model.commands.hours import EnterSheet, SheetRow
from services.volunteers.model.exchange import HoursOrigin
from services.volunteers.model.person import SHANGHAI
from services.volunteers.model.service import Service
from services.volunteers.model.sheet import Sheet
from services.volunteers.model.sheet_row import minutes_between, problem_of
from services.volunteers.model.volunteer import GONE, Volunteer
from services.volunteers.rows.row import (
    Chunk,
    Facts,
    Problem,
    Problems,
    Row,
    Work,
    each_of,
    problems_of,
)
from shared.contracts.base import Event
from shared.contracts.vocabulary import Mode, Theme
from shared.errors import Text, invalid
from shared.storage.aggregates import Loaded
from shared.storage.ids import derived_id
from shared.storage.mongo import Document

W = TypeVar("W", bound=StrEnum)

NUMBERS = ("number", "national_number", "id_number")
"""By which a row may name the volunteer; the first that is given counts."""

TWICE = Text("the same volunteer at the same time as an earlier row", "与前面的行时间重叠")


@dataclass(frozen=True)
class Served:
    """A row that could be read."""

    volunteer: str
    team: str
    theme: Theme
    mode: Mode | None  # None: those of the whole table
    started_at: datetime
    ended_at: datetime
    pause: int  # minutes


class HoursRows:
    """录入 of what another system or a pile of paper holds."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._store = work.store
        self._teams: dict[str, str] = {}
        assert work.job.hours
        self._origin: HoursOrigin = work.job.hours

    @staticmethod
    def identity(facts: Facts) -> str:
        return ""  # two rows may be of one person, at other times: `_twice`

    def check(self, chunk: Chunk, now: datetime) -> Problems:
        self._work.require_site(self._work.job.site)
        people = self._people(chunk.rows)
        served: dict[int, Served] = {}

        def judge(row: Row) -> None:
            read = self._read(row, people, now)
            if clash := self._store.hours.chains.clash(self._service(read)):
                entry = clash.span.entry
                raise invalid("started_at", f"credited already: {entry}", f"已入账:{entry}")
            served[row.number] = read

        found = each_of(chunk.rows, judge)
        twice = self._twice(chunk, served)
        for place, row in enumerate(chunk.rows):
            if row.number in twice:
                found[place].append(Problem("started_at", TWICE))
        return found

    def apply(self, chunk: Chunk, now: datetime) -> Problems:
        people = self._people(chunk.rows)
        found: dict[int, list[Problem]] = {}
        served: list[tuple[Row, Served]] = []
        for row in chunk.rows:
            found[row.number] = problems_of(partial(self._take, row, people, now, served))
        served.sort(key=lambda each: (_kind(each[1]), each[0].number))
        for kind, group in groupby(served, lambda each: _kind(each[1])):
            rows = list(group)
            refused = problems_of(partial(self._enter, chunk, kind, rows))
            found |= {row.number: refused for row, _ in rows if refused}
        return [found[row.number] for row in chunk.rows]

    # ---- a row ----

    def _take(
        self,
        row: Row,
        people: Mapping[str, Loaded[Volunteer]],
        now: datetime,
        served: list[tuple[Row, Served]],
    ) -> None:
        served.append((row, self._read(row, people, now)))

    def _read(self, row: Row, people: Mapping[str, Loaded[Volunteer]], now: datetime) -> Served:
        facts = row.facts
        team = self._team(facts.get("team_title", ""))
        loaded = people.get(_named(facts)[1])
        if loaded is None or loaded.state.status in GONE or team not in loaded.state.teams:
            raise invalid("number", "no volunteer of this team", "不是该志愿服务队的志愿者")
        served = Served(
            volunteer=loaded.id,
            team=team,
            theme=self._theme(facts),
            mode=_word(Mode, "mode", facts),
            started_at=_moment("started_at", facts),
            ended_at=_moment("ended_at", facts),
            pause=_whole("pause", facts) or 0,
        )
        if served.mode is None and not self._origin.modes:
            raise invalid("mode", "needed, since the import names none", "必填:本次导入未指定")
        if problem := problem_of(served.started_at, served.ended_at, served.pause, now):
            raise invalid("ended_at", *problem)
        said, minutes = _whole("minutes", facts), _minutes(served)
        if said is not None and said != minutes:
            raise invalid(
                "minutes", f"the times are {minutes} minutes", f"起止时间为 {minutes} 分钟"
            )
        return served

    def _theme(self, facts: Facts) -> Theme:
        theme = _word(Theme, "theme", facts) or self._origin.theme
        if theme is None:
            raise invalid("theme", "needed, since the import names none", "必填:本次导入未指定")
        return theme

    def _team(self, title: str) -> str:
        if title not in self._teams:
            found = self._store.teams.newest({"title": title, "status": "active"})
            if found is None:
                raise invalid(
                    "team_title", "there is no team of that name", "没有此名称的志愿服务队"
                )
            self._teams[title] = found
        return self._teams[title]

    def _people(self, rows: list[Row]) -> dict[str, Loaded[Volunteer]]:
        """Who is named, by what a row names them by."""
        people = self._store.people
        found: dict[str, Loaded[Volunteer]] = {}
        for by in NUMBERS:
            named = {_named(row.facts)[1] for row in rows if _named(row.facts)[0] == by}
            keys = {people.found_by(each) if by == "id_number" else each: each for each in named}
            field = "personal.id_number" if by == "id_number" else by
            if keys:
                query: Document = {field: {"$in": sorted(keys)}}
                for loaded in self._store.volunteers.find(query, limit=len(keys)):
                    found[keys[_kept(loaded.state, by)]] = loaded
        return found

    # ---- all rows ----

    def _twice(self, chunk: Chunk, served: Mapping[int, Served]) -> set[int]:
        """Rows that overlap an earlier one of the same person, in this chunk or one before. What
        this chunk holds is kept for those behind it."""
        rows = self._store.import_rows
        mine = {"import": self._work.id, "number": chunk.number}
        before = rows.find(
            {
                "import": self._work.id,
                "spans.volunteer": {"$in": sorted({each.volunteer for each in served.values()})},
                "number": {"$lt": chunk.number},
            },
            {"spans": 1},
        )
        spans = [span for each in before for span in each["spans"]]
        twice: set[int] = set()
        for number, each in sorted(served.items()):
            if any(_overlaps(span, each) for span in spans):
                twice.add(number)
            spans.append(_span(each))
        kept = [_span(each) for number, each in sorted(served.items()) if number not in twice]
        rows.update_one(mine, {"$set": {"spans": kept}})
        return twice

    def _enter(self, chunk: Chunk, kind: tuple[str, str], rows: list[tuple[Row, Served]]) -> None:
        """A sheet; the same again is found to be there."""
        first = rows[0][1]
        command = EnterSheet(
            site=self._work.job.site,
            source=self._origin.source,
            team=first.team,
            theme=first.theme,
            modes=[first.mode] if first.mode else self._origin.modes,
            started_at=first.started_at,
            ended_at=first.ended_at,
            scans=self._origin.scans,
            explanation=self._origin.explanation,
            rows=[
                SheetRow(
                    volunteer=each.volunteer,
                    team=each.team,
                    started_at=each.started_at,
                    ended_at=each.ended_at,
                    pause=each.pause,
                )
                for _, each in rows
            ],
        )
        job, id = self._work.job, derived_id("sht", self._work.id, str(chunk.number), *kind)
        evidence = [*self._origin.evidence, f"{self._work.id} sha256:{job.digest}"]

        def build(now: datetime) -> tuple[Sheet, Sequence[Event]]:
            sheet, events = Sheet.enter(id, command, evidence, self._origin.entered_by, now)
            sheet.table = self._work.id
            return sheet, events

        origin = self._work.origin(chunk.number, ":" + ":".join(kind))
        self._store.hours.sheets.make(id, origin, build)

    def _service(self, served: Served) -> Service:
        return Service(
            entry="",
            volunteer=served.volunteer,
            team=served.team,
            site=self._work.job.site,
            theme=served.theme,
            modes=[],
            started_at=served.started_at,
            ended_at=served.ended_at,
            minutes=_minutes(served),
            source=self._origin.source,
            evidence=[],
        )


def _kind(served: Served) -> tuple[str, str]:
    """What rows of one sheet have in common."""
    return served.theme.value, served.mode.value if served.mode else ""


def _minutes(served: Served) -> int:
    return minutes_between(served.started_at, served.ended_at, served.pause)


def _span(served: Served) -> Document:
    return {
        "volunteer": served.volunteer,
        "started_at": served.started_at,
        "ended_at": served.ended_at,
    }


def _overlaps(span: Document, served: Served) -> bool:
    return bool(
        span["volunteer"] == served.volunteer
        and span["started_at"] < served.ended_at
        and served.started_at < span["ended_at"]
    )


def _named(facts: Facts) -> tuple[str, str]:
    """By which number, and the number; empty where the row names nobody."""
    return next(((by, facts[by].upper()) for by in NUMBERS if facts.get(by)), ("", ""))


def _kept(volunteer: Volunteer, by: str) -> str:
    """What it is found by."""
    if by == "id_number":
        return volunteer.personal.id_number if volunteer.personal else ""
    return (volunteer.national_number or "") if by == "national_number" else volunteer.number


def _word(kind: type[W], field: str, facts: Facts) -> W | None:
    text = facts.get(field)
    if not text:
        return None
    with suppress(ValueError):
        return kind(text)
    allowed = ", ".join(kind)
    raise invalid(field, f"should be one of {allowed}", f"应为其中之一:{allowed}")


def _moment(field: str, facts: Facts) -> datetime:
    """`2026-10-01 09:00` is a time in Shanghai."""
    with suppress(ValueError):
        found = datetime.fromisoformat(facts[field]) if len(facts.get(field, "")) > 10 else None
        if found:
            return found.replace(second=0, microsecond=0, tzinfo=found.tzinfo or SHANGHAI)
    raise invalid(
        field, "should be a time such as 2026-10-01 09:00", "应为时间,例如 2026-10-01 09:00"
    )


def _whole(field: str, facts: Facts) -> int | None:
    text = facts.get(field, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise invalid(field, "should be a number of minutes", "应为分钟数")
    return int(text)

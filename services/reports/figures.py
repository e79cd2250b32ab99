"""A period's figures, read from the projections of one generation: sums, never the history."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pymongo.client_session import ClientSession

from services.reports.model.period import Grain, Period, days_between
from services.reports.projections import COUNTED, GROUPS, PLACE, STREET, Counts
from shared.contracts.vocabulary import Department, Theme
from shared.errors import Text, Unavailable
from shared.messaging.cursors import Cursors
from shared.service import Kit
from shared.storage.mongo import Document

SETTLED_WITHIN_SECONDS = 5.0
LOOK_SECONDS = 0.01
MOST_DOCUMENTS = 10_000  # of one answer; it also ends at 16 MB

AsOf = dict[str, int]
"""Place in each source's log through which events are in the figures."""

DEPARTMENTS = [str(each) for each in Department]

Figure = dict[str, Any]
"""`totals`, `by_theme`, `by_mode`, `by_site`, `by_team`, `by_series`, `by_item`."""

SOURCES = sorted({contract.publisher for contract in COUNTED})

DISTINCT = {"people": "people", "serving": "volunteers"}
"""Projection of distinct persons, and the measure that its counts are shown as."""


class Figures:
    """Reads one generation, also where a rebuild switches meanwhile."""

    def __init__(self, kit: Kit, generation: int, session: ClientSession | None = None) -> None:
        self._kit = kit
        self._generation = generation
        self._session = session

    def as_of(self) -> AsOf:
        """How far each source has been heard: what is read after this holds at least as much."""
        cursors = Cursors(self._kit.database, f"projections_{self._generation}")
        marks = cursors.load(session=self._session)
        return {source: mark.through for source, mark in sorted(marks.items())}

    def of(
        self,
        period: Period,
        site: str | None,
        theme: Theme | None = None,
        department: Department | None = None,
        *,
        grouped: bool = True,  # with the sums of teams, series, menu items and departments
    ) -> Figure:
        """A period's sums: of one site, or of the street with each site's own; of one theme, or of
        what one department handles or hosts."""
        if department:
            return self._of_department(period, department)
        if theme:
            return self._of_theme(period, site, theme)
        figure = self._of_places(period, site)
        for name, measure in DISTINCT.items():
            _add_distinct(figure, measure, self._distinct(name, [period], site), site)
        if not grouped:
            return figure
        return figure | {f"by_{kind}": sums for kind, sums in self.groups(period, site).items()}

    def of_month_and_day(
        self, month: Period, day: Period, site: str | None
    ) -> tuple[Figure, Counts]:
        """A month's sums without those of groups, and how many distinct people there were on one
        day: in as many queries as the month alone."""
        figure, on_day = self._of_places(month, site), dict.fromkeys(DISTINCT.values(), 0)
        for name, measure in DISTINCT.items():
            rows = self._distinct(name, [month, day], site)
            _add_distinct(figure, measure, [r for r in rows if r["period"] == month.code], site)
            on_day[measure] = sum(
                row["count"]
                for row in rows
                if row["period"] == day.code and row["site"] == (site or STREET)
            )
        return figure, on_day

    def _of_places(self, period: Period, site: str | None) -> Figure:
        fields = {"site": 1, "totals": 1, "by_theme": 1, "by_mode": 1}
        of_sites = rows = self._sums(period, site or STREET, fields)
        if not site:
            of_sites = self._sums(period, {"$ne": STREET}, {"site": 1, "totals": 1})
        return {
            "totals": _sum(row["totals"] for row in rows),
            "by_theme": _sum_groups(row["by_theme"] for row in rows),
            "by_mode": _sum_groups(row["by_mode"] for row in rows),
            "by_site": _sum_each((row["site"], row["totals"]) for row in of_sites),
        }

    def _of_theme(self, period: Period, site: str | None, theme: Theme) -> Figure:
        """Of one theme there are totals and sites."""
        fields = {"site": 1, f"by_theme.{theme}": 1}
        rows = [
            (row["site"], row["by_theme"].get(theme, {}))
            for row in self._sums(period, {"$in": [site]} if site else {"$gt": ""}, fields)
        ]
        figure: Figure = {
            "totals": _sum(counts for at, counts in rows if at == (site or STREET)),
            "by_site": _sum_each(row for row in rows if row[0] != STREET and row[1]),
        }
        for name, measure in DISTINCT.items():
            for row in self._distinct(name, [period], site):
                count = row["by"].get(f"theme:{theme}", 0)
                if row["site"] == (site or STREET):
                    _count(figure["totals"], measure, count)
                if row["site"] != STREET and count:
                    _count(figure["by_site"].setdefault(row["site"], {}), measure, count)
        return figure | {"by_theme": {str(theme): figure["totals"]}}

    def _of_department(self, period: Period, department: Department) -> Figure:
        """Of one department there are totals and sites; people it reached at all of them."""
        query: Document = {"period": {"$in": period.parts}, "kind": "department"}
        fields = {"_id": 0, "by_site": 1}
        rows = self._find("sums", query | {"group": department}, fields)
        by_site = _sum_groups(row["by_site"] for row in rows)
        totals = _sum(by_site.values())
        for name, measure in DISTINCT.items():
            for row in self._distinct(name, [period], str(department)):
                _count(totals, measure, row["count"])
        return {"totals": totals, "by_site": by_site, "by_department": {str(department): totals}}

    def groups(self, period: Period, site: str | None) -> dict[str, dict[str, Counts]]:
        """The sums of each team, series, menu item and department, by kind; none for a day."""
        found: dict[str, list[tuple[str, Counts]]] = {kind: [] for kind in GROUPS}
        if period.grain is not Grain.DAY:
            query: Document = {"period": {"$in": period.parts}, "kind": {"$in": list(GROUPS)}}
            sums = f"by_site.{site}" if site else "totals"
            fields = {"_id": 0, "kind": 1, "group": 1, sums: 1}
            for row in self._find("sums", query, fields):
                counts = row["by_site"].get(site) if site else row["totals"]
                if counts:
                    found[row["kind"]].append((row["group"], counts))
        return {kind: _sum_each(rows) for kind, rows in found.items()}

    def trend(self, periods: list[str], site: str | None) -> list[dict[str, Any]]:
        """Totals of each day or month, without those of distinct people."""
        query: Document = {"period": {"$in": periods}, "kind": PLACE, "site": site or STREET}
        rows = self._find("sums", query, {"period": 1, "totals": 1})
        found = {row["period"]: row["totals"] for row in rows}
        return [{"period": each, "totals": found.get(each, {})} for each in periods]

    def rows(self, period: Period) -> list[Document]:
        """Every document of the sums of a month and of its days: period, site, totals."""
        periods = [*period.months, *days_between(period, period)]
        query: Document = {"period": {"$in": periods}, "kind": PLACE}
        fields = {"period": 1, "site": 1, "totals": 1}
        return self._find("sums", query, fields)

    def evidence_sums(self, period: Period) -> dict[tuple[str, str], Counts]:
        """What the evidence of a period adds up to, by month and site."""
        days = {"$gte": period.first.isoformat(), "$lte": period.last.isoformat()}
        each: Document = {"day": {"$substrBytes": ["$day", 0, 7]}, "site": "$site"}
        pipeline: list[Document] = [
            {"$match": {"day": days}},
            {"$project": {**each, "counts": {"$objectToArray": "$counts"}}},
            {"$unwind": "$counts"},
            {
                "$group": {
                    "_id": {"month": "$day", "site": "$site", "name": "$counts.k"},
                    "sum": {"$sum": "$counts.v"},
                }
            },
        ]
        found: dict[tuple[str, str], Counts] = {}
        for row in self._rows("evidence").aggregate(pipeline, session=self._session):
            at = row["_id"]
            found.setdefault((at["month"], at["site"]), {})[at["name"]] = row["sum"]
        return found

    def _sums(self, period: Period, site: Any, fields: Document) -> list[Document]:
        query = {"period": {"$in": period.parts}, "kind": PLACE, "site": site}
        return self._find("sums", query, fields)

    def _distinct(self, name: str, periods: list[Period], site: str | None) -> list[Document]:
        query: Document = {"period": {"$in": [each.code for each in periods]}}
        query["site"] = site or {"$nin": DEPARTMENTS}
        return self._find(name, query, {"period": 1, "site": 1, "count": 1, "by": 1})

    def _find(self, name: str, query: Document, fields: Document) -> list[Document]:
        """All of them in one answer, since the first of several would hold a hundred only."""
        found: list[Document] = (
            self._rows(name)
            .find(query, fields, session=self._session, batch_size=MOST_DOCUMENTS)
            .to_list()
        )
        return found

    def is_ahead(self, as_of: AsOf, period: Period) -> bool:
        """Whether a document holds more than the places say: the cursor moves after the folds."""
        # Of a source that is heard for the first time there is no place yet.
        ahead = [{f"heard.{source}": {"$gt": as_of.get(source, 0)}} for source in SOURCES]
        query: Document = {"period": {"$in": [period.code, *period.parts]}, "$or": ahead}
        return any(
            self._rows(name).find_one(query, {"_id": 1}, session=self._session)
            for name in ("sums", *DISTINCT)
        )

    def _rows(self, name: str) -> Any:
        return self._kit.generations.collection(name, self._generation)


def settled(
    kit: Kit,
    period: Period,
    site: str | None,
    theme: Theme | None = None,
    department: Department | None = None,
) -> tuple[AsOf, Figure]:
    """The figures as of exactly these places. Raises Unavailable."""
    with at_rest(kit, period) as (as_of, figures):
        return as_of, figures.of(period, site, theme, department)


@contextmanager
def at_rest(kit: Kit, *periods: Period) -> Iterator[tuple[AsOf, Figures]]:
    """The live generation at a moment in which no document of the periods is ahead of its places.

    It is looked for again and again; raises Unavailable where too much happens all the time.
    """
    until = time.monotonic() + SETTLED_WITHIN_SECONDS
    while time.monotonic() < until:
        generation = int(kit.generations.pointer()["live"])
        with kit.database.client.start_session(snapshot=True) as session:
            figures = Figures(kit, generation, session)
            as_of = figures.as_of()
            if not any(figures.is_ahead(as_of, each) for each in periods):
                yield as_of, figures
                return
        time.sleep(LOOK_SECONDS)
    raise Unavailable(
        Text("Too much happens at this moment; try again.", "此刻更新过于频繁,请稍后重试。"),
        extra={"retry_after": 5},
    )


def _add_distinct(figure: Figure, measure: str, rows: Iterable[Document], site: str | None) -> None:
    for row in rows:
        if row["site"] == (site or STREET):
            _count(figure["totals"], measure, row["count"])
            for facet, count in row["by"].items():
                kind, value = facet.split(":")
                _count(figure[f"by_{kind}"].setdefault(value, {}), measure, count)
        if row["site"] != STREET:
            _count(figure["by_site"].setdefault(row["site"], {}), measure, row["count"])
    figure["totals"].setdefault(measure, 0)


def _count(counts: Counts, name: str, count: int) -> None:
    counts[name] = counts.get(name, 0) + count


def _sum(rows: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for row in rows:
        for name, value in row.items():
            total[name] = total.get(name, 0) + value
    return dict(sorted(total.items()))


def _sum_each(rows: Iterable[tuple[str, Counts]]) -> dict[str, Counts]:
    groups: dict[str, list[Counts]] = {}
    for name, counts in rows:
        groups.setdefault(name, []).append(counts)
    return {name: _sum(counts) for name, counts in sorted(groups.items())}


def _sum_groups(rows: Iterable[dict[str, Counts]]) -> dict[str, Counts]:
    return _sum_each(item for row in rows for item in row.items())

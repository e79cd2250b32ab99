"""Assessment (督查考核) in the reports service's own database: rubrics, inspections, findings,
assessments and rectifications, and the figures that scores follow from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.reports.figures import AsOf, Figure, Figures, at_rest
from services.reports.model.assessment import MOST_SITES, Assessment, Inputs, LeftOut
from services.reports.model.commands.inspection import RecordInspection
from services.reports.model.commands.rectification import OrderRectification
from services.reports.model.commands.rubric import InspectionLine, RubricContent
from services.reports.model.finding import Finding
from services.reports.model.formula.tree import Place, Reference
from services.reports.model.inspection import Inspection, RecordStatus
from services.reports.model.period import Period
from services.reports.model.rectification import MOVES, Rectification
from services.reports.model.rubric import Edition, Rubric
from services.reports.model.scoring import Found, Scored, SiteInputs, needed
from shared.errors import Conflict, NotFound, Text, invalid
from shared.service import Kit
from shared.sites import SiteDirectory
from shared.storage.aggregates import Aggregates
from shared.storage.mongo import Document, Index

MOST_RECORDS = 10_000
"""Inspections, or findings, of one rubric and period."""

INDEXES = [
    *(
        Index(name, [("state.rubric", 1), ("state.period", 1), ("made", 1), ("_id", 1)])
        for name in ("inspections", "findings", "assessments")
    ),
    *(
        Index(name, [("state.site", 1), ("made", 1), ("_id", 1)])
        for name in ("inspections", "findings", "rectifications")
    ),
    *(
        Index(name, [("made", 1), ("_id", 1)])
        for name in ("rubrics", "inspections", "findings", "assessments", "rectifications")
    ),
    Index("assessments", [("state.results.site", 1), ("state.period", -1)]),
    Index("rectifications", [("state.status", 1), ("made", 1), ("_id", 1)]),
]


class Assessing:
    """What views and clocks of assessment work on."""

    def __init__(self, kit: Kit, sites: SiteDirectory) -> None:
        self._kit = kit
        self._sites = sites
        database, clock = kit.database, kit.clock
        self.rubrics = Aggregates(database, "rubrics", Rubric, clock)
        self.inspections = Aggregates(database, "inspections", Inspection, clock)
        self.findings = Aggregates(database, "findings", Finding, clock)
        self.assessments = Aggregates(database, "assessments", Assessment, clock)
        self.rectifications = Aggregates(database, "rectifications", Rectification, clock)
        self._assessments = database["assessments"]

    @property
    def aggregates(self) -> list[Aggregates[Any]]:
        return [
            self.rubrics,
            self.inspections,
            self.findings,
            self.assessments,
            self.rectifications,
        ]

    # ---- rubrics ----

    def rubric(self, id: str) -> Rubric:
        """Raises Unprocessable naming the field."""
        try:
            return self.rubrics.load(id).state
        except NotFound:
            raise invalid("rubric", f"there is no rubric {id}", f"没有考核细则 {id}") from None

    def edition(self, rubric: str, number: int | None = None) -> Edition:
        """One edition, or the one in force. Raises Unprocessable naming the field."""
        try:
            return self.rubric(rubric).edition(number)
        except NotFound as error:
            raise invalid("rubric" if number is None else "edition", *error.detail) from None

    # ---- what an assessment follows from ----

    def inputs(self, rubric: str, edition: Edition, period: Period) -> Inputs:
        """As of now. Raises Unprocessable where there is no site, Unavailable while too much
        happens."""
        sites = self._sites_of(edition.content)
        as_of, numbers = self._numbers(edition.content, period, list(sites))
        inputs = {
            code: SiteInputs(row["title"], row["title_en"], numbers[code])
            for code, row in sites.items()
        }
        left_out: list[LeftOut] = []
        self._add_scores(rubric, edition, period, inputs, left_out)
        self._add_findings(rubric, edition, period, inputs, left_out)
        return Inputs(as_of, inputs, left_out)

    def _sites_of(self, content: RubricContent) -> dict[str, Document]:
        rows = {
            row["_id"]: row
            for row in self._sites.all()
            if row["open"] and row["level"] in content.levels
        }
        if not rows:
            levels = ", ".join(content.levels)
            raise invalid(
                "rubric", f"no site of its levels is open: {levels}", f"没有该层级的站点:{levels}"
            )
        if len(rows) > MOST_SITES:
            raise Conflict(
                Text(
                    f"An assessment takes {MOST_SITES} sites; there are {len(rows)}.",
                    f"一次考核最多 {MOST_SITES} 个站点,现有 {len(rows)} 个。",
                ),
                extra={"allowed": []},
            )
        return rows

    def _numbers(
        self, content: RubricContent, period: Period, sites: list[str]
    ) -> tuple[AsOf, dict[str, dict[str, int]]]:
        """What the formulas name, of each site."""
        wanted = sorted(needed(content), key=lambda each: each.key)
        periods = {Place.SITE: period, Place.STREET: period, Place.PREVIOUS: period.previous}
        used = {period, *(periods[each.place] for each in wanted)}
        with at_rest(self._kit, *sorted(used, key=lambda each: each.code)) as (as_of, figures):
            read = _Read(figures)
            return as_of, {
                site: {each.key: read.number(each, periods[each.place], site) for each in wanted}
                for site in sites
            }

    def _add_scores(
        self,
        rubric: str,
        edition: Edition,
        period: Period,
        inputs: Mapping[str, SiteInputs],
        left_out: list[LeftOut],
    ) -> None:
        editions = self.rubric(rubric)
        lines = _inspected(edition)
        for id, each in self._recorded(self.inspections, rubric, period, inputs):
            full = _inspected(editions.edition(each.edition))
            for score in each.scores:
                if lines.get(score.line) != full[score.line]:
                    left_out.append(LeftOut(id, each.site, score.line))
                    continue
                scored = Scored(id, score.line, score.score, each.on)
                inputs[each.site].scores.append(scored)

    def _add_findings(
        self,
        rubric: str,
        edition: Edition,
        period: Period,
        inputs: Mapping[str, SiteInputs],
        left_out: list[LeftOut],
    ) -> None:
        content = edition.content
        known = {
            "deduction": {each.code for each in content.deductions},
            "veto": {each.code for each in content.vetoes},
        }
        for id, each in self._recorded(self.findings, rubric, period, inputs):
            if each.code not in known[each.kind]:
                left_out.append(LeftOut(id, each.site, each.code))
                continue
            of_site = inputs[each.site]
            found = of_site.deductions if each.kind == "deduction" else of_site.vetoes
            found.append(Found(id, each.code, each.times))

    def _recorded(
        self, records: Aggregates[Any], rubric: str, period: Period, sites: Iterable[str]
    ) -> Iterator[tuple[str, Any]]:
        """Those that hold, of these sites, oldest first. Raises Conflict where they are too many
        to be read."""
        query = {"rubric": rubric, "period": period.code, "status": RecordStatus.RECORDED}
        found = list(records.find(query, limit=MOST_RECORDS + 1))
        if len(found) > MOST_RECORDS:
            raise Conflict(
                Text(
                    f"There are more than {MOST_RECORDS} {records.name}.",
                    f"记录超过 {MOST_RECORDS} 条。",
                ),
                extra={"allowed": []},
            )
        wanted = set(sites)
        return ((each.id, each.state) for each in found if each.state.site in wanted)

    # ---- assessments ----

    def last_published(self, rubric: str, period: str) -> str | None:
        """Id of the published assessment that holds."""
        query = {"state.rubric": rubric, "state.period": period, "state.status": "published"}
        row = self._assessments.find_one(query, {"_id": 1}, sort=[("state.published_at", -1)])
        return row["_id"] if row else None

    def listed(self, criteria: Document, limit: int) -> list[Document]:
        """Assessments without their sheets, newest first."""
        query = {f"state.{key}": value for key, value in criteria.items()}
        kept = {"state.inputs": 0, "state.results": 0, "audit": 0, "outbox": 0}
        rows = self._assessments.find(query, kept).sort([("made", -1), ("_id", -1)]).limit(limit)
        return list(rows)

    def scores_of(self, site: str, limit: int) -> list[Document]:
        """What a site got in published assessments, the newest period first."""
        query = {"state.status": "published", "state.results.site": site}
        kept = {
            **{f"state.{name}": 1 for name in ("rubric", "edition", "period", "published_at")},
            "of": {"$size": "$state.results"},
            "result": {
                "$first": {
                    "$filter": {
                        "input": "$state.results",
                        "cond": {"$eq": ["$$this.site", site]},
                    }
                }
            },
        }
        order: Document = {"state.period": -1, "state.published_at": -1}
        pipeline: list[Document] = [
            {"$match": query},
            {"$sort": order},
            {"$limit": limit},
            {"$project": kept},
        ]
        return list(self._assessments.aggregate(pipeline))

    # ---- what names what ----

    def require_rectification(self, command: RecordInspection) -> None:
        """A follow-up is of a rectification of the site that still goes on."""
        if command.rectification is None:
            return
        try:
            found = self.rectifications.load(command.rectification).state
        except NotFound as error:
            raise invalid("rectification", *error.detail) from None
        if found.site != command.site or not MOVES[found.status]:
            raise invalid(
                "rectification",
                "is of another site, or has ended",
                "属于其他站点,或已结束",
            )

    def require_sources(self, command: OrderRectification) -> None:
        """What a rectification refers to is there, and of the site. Raises Unprocessable."""
        sources: list[tuple[str, str | None, Aggregates[Any]]] = [
            ("assessment", command.assessment, self.assessments),
            ("inspection", command.inspection, self.inspections),
            ("finding", command.finding, self.findings),
        ]
        for field, id, records in sources:
            if id is None:
                continue
            try:
                found = records.load(id).state
                here = found.of(command.site) if field == "assessment" else found.site
            except NotFound as error:
                raise invalid(field, *error.detail) from None
            if field != "assessment" and here != command.site:
                raise invalid(field, "is of another site", "属于其他站点")


class _Read:
    """Figures of some periods and sites, each read once."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._known: dict[tuple[str, str | None], Figure] = {}

    def number(self, wanted: Reference, period: Period, site: str) -> int:
        if wanted.place is Place.STREET:
            sums = _part(self._of(period, None), wanted.facet)
        elif wanted.facet:
            sums = _part(self._of(period, site), wanted.facet)
        else:
            sums = self._of(period, None)["by_site"].get(site, {})
        return int(sums.get(wanted.measure, 0))

    def _of(self, period: Period, site: str | None) -> Figure:
        key = (period.code, site)
        if key not in self._known:
            self._known[key] = self._figures.of(period, site)
        return self._known[key]


def _part(figure: Figure, facet: str) -> dict[str, int]:
    """No theme is called as a mode is."""
    if not facet:
        return dict(figure["totals"])
    return dict(figure["by_theme"].get(facet) or figure["by_mode"].get(facet) or {})


def _inspected(edition: Edition) -> dict[str, float]:
    """Full marks of each line that is scored by inspection."""
    lines = edition.content.lines
    return {each.code: each.full for each in lines if isinstance(each, InspectionLine)}

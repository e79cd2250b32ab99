"""Pages of an assessment: the ranking, a site's sheet, and what is behind each point of it.

Who acts for all sites sees all; others see their own sites' sheets, once they are published.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, redirect, request, url_for
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response as AnyResponse

from services.reports.api.evidence import read_cursor, write_cursor
from services.reports.api.sheets import Sheet, behind, period_of, sheet_of
from services.reports.api.sites import require_everywhere
from services.reports.dashboard.board import Titles
from services.reports.dashboard.happened import happened
from services.reports.dashboard.numbers import Say
from services.reports.dashboard.page import render, speaker
from services.reports.dashboard.scores import marks, shown
from services.reports.dashboard.sessions import Session
from services.reports.dashboard.words import UNITS, WORDS
from services.reports.model.assessment import Assessment, AssessmentStatus
from services.reports.model.commands.rubric import RubricContent
from services.reports.model.formula.tree import Place, Reference
from services.reports.model.measures import MEASURES
from services.reports.model.period import Period
from services.reports.published_scores import ranking_of
from services.reports.store import Store
from shared.contracts.vocabulary import LABELS, Mode, Theme
from shared.errors import NotFound, Text

SCORES = "assessments:read"
RECORDS = "inspections:read"
ROWS = 50  # of a page of evidence

_FACETS = {str(each): Text(*LABELS[each]) for each in (*Theme, *Mode)}
_PLACES = {Place.STREET: WORDS["of-street"], Place.PREVIOUS: WORDS["of-previous"]}


class BehindPage(BaseModel):
    """Which number of the sheet, and which page of its events."""

    model_config = ConfigDict(extra="forbid")

    figure: str = Field(max_length=100)
    cursor: str = Field(default="", max_length=200)
    lang: str = ""


class Sheets:
    """Views of the dashboard."""

    def __init__(self, store: Store, session: Callable[[], Session | None]) -> None:
        self._store = store
        self._session = session

    def ranking(self, id: str) -> AnyResponse | str:
        """All sites."""
        session = self._session()
        if session is None:
            return redirect(url_for("dashboard.sign_in"), 303)
        session.client.require_scope(SCORES)
        require_everywhere(session.client)
        assessment, content = self._read(id)
        say, ranking = speaker(), ranking_of(assessment, content)
        titles = {each.site: each.title for each in ranking.sites}
        return render(
            "ranking.html",
            session,
            scores=shown(ranking, ranking.sites, lambda site: say(titles[site]), say),
            provisional=assessment.status is not AssessmentStatus.PUBLISHED,
        )

    def sheet(self, id: str, site: str) -> AnyResponse | str:
        """One site, line by line."""
        session = self._session()
        if session is None:
            return redirect(url_for("dashboard.sign_in"), 303)
        assessment, content = self._seen(session, id, site)
        sheet = sheet_of(assessment, content, site)
        say, may = speaker(), session.client.may(RECORDS)
        given, result = assessment.of(site)
        grade = next((each for each in content.grades if each.code == result.grade), None)
        return render(
            "sheet.html",
            session,
            sheet=sheet,
            rubric=content.title,
            title=say(Text(given.title_en, given.title)),
            grade=say(Text(grade.code, grade.title)) if grade else "",
            period=say(Period(assessment.period).label),
            provisional=assessment.status is not AssessmentStatus.PUBLISHED,
            marks=marks,
            label=lambda key: figure_label(Reference.of_key(key), say),
            may_lead=lambda key: (
                session.client.everywhere or Reference.of_key(key).place is not Place.STREET
            ),
            inspections=self._records("inspections", inspections_of(sheet)) if may else {},
            findings=self._records("findings", findings_of(assessment, site)) if may else {},
        )

    def behind(self, id: str, site: str) -> AnyResponse | str:
        """The events that a number of the sheet was made of."""
        session = self._session()
        if session is None:
            return redirect(url_for("dashboard.sign_in"), 303)
        query = BehindPage.model_validate(request.args.to_dict())
        assessment, _ = self._seen(session, id, site)
        reference, wanted = behind(assessment, site, query.figure)
        if reference.place is Place.STREET:
            require_everywhere(session.client)
        given, _ = assessment.of(site)
        rows = self._store.evidence().page(wanted, read_cursor(query.cursor), ROWS + 1)
        say, measure = speaker(), MEASURES[reference.measure]
        here: dict[str, Any] = {"id": id, "site": site}
        street = reference.place is Place.STREET
        more = write_cursor(rows[ROWS - 1]) if len(rows) > ROWS else ""
        return render(
            "evidence.html",
            session,
            measure=measure,
            unit=say(UNITS[measure.unit]),
            period=say(period_of(assessment, reference).label),
            place=say(WORDS["everywhere"] if street else Text(given.title_en, given.title)),
            groups=[say(_FACETS[reference.facet])] if reference.facet else [],
            total=given.figures[query.figure],
            rows=rows[:ROWS],
            more=more and url_for("dashboard.behind", figure=query.figure, cursor=more, **here),
            all_of_it=None,
            back=url_for("dashboard.sheet", **here),
            back_to=say(WORDS["to-sheet"]),
            happened=happened,
            titles=Titles(self._store.sites.all(), say),
        )

    def file(self, id: str, site: str, file: str) -> AnyResponse:
        """A photograph or another file of the inspections and findings behind a sheet."""
        session = self._session()
        if session is None:
            return redirect(url_for("dashboard.sign_in"), 303)
        assessment, content = self._seen(session, id, site)
        session.client.require_scope(RECORDS)
        visits = self._records("inspections", inspections_of(sheet_of(assessment, content, site)))
        found = self._records("findings", findings_of(assessment, site))
        named = {name for each in visits.values() for _, names in each.files() for name in names}
        named.update(name for each in found.values() for name in each.files)
        if file not in named:
            raise NotFound(Text(f"The sheet names no file {file}.", f"考核表未引用文件 {file}。"))
        facts, data = self._store.files.read(file)
        return Response(data, content_type=str(facts.media))

    # ---- inside ----

    def _seen(self, session: Session, id: str, site: str) -> tuple[Assessment, RubricContent]:
        session.client.require_scope(SCORES)
        session.client.require_site(site)
        assessment, content = self._read(id)
        published = assessment.status is AssessmentStatus.PUBLISHED
        if not published and not session.client.everywhere:
            raise NotFound(Text(f"There is no {id}.", f"没有 {id}。"))
        return assessment, content

    def _read(self, id: str) -> tuple[Assessment, RubricContent]:
        assessing = self._store.assessing
        assessment = assessing.assessments.load(id).state
        return assessment, assessing.edition(assessment.rubric, assessment.edition).content

    def _records(self, name: str, ids: list[str]) -> dict[str, Any]:
        """As they are now, with their ids; they may have been withdrawn since."""
        records = getattr(self._store.assessing, name)
        return {id: records.load(id).state for id in ids}


def figure_label(reference: Reference, say: Say) -> str:
    """A number that a formula takes, in words."""
    parts = [say(MEASURES[reference.measure].label)]
    parts += [say(_FACETS[reference.facet])] if reference.facet else []
    parts += [say(_PLACES[reference.place])] if reference.place in _PLACES else []
    return " · ".join(parts)


def inspections_of(sheet: Sheet) -> list[str]:
    """Those behind its scores, each once."""
    return list(dict.fromkeys(each.inspection for line in sheet.lines for each in line.inspections))


def findings_of(assessment: Assessment, site: str) -> list[str]:
    """Those behind deductions and vetoes."""
    _, result = assessment.of(site)
    lists = [each.findings for each in result.deductions]
    lists += [each.findings for each in result.vetoes]
    return [id for each in lists for id in each]

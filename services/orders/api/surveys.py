"""Surveys of needs (需求征集) over HTTP, and how they compare with the menu."""

from collections.abc import Sequence
from datetime import datetime

from services.orders.model.commands import survey as asked
from services.orders.model.survey import (
    Comparison,
    Survey,
    SurveyAnswer,
    SurveyStatus,
    against_menu,
)
from services.orders.store import Store
from shared.contracts.base import Event, SiteCode
from shared.errors import NotFound, Text
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.ids import derived_id
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class SurveysQuery(PageQuery):
    """Filters of the list of surveys."""

    status: SurveyStatus | None = None


class AnswersQuery(PageQuery):
    """Filters of the answers to a survey; those of a site also say what else was asked for."""

    site: SiteCode | None = None


class ComparisonQuery(PageQuery):
    """At one site, or at all that this client may act for."""

    site: SiteCode | None = None


@api.command("/v1/surveys", scope="surveys:write", made="id")
def open_survey(call: Call[Store], body: asked.OpenSurvey) -> Receipt:
    """Ask residents what they need."""
    id = call.new_id("srv")

    def build(now: datetime) -> tuple[Survey, list[Event]]:
        for site in body.sites:
            call.app.sites.require_open(site, "sites")
        for option in body.options:
            _require_items(call.app, option.items)
        return Survey.open(id, body, now)

    return call.app.surveys.make(id, call.origin, build)


@api.query("/v1/surveys", scope="surveys:read")
def list_surveys(call: Call[Store], query: SurveysQuery) -> Page[Survey]:
    """Surveys, oldest first."""
    criteria = query.model_dump(include={"status"}, exclude_none=True)
    return page_of(call.app.surveys, criteria, query)


@api.query("/v1/surveys/{id}", scope="surveys:read")
def read_survey(call: Call[Store], id: str) -> Loaded[Survey]:
    """One survey, with its options."""
    return call.app.surveys.load(id)


@api.command("/v1/surveys/{id}/link", scope="surveys:write")
def link_option(call: Call[Store], id: str, body: asked.LinkOption) -> Receipt:
    """These menu items meet what an option asks for."""

    def link(survey: Survey, now: datetime) -> Sequence[Event]:
        _require_items(call.app, body.items)
        return survey.link(body)

    return call.app.surveys.change(id, call.origin, link, call.expected)


@api.command("/v1/surveys/{id}/close", scope="surveys:write")
def close_survey(call: Call[Store], id: str, body: asked.CloseSurvey) -> Receipt:
    """Nobody is asked any more."""
    return call.app.surveys.change(
        id, call.origin, lambda survey, now: survey.close(), call.expected
    )


@api.command("/v1/surveys/{id}/answers", scope="surveys:answer", made="id")
def answer_survey(call: Call[Store], id: str, body: asked.AnswerSurvey) -> Receipt:
    """What a resident needs, said once; or what a meeting asked for, with so many voices."""
    call.client.require_site(body.site)
    answer = call.new_id("ans") if body.resident is None else derived_id("ans", id, body.resident)

    def build(now: datetime) -> tuple[SurveyAnswer, list[Event]]:
        call.app.sites.require_open(body.site)
        survey = call.app.surveys.load(id).state
        return SurveyAnswer.give(answer, survey, body, call.client.id, now)

    return call.app.survey_answers.make(answer, call.origin, build)


@api.query("/v1/surveys/{id}/answers", scope="surveys:read")
def list_answers(call: Call[Store], id: str, query: AnswersQuery) -> Page[SurveyAnswer]:
    """The answers, oldest first."""
    criteria = {"survey": id} | query.model_dump(include={"site"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.survey_answers, criteria, query)


@api.query("/v1/surveys/{id}/answers/{answer}", scope="surveys:read")
def read_answer(call: Call[Store], id: str, answer: str) -> Loaded[SurveyAnswer]:
    """One answer."""
    loaded = call.read(call.app.survey_answers, answer)
    if loaded.state.survey != id:
        raise NotFound(Text(f"This survey has no answer {answer}.", f"没有答卷 {answer}。"))
    return loaded


@api.query("/v1/surveys/{id}/against-menu", scope="surveys:read")
def compare_with_menu(call: Call[Store], id: str, query: ComparisonQuery) -> Comparison:
    """Asked for and offered, asked for and not offered, offered and not asked for."""
    survey = call.app.surveys.load(id).state
    criteria = query.model_dump(include={"site"}, exclude_none=True)
    call.client.limit(criteria)
    return against_menu(survey, call.app.voices(id, criteria), call.app.offers())


def _require_items(store: Store, items: Sequence[str]) -> None:
    for item in items:
        store.menu_item(item)

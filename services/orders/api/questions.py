"""Policy questions over HTTP."""

from collections.abc import Sequence
from datetime import datetime

from services.orders.model.commands import question as asked
from services.orders.model.question import Question, QuestionStatus
from services.orders.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.orders.question import PolicyTopic
from shared.contracts.vocabulary import Department
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class QuestionsQuery(PageQuery):
    """Filters of the log of questions."""

    site: SiteCode | None = None
    status: QuestionStatus | None = None
    department: Department | None = None
    topic: PolicyTopic | None = None
    overdue: bool | None = None


@api.command("/v1/questions", scope="questions:ask", made="id")
def ask_question(call: Call[Store], body: asked.AskQuestion) -> Receipt:
    """A resident wants to know something about a policy."""
    call.client.require_site(body.site)
    id = call.new_id("qst")

    def build(now: datetime) -> tuple[Question, list[Event]]:
        call.app.sites.require_open(body.site)
        return Question.ask(id, body, call.client.id, now, call.app.working_time)

    return call.app.questions.make(id, call.origin, build)


@api.query("/v1/questions", scope="questions:read")
def list_questions(call: Call[Store], query: QuestionsQuery) -> Page[Question]:
    """The log of questions, oldest first, with answers and the time they took."""
    names = {"site", "status", "department", "topic", "overdue"}
    criteria = query.model_dump(include=names, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.questions, criteria, query)


@api.query("/v1/questions/{id}", scope="questions:read")
def read_question(call: Call[Store], id: str) -> Loaded[Question]:
    """One question, with its answer."""
    return call.read(call.app.questions, id)


@api.command("/v1/questions/{id}/route", scope="questions:route")
def route_question(call: Call[Store], id: str, body: asked.RouteQuestion) -> Receipt:
    """It is for this department to answer; by default for that of its topic."""
    time = call.app.working_time
    return call.change(call.app.questions, id, lambda each, now: each.route(body, now, time))


@api.command("/v1/questions/{id}/answer", scope="questions:answer")
def answer_question(call: Call[Store], id: str, body: asked.AnswerQuestion) -> Receipt:
    """The department's answer."""
    time = call.app.working_time

    def answer(question: Question, now: datetime) -> Sequence[Event]:
        events = question.reply(body, now, time)
        call.app.claim_files(body.files, question.site, "answer", "files")
        return events

    return call.change(call.app.questions, id, answer)


@api.command("/v1/questions/{id}/withdraw", scope="questions:ask")
def withdraw_question(call: Call[Store], id: str, body: asked.WithdrawQuestion) -> Receipt:
    """It need not be answered any more."""
    return call.change(call.app.questions, id, lambda each, now: each.withdraw(now))

"""Rubrics (考核细则) over HTTP."""

from typing import Annotated

from pydantic import BaseModel, Field

from services.reports.api.sites import require_everywhere
from services.reports.model.commands import rubric as asked
from services.reports.model.rubric import Edition, Rubric
from services.reports.model.rubric_check import problems
from services.reports.store import Store
from shared.errors import FieldProblem, InvalidInput, Text
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class RubricsQuery(PageQuery):
    """A rubric comes with all its editions: few fit a page."""

    limit: Annotated[int, Field(ge=1, le=20, description="Items a page")] = 20


class RubricProblem(BaseModel):
    """What is wrong with a line, and what would be right."""

    field: Annotated[str, Field(description="Path in the draft: `lines.3.formula`")]
    message: str
    message_en: str


class RubricProblems(BaseModel):
    """All that must be mended before a draft can be adopted; empty where nothing must."""

    items: list[RubricProblem]


@api.command("/v1/rubrics", scope="rubrics:write", made="id")
def write_rubric(call: Call[Store], body: asked.DraftRubric) -> Receipt:
    """The first draft of a rubric. It need not be right yet: see its problems."""
    require_everywhere(call.client)
    id = call.new_id("rub")
    return call.app.assessing.rubrics.make(id, call.origin, lambda now: Rubric.write(id, body))


@api.command("/v1/rubrics/{id}/draft", scope="rubrics:write", method="PUT", edits=True)
def rewrite_rubric(call: Call[Store], id: str, body: asked.DraftRubric) -> Receipt:
    """Another draft in the place of the one there is, or towards the next edition."""
    require_everywhere(call.client)
    return call.app.assessing.rubrics.change(
        id, call.origin, lambda rubric, now: rubric.rewrite(body), call.expected
    )


@api.command("/v1/rubrics/{id}/adopt", scope="rubrics:adopt")
def adopt_rubric(call: Call[Store], id: str, body: asked.AdoptRubric) -> Receipt:
    """The draft becomes the next edition, which never changes; 422 names all that is wrong."""
    require_everywhere(call.client)
    return call.app.assessing.rubrics.change(
        id, call.origin, lambda rubric, now: rubric.adopt(now), call.expected
    )


@api.query("/v1/rubrics/{id}", scope="rubrics:read")
def read_rubric(call: Call[Store], id: str) -> Loaded[Rubric]:
    """A rubric, its draft and its editions."""
    return call.app.assessing.rubrics.load(id)


@api.query("/v1/rubrics/{id}/problems", scope="rubrics:read")
def read_rubric_problems(call: Call[Store], id: str) -> RubricProblems:
    """What is wrong with the draft, line by line."""
    draft = call.app.assessing.rubrics.load(id).state.draft
    return RubricProblems(
        items=[
            RubricProblem(field=each.field, message=each.text.zh, message_en=each.text.en)
            for each in (problems(draft) if draft else ())
        ]
    )


@api.query("/v1/rubrics/{id}/editions/{number}", scope="rubrics:read")
def read_edition(call: Call[Store], id: str, number: str) -> Edition:
    """One edition, as it was adopted."""
    if not number.isdecimal() or len(number) > 4:
        text = Text("the number of an edition, from 1", "应为版本号,从 1 开始")
        raise InvalidInput(text, FieldProblem(field="number", text=text))
    return call.app.assessing.rubrics.load(id).state.edition(int(number))


@api.query("/v1/rubrics", scope="rubrics:read")
def list_rubrics(call: Call[Store], query: RubricsQuery) -> Page[Rubric]:
    """All rubrics, oldest first."""
    return page_of(call.app.assessing.rubrics, {}, query)

"""Response templates (答复模板) over HTTP."""

from services.orders.model import commands as asked
from services.orders.model.template import Template, TemplateStatus
from services.orders.store import Store
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class TemplatesQuery(PageQuery):
    """Filters of the list."""

    status: TemplateStatus = TemplateStatus.ACTIVE


@api.command("/v1/templates", scope="templates:write", made="id")
def write_template(call: Call[Store], body: asked.WriteTemplate) -> Receipt:
    """Words that are used again and again."""
    return call.app.templates.make(
        call.new_id("tpl"), call.origin, lambda now: Template.write(body)
    )


@api.command("/v1/templates/{id}", scope="templates:write", method="PUT", edits=True)
def change_template(call: Call[Store], id: str, body: asked.ChangeTemplate) -> Receipt:
    """Other words; what was answered before stays."""
    return call.app.templates.change(
        id, call.origin, lambda each, now: each.change(body, now), call.expected
    )


@api.command("/v1/templates/{id}/retire", scope="templates:write")
def retire_template(call: Call[Store], id: str, body: asked.RetireTemplate) -> Receipt:
    """It is used no more."""
    return call.app.templates.change(
        id, call.origin, lambda each, now: each.retire(now), call.expected
    )


@api.query("/v1/templates", scope="orders:read")
def list_templates(call: Call[Store], query: TemplatesQuery) -> Page[Template]:
    """Words for reasons."""
    return page_of(call.app.templates, {"status": query.status}, query)


@api.query("/v1/templates/{id}", scope="orders:read")
def read_template(call: Call[Store], id: str) -> Loaded[Template]:
    """One template."""
    return call.app.templates.load(id)

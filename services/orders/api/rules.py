"""Rules (规则) over HTTP: deadlines and automatic dispatch, by site and item."""

from pydantic import BaseModel, ConfigDict

from services.orders.model import commands as asked
from services.orders.model.deadlines import USUAL, Limit
from services.orders.model.rules import Rules, key_of
from services.orders.store import Store
from shared.contracts.base import Id, SiteCode
from shared.errors import Forbidden, Text
from shared.storage.aggregates import Receipt
from shared.storage.ids import derived_id
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class InForceQuery(BaseModel):
    """Which item, at which site."""

    model_config = ConfigDict(extra="forbid")

    site: SiteCode
    item: Id


@api.command("/v1/rules", scope="rules:write", method="PUT")
def set_rules(call: Call[Store], body: asked.SetRules) -> Receipt:
    """Set the rules of a site, an item, or both; without either, of everything."""
    if body.site:
        call.client.require_site(body.site)
        call.app.sites.require_open(body.site)
    elif not call.client.everywhere:
        raise Forbidden(Text("Name a site of yours.", "请填写本客户端的站点。"))
    if body.item:
        call.app.menu_item(body.item)
    key = key_of(body.site, body.item)
    receipt = call.app.rules.change(
        derived_id("rul", key),
        call.origin,
        lambda rules, now: rules.set(body, now),
        call.expected,
        initial=lambda: Rules(key, body.site, body.item),
    )
    call.app.forget_rules()
    return receipt


@api.query("/v1/rules", scope="rules:read")
def list_rules(call: Call[Store], query: PageQuery) -> Page[Rules]:
    """All rules that were set."""
    return page_of(call.app.rules, {}, query)


@api.query("/v1/rules/in-force", scope="rules:read")
def read_rules_in_force(call: Call[Store], query: InForceQuery) -> dict[str, object]:
    """What holds for an item at a site, and what holds where nothing was set."""
    found = call.app.rules_for(query.site, query.item)
    limits: dict[str, Limit] = USUAL | found.limits
    return {
        "limits": {name: vars(each) for name, each in limits.items()},
        "automatic": found.automatic.model_dump() if found.automatic else None,
    }

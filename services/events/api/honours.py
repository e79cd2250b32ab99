"""Honours over HTTP. Everybody may read who is honoured; why one was revoked is not published."""

from dataclasses import dataclass

from services.events.model.commands import honour as asked
from services.events.model.honour import Honour, HonourStatus
from services.events.store import Store
from shared.contracts.base import SiteCode
from shared.contracts.events import Category
from shared.storage.aggregates import Loaded, Receipt
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class HonoursQuery(PageQuery):
    """Filters of the list of honours."""

    site: SiteCode | None = None
    category: Category | None = None
    year: int | None = None


@dataclass
class HonourShown:
    """What is published of an honour."""

    campaign: str
    site: str
    category: Category
    year: int
    display: str


@api.query("/v1/honours", scope="honours:read")
def list_honours(call: Call[Store], query: HonoursQuery) -> Page[HonourShown]:
    """Honours that stand; who has lost one is on no list."""
    criteria = query.model_dump(include={"site", "category", "year"}, exclude_none=True)
    page = page_of(call.app.selections.honours, criteria | {"status": HonourStatus.AWARDED}, query)
    items = [
        Loaded(each.id, each.version, each.made, _shown(each.state), []) for each in page.items
    ]
    return Page(items, page.next)


@api.query("/v1/honours/{id}", scope="honours:review")
def read_honour(call: Call[Store], id: str) -> Loaded[Honour]:
    """One honour with its revocations and appeals: for those who decide on it."""
    return call.read(call.app.selections.honours, id)


@api.command("/v1/honours/{id}/revoke", scope="honours:review")
def revoke_honour(call: Call[Store], id: str, body: asked.RevokeHonour) -> Receipt:
    """撤销, with a reason."""
    return call.change(call.app.selections.honours, id, lambda it, now: it.revoke(body, now))


@api.command("/v1/honours/{id}/appeal", scope="honours:appeal")
def appeal_revocation(call: Call[Store], id: str, body: asked.AppealRevocation) -> Receipt:
    """申诉 against a revocation, within 60 days."""
    return call.change(call.app.selections.honours, id, lambda it, now: it.appeal(body, now))


@api.command("/v1/honours/{id}/answer-appeal", scope="honours:review")
def answer_appeal(call: Call[Store], id: str, body: asked.AnswerAppeal) -> Receipt:
    """The honour stands again, or the revocation is final."""
    return call.change(call.app.selections.honours, id, lambda it, now: it.answer_appeal(body, now))


def _shown(honour: Honour) -> HonourShown:
    return HonourShown(honour.campaign, honour.site, honour.category, honour.year, honour.display)

"""Bulletins (信息报送) over HTTP, and the points of their uses."""

from collections.abc import Sequence
from datetime import datetime

from services.reports.model import commands as asked
from services.reports.model.bulletin import Bulletin, BulletinStatus
from services.reports.model.scores import ScoreTable
from services.reports.publicity import OF_BULLETINS, SCORE_TABLE
from services.reports.store import Store
from shared.contracts.base import Event, SiteCode
from shared.contracts.vocabulary import Theme
from shared.storage.aggregates import Loaded, Receipt
from shared.storage.mongo import Document
from shared.web.api import Api, Call, Page
from shared.web.pages import PageQuery, page_of

api: Api[Store] = Api()


class BulletinsQuery(PageQuery):
    """Filters of the list of bulletins."""

    site: SiteCode | None = None
    status: BulletinStatus | None = None
    theme: Theme | None = None


@api.command("/v1/bulletins", scope="bulletins:write", made="id")
def draft_bulletin(call: Call[Store], body: asked.DraftBulletin) -> Receipt:
    """拟稿, by a person (X-Person); photographs are uploaded before."""
    call.client.require_site(body.site)
    id = call.new_id("bul")

    def build(_: datetime) -> tuple[Bulletin, Sequence[Event]]:
        call.app.sites.require_open(body.site)
        made = Bulletin.draft(id, body, call.person)
        call.app.claim(body.photographs, body.site, OF_BULLETINS, "photographs")
        return made

    return call.app.publicity.bulletins.make(id, call.origin, build)


@api.query("/v1/bulletins/{id}", scope="bulletins:read")
def read_bulletin(call: Call[Store], id: str) -> Loaded[Bulletin]:
    """One bulletin with its uses and score."""
    return call.read(call.app.publicity.bulletins, id)


@api.query("/v1/bulletins", scope="bulletins:read")
def list_bulletins(call: Call[Store], query: BulletinsQuery) -> Page[Bulletin]:
    """Bulletins of the sites this client may act for."""
    criteria: Document = query.model_dump(include={"site", "status", "theme"}, exclude_none=True)
    call.client.limit(criteria)
    return page_of(call.app.publicity.bulletins, criteria, query)


@api.command("/v1/bulletins/{id}", scope="bulletins:write", method="PUT", edits=True)
def revise_bulletin(call: Call[Store], id: str, body: asked.ReviseBulletin) -> Receipt:
    """The whole draft anew."""

    def decide(bulletin: Bulletin, now: datetime) -> Sequence[Event]:
        events = bulletin.revise(body, call.person)
        call.app.claim(body.photographs, bulletin.site, OF_BULLETINS, "photographs")
        return events

    return call.change(call.app.publicity.bulletins, id, decide)


@api.command("/v1/bulletins/{id}/check", scope="bulletins:check", checks=True)
def check_bulletin(call: Call[Store], id: str, body: asked.Check) -> Receipt:
    """核稿, by another person than who wrote it."""
    return call.change(call.app.publicity.bulletins, id, lambda it, now: it.check(call.person))


@api.command("/v1/bulletins/{id}/send-back", scope="bulletins:check")
def send_bulletin_back(call: Call[Store], id: str, body: asked.SendBack) -> Receipt:
    """退稿: it is a draft again."""
    return call.change(call.app.publicity.bulletins, id, lambda it, now: it.send_back(body))


@api.command("/v1/bulletins/{id}/send", scope="bulletins:send")
def send_bulletin(call: Call[Store], id: str, body: asked.SendBulletin) -> Receipt:
    """报送, to the office of a level."""
    return call.change(call.app.publicity.bulletins, id, lambda it, now: it.send(body, now))


@api.command("/v1/bulletins/{id}/uses", scope="bulletins:send")
def record_use(call: Call[Store], id: str, body: asked.UseBulletin) -> Receipt:
    """采用: it counts by the score table of now."""
    use = call.new_id("use")
    table = call.app.publicity.score_table().state
    return call.change(
        call.app.publicity.bulletins, id, lambda it, now: it.use(use, body, table, now), part=use
    )


@api.command("/v1/bulletins/{id}/uses/{use}/withdraw", scope="bulletins:send")
def withdraw_use(call: Call[Store], id: str, use: str, body: asked.WithdrawUse) -> Receipt:
    """It was not used there after all."""
    return call.change(call.app.publicity.bulletins, id, lambda it, now: it.withdraw_use(use, body))


@api.command("/v1/bulletins/{id}/withdraw", scope="bulletins:write")
def withdraw_bulletin(call: Call[Store], id: str, body: asked.WithdrawBulletin) -> Receipt:
    """It is not sent."""
    return call.change(call.app.publicity.bulletins, id, lambda it, now: it.withdraw(body))


@api.query("/v1/bulletin-scores", scope="bulletins:read")
def read_scores(call: Call[Store]) -> Loaded[ScoreTable]:
    """Points of a use, by level."""
    return call.app.publicity.score_table()


@api.command("/v1/bulletin-scores", scope="bulletins:rules", method="PUT", edits=True)
def set_scores(call: Call[Store], body: asked.SetScores) -> Receipt:
    """Replace the table; what was counted already stays."""
    return call.app.publicity.score_tables.change(
        SCORE_TABLE,
        call.origin,
        lambda table, now: table.set(body),
        call.expected,
        initial=ScoreTable,
    )
